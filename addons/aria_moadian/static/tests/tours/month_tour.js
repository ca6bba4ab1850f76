/* The accountant's month, in Persian, against the simulator: a tour for each sitting at the desk. What belongs to the
   day (the key files, the address of the simulator) is fetched from attachments that the test made. */
import {registry} from "@web/core/registry";
import {rpc} from "@web/core/network/rpc";

const tours = registry.category("web_tour.tours");

async function fetchGiven(name) {
    const rows = await rpc("/web/dataset/call_kw", {
        model: "ir.attachment",
        method: "search_read",
        args: [[["name", "=", `moadian-tour.${name}`]], ["datas"]],
        kwargs: {},
    });
    return atob(rows[0].datas);
}

function press(text, scope = "") {
    return {
        content: `press ${text}`,
        trigger: `${scope} button:contains("${text}"):enabled`,
        run: "click",
    };
}

function upload(field, name) {
    return [
        {
            content: `upload ${name}`,
            trigger: `.modal .o_field_widget[name=${field}]`,
            async run({anchor}) {
                const files = new DataTransfer();
                files.items.add(new File([await fetchGiven(name)], name));
                const input = anchor.querySelector("input[type=file]");
                input.files = files.files;
                input.dispatchEvent(new Event("change", {bubbles: true}));
            },
        },
        {
            content: `${name} is there`,
            trigger: `.modal .o_field_widget[name=${field}] .o_clear_file_button`,
        },
    ];
}

function fill(field, text, scope = ".modal") {
    return {
        content: `${field}: ${text}`,
        trigger: `${scope} .o_field_widget[name=${field}] input`,
        run: `edit ${text}`,
    };
}

tours.add("aria_moadian_connect", {
    steps: () => [
        {
            content: "the invoice says in one sentence what is missing",
            trigger: '.alert:contains("هنوز حافظه مالیاتی ندارد")',
        },
        press("راه‌اندازی", ".alert"),
        fill("name", "A11216"),
        {
            content: "open the environments",
            trigger: ".modal .o_field_widget[name=environment] input",
            run: "click",
        },
        {
            content: "another address",
            trigger: '.o_select_menu_item:contains("نشانی دیگر")',
            run: "click",
        },
        {
            content: "address of the service",
            trigger: ".modal .o_field_widget[name=base_url] input",
            async run(helpers) {
                await helpers.edit(await fetchGiven("url"));
            },
        },
        press("بعدی", ".modal"),
        ...upload("certificate", "certificate.pem"),
        ...upload("private_key", "key.pem"),
        press("بعدی", ".modal"),
        {
            content: "every step of the test is well",
            trigger:
                '.modal:not(:has(.text-danger)) .text-success:contains("حافظه فعال است")',
        },
        {
            content: "what the service knows",
            trigger: '.modal .o_field_widget[name=fiscal_status]:contains("ACTIVE")',
        },
        press("رفتن به تابلو", ".modal"),
        {content: "the board", trigger: ".o_list_view"},
    ],
});

function openInvoice(text) {
    return {
        content: `open the invoice of ${text}`,
        trigger: `.o_data_row:contains("${text}") td[name=partner_id]`,
        run: "click",
    };
}

function backToBoard() {
    return [
        {
            content: "back to the board",
            trigger: '.o_breadcrumb a:contains("میز کار مودیان")',
            run: "click",
        },
        {content: "the board again", trigger: ".o_list_view"},
    ];
}

function giveId(sstid) {
    return [
        press("تعیین شناسه", ".alert"),
        fill("sstid", sstid),
        press("ثبت شناسه", ".modal"),
        {
            content: "the invoice was judged again",
            trigger: ".o_form_view:not(:has(.alert-danger:visible))",
        },
    ];
}

