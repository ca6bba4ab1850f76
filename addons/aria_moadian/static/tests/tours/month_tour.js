/* The accountant's month, in Persian, against the simulator: a tour for each sitting, at the desk and once more on the
   phone. What belongs to the day (the key files, the address of the simulator) is fetched from attachments that the
   test made. */
import {registry} from "@web/core/registry";
import {rpc} from "@web/core/network/rpc";

const tours = registry.category("web_tour.tours");

/** What is done another way at the desk and on the phone. */
const DESK = {
    name: "aria_moadian_",
    board: ".o_list_view",
    invoiceOf: (text) => `.o_data_row:contains("${text}") td[name=partner_id]`,
    row: ".o_data_row",
    showSearch: [],
    goBack: '.o_breadcrumb a:contains("میز کار مودیان")',
    pressInForm: (name) => [
        {
            content: `press ${name}`,
            trigger: `.o_statusbar_buttons button[name=${name}]:visible`,
            run: "click",
        },
    ],
    chooseGood: (typed, name) => [
        {
            content: "look the good up by its name",
            trigger: ".modal .o_field_widget[name=good_id] input",
            run: `edit ${typed}`,
        },
        {
            content: "choose it",
            trigger: `.o-autocomplete--dropdown-item a:contains("${name}")`,
            run: "click",
        },
    ],
    typeQuantity: (quantity) => [
        {
            content: "the line",
            trigger:
                ".o_form_view:has(button[name=action_post]) .o_data_row td[name=quantity]",
            run: "click",
        },
        {
            content: `its quantity: ${quantity}`,
            trigger: ".o_selected_row .o_field_widget[name=quantity] input",
            run: `edit ${quantity}`,
        },
    ],
};
const PHONE = {
    name: "aria_moadian_phone_",
    board: ".o_kanban_view",
    invoiceOf: (text) => `.o_kanban_record:contains("${text}")`,
    row: ".o_kanban_record:not(.o_kanban_ghost)",
    showSearch: [
        {
            content: "show the search",
            trigger: ".o_control_panel button:has(.fa-search)",
            run: "click",
        },
    ],
    goBack: ".o_breadcrumb .o_back_button",
    // the first button is shown, the others stand under three dots
    pressInForm: (name) => [
        {
            content: "the other buttons",
            trigger: ".o_statusbar_buttons button:has(.oi-ellipsis-v)",
            run: "click",
        },
        {
            content: `press ${name}`,
            trigger: `.o-dropdown-item-unstyled-button button[name=${name}]`,
            run: "click",
        },
    ],
    // Odoo's own dialog to choose one of the list
    chooseGood: (_typed, name) => [
        {
            content: "look the good up",
            trigger: ".modal .o_field_widget[name=good_id] input",
            run: "click",
        },
        {
            content: "choose it, its id in sight",
            trigger: `.modal .o_kanban_record:contains("${name}"):contains("2710000138631")`,
            run: "click",
        },
    ],
    typeQuantity: (quantity) => [
        {
            content: "the line",
            trigger:
                ".o_form_view:has(button[name=action_post]) .o_field_widget[name=invoice_line_ids] .o_kanban_record:not(.o_kanban_ghost)",
            run: "click",
        },
        {
            content: `its quantity: ${quantity}`,
            trigger: ".modal .o_field_widget[name=quantity] input",
            run: `edit ${quantity}`,
        },
        {
            content: "keep the line",
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {content: "the dialog is gone", trigger: "body:not(:has(.modal))"},
    ],
};

/** Registers a tour for the desk and for the phone. */
function addBoth(name, steps) {
    for (const place of [DESK, PHONE]) {
        tours.add(place.name + name, {steps: () => steps(place)});
    }
}

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

addBoth("connect", ({board}) => [
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
        // on the phone it lies over the dialog: "body" tells the tour that this is meant
        trigger: 'body .o_select_menu_item:contains("نشانی دیگر")',
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
        trigger: '.modal .o_field_widget[name=fiscal_state]:contains("فعال")',
    },
    press("رفتن به تابلو", ".modal"),
    {content: "the board", trigger: board},
]);

function openInvoice(place, text) {
    return {
        content: `open the invoice of ${text}`,
        trigger: place.invoiceOf(text),
        run: "click",
    };
}

