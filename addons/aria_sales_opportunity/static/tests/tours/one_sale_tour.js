/* One sale, from the campaign's lead to the delivered and invoiced order, by the people of every unit: a tour for
   each turn of each of them. The texts are those that they read, in Persian. */
import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");

function choose(field, text, scope = "") {
    return [
        {
            content: `type ${text}`,
            trigger: `${scope} .o_field_widget[name=${field}] input`,
            run: `edit ${text}`,
        },
        {
            content: `choose ${text}`,
            trigger: `.o-autocomplete--dropdown-item a:contains("${text}")`,
            run: "click",
        },
    ];
}

function addLine(row, product, quantity) {
    return [
        {
            content: "add a line",
            trigger: '.o_field_x2many_list_row_add :contains("افزودن محصول"):last',
            run: "click",
        },
        {
            content: "the new line is open",
            trigger: `.o_data_row.o_selected_row:nth-child(${row}) div[name=product_template_id] input`,
        },
        ...choose("product_template_id", product, ".o_selected_row"),
        {
            content: "its price has come",
            trigger: `.o_selected_row:contains("${product}"), .o_selected_row:has(input:value("${product}"))`,
        },
        {
            content: "quantity",
            trigger: ".o_selected_row .o_field_widget[name=product_uom_qty] input",
            run: `edit ${quantity}`,
        },
    ];
}

/** Refers the one line of a list with this product. */
function refer(product, unit, note) {
    return [
        {
            content: `mark the line of ${product}`,
            trigger: `.o_data_row:contains("${product}") .o_list_record_selector input`,
            run: "click",
        },
        {
            content: "refer it",
            trigger: '.o_control_panel button:contains("ارجاع")',
            run: "click",
        },
        ...choose("unit_id", unit, ".modal"),
        {
            content: "instruction",
            trigger: ".modal .o_field_widget[name=note] textarea",
            run: `edit ${note}`,
        },
        {
            content: "apply",
            trigger: '.modal-footer button[name=action_apply]:contains("ارجاع")',
            run: "click",
        },
        {content: "the dialog is gone", trigger: "body:not(:has(.modal))"},
        {
            content: `the line is with ${unit}`,
            trigger: `.o_data_row:contains("${product}"):contains("${unit}")`,
        },
    ];
}

tours.add("aria_one_sale_offer", {
    steps: () => [
        {content: "a new lead", trigger: ".o_list_button_add", run: "click"},
        {
            content: "subject",
            trigger: ".o_field_widget[name=name] :is(input, textarea)",
            run: "edit پمپ‌خانه مجتمع",
        },
        {
            content: "company",
            trigger: ".o_field_widget[name=partner_name] input",
            run: "edit شرکت آبادگران",
        },
        {
            content: "further facts",
            trigger: '.nav-link[name=extra]:contains("اطلاعات اضافی")',
            run: "click",
        },
        ...choose("campaign_id", "نمایشگاه صنعت"),
        {content: "save", trigger: ".o_form_button_save", run: "click"},
        {content: "saved", trigger: ".o_form_saved"},
        {
            content: "a lead becomes an opportunity",
            trigger: '.o_statusbar_buttons button:contains("تبدیل به فرصت")',
            run: "click",
        },
        {
            content: "with its customer",
            trigger: ".modal-footer button[name=action_apply]",
            run: "click",
        },
        {
            content: "quotation",
            trigger: "button[name=action_sale_quotations_new]",
            run: "click",
        },
        ...addLine(1, "پمپ آزمون", 2),
        ...addLine(2, "اینورتر آزمون", 1),
        ...addLine(3, "لوله آزمون", 30),
        {content: "save", trigger: ".o_form_button_save", run: "click"},
        {content: "saved", trigger: ".o_form_saved"},
        {
            content: "how its lines stand",
            trigger: 'button.oe_stat_button:contains("وضعیت")',
            run: "click",
        },
        ...refer("پمپ آزمون", "مالی", "مانده حساب مشتری بررسی شود."),
        ...refer("لوله آزمون", "خرید", "قیمت سه فروشنده را بگیرید."),
        {
            content: "the line that is not in stock",
            trigger: '.o_data_row td:contains("اینورتر آزمون")',
            run: "click",
        },
        {
            content: "goes to supply by its flow",
            trigger: '.o_aria_transitions button:contains("به تأمین")',
            run: "click",
        },
        {
            content: "and is with supply",
            trigger: '.o_field_widget[name=aria_unit_id]:contains("تأمین")',
        },
    ],
});