tours.add("aria_moadian_fix", {
    steps: () => [
        openInvoice("خریدار بی‌شماره"),
        press("باز کردن مخاطب", ".alert"),
        fill("aria_economic_code", "10100302746"),
        {
            content: "save the contact",
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            content: "nothing stands against it any more",
            trigger: ".o_form_view:not(:has(.alert-danger:visible))",
        },
        ...backToBoard(),
        openInvoice("خریدار نخست"),
        press("تعیین شناسه", ".alert"),
        {
            content: "look the good up by its name",
            trigger: ".modal .o_field_widget[name=good_id] input",
            run: "edit تلويزيون",
        },
        {
            content: "choose it",
            trigger: '.o-autocomplete--dropdown-item a:contains("تلویزیون")',
            run: "click",
        },
        {
            content: "its id is filled in",
            trigger: '.modal .o_field_widget[name=sstid] input:value("2710000138631")',
        },
        press("ثبت شناسه", ".modal"),
        {
            content: "the invoice was judged again",
            trigger: ".o_form_view:not(:has(.alert-danger:visible))",
        },
        ...backToBoard(),
        openInvoice("خریدار دوم"),
        ...giveId("2710000138624"),
        ...backToBoard(),
        // the list is shown from the browser's cache first: what is marked before the fresh rows come is lost
        ...[1, 2, 3].map((row) => ({
            content: `invoice ${row} is ready`,
            trigger: `.o_data_row:nth-child(${row}):contains("آماده ارسال")`,
        })),
        {
            content: "mark all",
            trigger: "thead .o_list_record_selector input",
            run: "click",
        },
        press("ارسال به مودیان", ".o_control_panel"),
        {
            content: "a result for each of them",
            trigger: '.modal .o_data_row:nth-child(3):contains("در صف ارسال")',
        },
        press("بستن", ".modal"),
        {content: "nothing is left to do", trigger: ".o_list_view"},
    ],
});

tours.add("aria_moadian_correct", {
    steps: () => [
        {
            content: "back to draft",
            trigger: "button[name=button_draft]:visible",
            run: "click",
        },
        {
            content: "it says that the organisation keeps the invoice",
            trigger:
                '.o_form_view:has(button[name=action_post]) .alert:contains("اصلاحی")',
        },
        {
            content: "the quantity was wrong",
            trigger: ".o_data_row td[name=quantity]",
            run: "click",
        },
        {
            content: "seven were sold, not nine",
            trigger: ".o_selected_row .o_field_widget[name=quantity] input",
            run: "edit 7",
        },
        {
            content: "post it again",
            trigger: "button[name=action_post]:visible",
            run: "click",
        },
        press("ارسال به مودیان", ".o_statusbar_buttons"),
        {
            content: "the correction is on its way",
            trigger: ".o_form_view:not(:has(button[name=action_aria_moadian_send]))",
        },
    ],
});

tours.add("aria_moadian_periods", {
    steps: () => [
        {
            content: "the menu of filters and groups",
            trigger: ".o_searchview_dropdown_toggler",
            run: "click",
        },
        {
            content: "by the month of the Jalali calendar",
            trigger: '.o_group_by_menu .o_menu_item:contains("ماه شمسی")',
            run: "click",
        },
        {
            content: "a group of this month, named by the Jalali calendar",
            trigger: '.o_group_header .o_group_name:contains("14")',
        },
    ],
});

tours.add("aria_moadian_return", {
    steps: () => [
        {
            content: "credit note",
            trigger: "button[name=action_reverse]:visible",
            run: "click",
        },
        {
            content: "reverse",
            trigger: ".modal button[name=refund_moves]",
            run: "click",
        },
        {
            content: "the credit note is a draft",
            trigger:
                ".o_form_view:has(button[name=action_post]) .o_data_row td[name=quantity]",
            run: "click",
        },
        {
            content: "four come back",
            trigger: ".o_selected_row .o_field_widget[name=quantity] input",
            run: "edit 4",
        },
        {
            content: "post it",
            trigger: "button[name=action_post]:visible",
            run: "click",
        },
        press("ارسال به مودیان", ".o_statusbar_buttons"),
        {
            content: "it is on its way",
            trigger: ".o_form_view:not(:has(button[name=action_aria_moadian_send]))",
        },
    ],
});

tours.add("aria_moadian_cancel", {
    steps: () => [
        press("ابطال در مودیان", ".o_statusbar_buttons"),
        {
            content: "for good",
            trigger: ".modal footer .btn-primary",
            run: "click",
        },
        {
            content: "it is on its way",
            trigger: ".o_form_view:not(:has(button[name=action_aria_moadian_cancel]))",
        },
    ],
});

tours.add("aria_moadian_reconcile", {
    steps: () => [
        press("مقایسه"),
        {
            content: "only the cancelled invoice stands in the books alone",
            trigger:
                'tbody:not(:has(.o_data_row + .o_data_row)) .o_data_row:contains("برگشت از فروش لازم است")',
        },
    ],
});

tours.add("aria_moadian_vat", {
    steps: () => [
        press("محاسبه"),
        {
            content: "the sums of the books and of the organisation",
            trigger: '.o_data_row:contains("نزد سازمان مالیاتی")',
        },
    ],
});