function backToBoard({goBack, board}) {
    return [
        {content: "back to the board", trigger: goBack, run: "click"},
        {content: "the board again", trigger: board},
    ];
}

const JUDGED_AGAIN = {
    content: "nothing stands against it any more",
    trigger: ".o_form_view:not(:has(.alert-danger:visible))",
};

function giveId(sstid) {
    return [
        press("تعیین شناسه", ".alert"),
        fill("sstid", sstid),
        press("ثبت شناسه", ".modal"),
        JUDGED_AGAIN,
    ];
}

/** Mends what the organisation refused of three invoices: a buyer and the ids of two goods. */
function mendThree(place, {between, after}) {
    return [
        openInvoice(place, "خریدار بی‌شماره"),
        press("باز کردن مخاطب", ".alert"),
        fill("aria_economic_code", "10100302746"),
        {
            content: "save the contact",
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        JUDGED_AGAIN,
        ...between,
        ...backToBoard(place),
        openInvoice(place, "خریدار نخست"),
        press("تعیین شناسه", ".alert"),
        ...place.chooseGood("تلويزيون", "تلویزیون"),
        {
            content: "its id is filled in",
            trigger: '.modal .o_field_widget[name=sstid] input:value("2710000138631")',
        },
        press("ثبت شناسه", ".modal"),
        JUDGED_AGAIN,
        ...between,
        ...backToBoard(place),
        openInvoice(place, "خریدار دوم"),
        ...giveId("2710000138624"),
        ...between,
        ...backToBoard(place),
        ...after,
    ];
}

tours.add("aria_moadian_fix", {
    steps: () =>
        mendThree(DESK, {
            between: [],
            after: [
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
        }),
});

const ON_ITS_WAY = {
    content: "it is on its way",
    trigger: ".o_form_view .o_statusbar_status, .o_form_view .o_form_statusbar",
};

function send({pressInForm}) {
    return [...pressInForm("action_aria_moadian_send"), ON_ITS_WAY];
}

tours.add("aria_moadian_phone_fix", {
    steps: () =>
        mendThree(PHONE, {
            between: send(PHONE),
            after: [
                {
                    content: "nothing is left to do",
                    trigger:
                        '.o_kanban_view:not(:has(.o_kanban_record:contains("خریدار")))',
                },
            ],
        }),
});

addBoth("correct", (place) => [
    ...place.pressInForm("button_draft"),
    {
        content: "it says that the organisation keeps the invoice",
        trigger: '.o_form_view:has(button[name=action_post]) .alert:contains("اصلاحی")',
    },
    ...place.typeQuantity(7),
    {
        content: "post it again",
        trigger: "button[name=action_post]:visible",
        run: "click",
    },
    {
        content: "it is posted",
        trigger: ".o_form_view:not(:has(button[name=action_post]))",
    },
    ...send(place),
]);

addBoth("return", (place) => [
    ...place.pressInForm("action_reverse"),
    {
        content: "reverse",
        trigger: ".modal button[name=refund_moves]",
        run: "click",
    },
    ...place.typeQuantity(4),
    {
        content: "post it",
        trigger: "button[name=action_post]:visible",
        run: "click",
    },
    {
        content: "it is posted",
        trigger: ".o_form_view:not(:has(button[name=action_post]))",
    },
    ...send(place),
]);

addBoth("cancel", (place) => [
    ...place.pressInForm("action_aria_moadian_cancel"),
    {
        content: "for good",
        trigger: ".modal footer .btn-primary",
        run: "click",
    },
    {content: "the question is gone", trigger: "body:not(:has(.modal))"},
    ON_ITS_WAY,
]);

addBoth("periods", ({showSearch}) => [
    ...showSearch,
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
        trigger:
            '.o_group_header .o_group_name:contains("14"), .o_kanban_group:contains("14")',
    },
]);

addBoth("reconcile", ({row}) => [
    press("مقایسه"),
    {
        content: "only the cancelled invoice stands in the books alone",
        trigger: `.o_field_widget[name=line_ids]:not(:has(${row} + ${row})) ${row}:contains("برگشت از فروش لازم است")`,
    },
]);

addBoth("vat", ({row}) => [
    press("محاسبه"),
    {
        content: "the sums of the books and of the organisation",
        trigger: `${row}:contains("نزد سازمان مالیاتی")`,
    },
]);