/** The cartable at phone width: take the work, then answer or return it. */
function act(button, text) {
    return [
        {
            content: "take it",
            trigger: '.o_kanban_record button:contains("پذیرش")',
            run: "click",
        },
        {
            content: "it is mine now",
            trigger: '.o_kanban_record:not(:has(button:contains("پذیرش")))',
        },
        {
            content: button,
            trigger: `.o_kanban_record button:contains("${button}")`,
            run: "click",
        },
        {
            content: "in a sentence",
            trigger: ".modal .o_field_widget[name=note] textarea",
            run: `edit ${text}`,
        },
        {
            content: "apply",
            trigger: `.modal-footer button[name=action_apply]:contains("${button}")`,
            run: "click",
        },
        {
            content: "it has left the cartable",
            trigger: "body:not(:has(.modal)):not(:has(.o_kanban_record button))",
        },
    ];
}

tours.add("aria_one_sale_answer", {
    steps: () => act("پاسخ", "بررسی شد؛ مانعی نیست."),
});

tours.add("aria_one_sale_return", {
    steps: () => act("بازگرداندن", "قطر لوله را بنویسید."),
});

tours.add("aria_one_sale_accept", {
    steps: () => act("پذیرش", "").slice(0, 2),
});

tours.add("aria_one_sale_order", {
    steps: () => [
        {
            content: "the line that purchase has returned",
            trigger: '.o_data_row td:contains("لوله آزمون")',
            run: "click",
        },
        {
            content: "is given up",
            trigger: '.o_statusbar_buttons button:contains("از دست رفت")',
            run: "click",
        },
        ...choose("reason_id", "قیمت", ".modal"),
        {
            content: "for a reason",
            trigger: ".modal-footer button[name=action_apply]",
            run: "click",
        },
        {
            content: "lost",
            trigger: '.o_field_widget[name=aria_lost_reason_id]:contains("قیمت")',
        },
        {content: "back to the lines", trigger: ".o_back_button", run: "click"},
        {
            content: "the line that supply has answered",
            trigger: '.o_data_row td:contains("اینورتر آزمون")',
            run: "click",
        },
        {
            content: "goes back to the offer",
            trigger: '.o_aria_transitions button:contains("انجام شد")',
            run: "click",
        },
        {
            content: "requested again",
            trigger: '.o_field_widget[name=aria_stage_id]:contains("درخواست")',
        },
        {
            content: "the order",
            trigger: ".o_field_widget[name=order_id] a",
            run: "click",
        },
        {
            content: "the customer agrees",
            trigger: ".o_statusbar_buttons button[name=action_confirm]",
            run: "click",
        },
        {
            content: "the lines tell where they are",
            trigger: '.o_data_row:contains("پمپ آزمون"):contains("آماده")',
        },
        {
            content: "each of them",
            trigger: '.o_data_row:contains("اینورتر آزمون"):contains("سفارش شده")',
        },
        {
            content: "the lost one too",
            trigger: '.o_data_row:contains("لوله آزمون"):contains("ازدست‌رفته")',
        },
    ],
});

tours.add("aria_one_sale_ship", {
    steps: () => [
        {
            content: "ship what there is",
            trigger: ".o_statusbar_buttons button[name=button_validate]",
            run: "click",
        },
        {
            content: "the rest later",
            trigger: ".modal-footer button[name=process]",
            run: "click",
        },
        {
            content: "shipped",
            trigger:
                '.o_statusbar_status button[data-value="done"].o_arrow_button_current',
        },
    ],
});

tours.add("aria_one_sale_invoice", {
    steps: () => [
        {
            content: "delivered",
            trigger: '.o_data_row:contains("پمپ آزمون"):contains("تحویل شده")',
        },
        {
            content: "invoice",
            trigger: ".o_statusbar_buttons button#create_invoice",
            run: "click",
        },
        {
            content: "of what was delivered",
            trigger: ".modal-footer button[name=create_invoices]",
            run: "click",
        },
        {
            content: "a draft for finance",
            trigger: ".o_form_view .o_field_widget[name=invoice_line_ids]",
        },
    ],
});

tours.add("aria_one_sale_post", {
    steps: () => [
        {
            content: "finance posts it",
            trigger: ".o_statusbar_buttons button[name=action_post]",
            run: "click",
        },
        {
            content: "posted",
            trigger:
                '.o_statusbar_status button[data-value="posted"].o_arrow_button_current',
        },
    ],
});
