/* One sale of ten lines, by the people of each unit, at the desk and on the phone; the same for each shipped flow.
   The texts are those of the screen, in Persian. */
import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const LINES = {
    content: "the page of the lines",
    trigger: ".nav-link[name=aria_lines]",
    run: "click",
};
const CLOSED = {content: "the dialog is gone", trigger: "body:not(:has(.modal))"};
const BACK = {
    content: "back",
    trigger: ".o_back_button, .breadcrumb-item:last a",
    run: "click",
};

const row = (name, phone) =>
    `${phone ? ".o_kanban_record" : ".o_data_row"}:contains("${name} آزمون")`;

function apply(name = "action_apply") {
    return [
        {
            content: name,
            trigger: `.modal-footer button[name=${name}]:visible`,
            run: "click",
        },
        CLOSED,
    ];
}

/** Chooses a record; a telephone shows them in a page of their own. */
function choose(field, text, phone, scope = "") {
    const input = `${scope} .o_field_widget[name=${field}] input`;
    if (phone) {
        return [
            {content: `choose ${field}`, trigger: input, run: "click"},
            {
                content: text,
                trigger: `.modal .o_kanban_record :contains("${text}"):last, .modal .o_data_row td:contains("${text}")`,
                run: "click",
            },
            {content: "chosen", trigger: `${input}:value("${text}")`},
        ];
    }
    return [
        {content: `type ${text}`, trigger: input, run: `edit ${text}`},
        {
            content: `choose ${text}`,
            trigger: `.o-autocomplete--dropdown-item a:contains("${text}")`,
            run: "click",
        },
    ];
}

/** Presses a button of the form's header; on a telephone it may be in a menu. */
function header(name, phone) {
    const button = `button[name=${name}]`;
    const direct = `.o_statusbar_buttons ${button}`;
    if (!phone) {
        return [{content: name, trigger: direct, run: "click"}];
    }
    return [
        {
            content: `${name}, or where it is`,
            trigger: ".o_statusbar_buttons button",
            run(helpers) {
                const more = document
                    .querySelector(".o_statusbar_buttons .oi-ellipsis-v")
                    ?.closest("button");
                return document.querySelector(direct) ? null : helpers.click(more);
            },
        },
        {
            content: name,
            trigger: `${direct}, .o-dropdown--menu ${button}`,
            run: "click",
        },
    ];
}

/** Presses a button of a line on the page of the opportunity. */
function press(name, icon, label, phone) {
    const line = row(name, phone);
    return {
        content: `${label}: ${name}`,
        trigger: phone
            ? `${line} button:contains("${label}")`
            : `${line} button.${icon}, ${line} button:has(.${icon})`,
        run: "click",
    };
}

function open(name, phone) {
    return phone
        ? {
              content: name,
              trigger: `${row(name, phone)} div:contains("${name} آزمون"):last`,
              run: "click",
          }
        : press(name, "fa-external-link", "باز کردن", false);
}

// ---------------------------------------------------------------------- the seller offers
const offer = (phone) => [
    {
        content: "a quotation",
        trigger: ".o_statusbar_buttons button[name=action_sale_quotations_new]",
        run: "click",
    },
    {
        content: "its page",
        trigger: ".o_form_view .o_field_widget[name=order_line]",
    },
    ...choose("sale_order_template_id", "پمپ‌خانه ده‌سطری", phone),
    {content: "ten lines have come", trigger: row("مخزن", phone)},
    {content: "save", trigger: ".o_form_button_save:visible", run: "click"},
    {content: "saved", trigger: ".o_form_saved"},
    ...header("action_quotation_send", phone),
    ...apply("action_send_mail"),
    {
        content: "sent",
        trigger: ".o-mail-Message, .o_statusbar_status:contains('ارسال')",
    },
    BACK,
    {
        content: "the opportunity",
        trigger: ".o_form_view button[name=action_sale_quotations_new]",
    },
    LINES,
    press("لوله", "fa-scissors", "جدا کردن", phone),
    {
        content: "seven of ten are there",
        trigger: ".modal .o_field_widget[name=qty] input",
        run: "edit 3",
    },
    ...apply(),
    {
        content: "two lines now",
        trigger: `.o_field_widget[name=aria_line_ids]:has(${row("لوله", phone)}:contains("7")):has(${row("لوله", phone)}:contains("3"))`,
    },
    press("مخزن", "fa-ban", "از دست رفت", phone),
    ...choose("reason_id", "قیمت رقیب پایین‌تر بود", phone, ".modal"),
    ...choose("competitor_id", "رقیب آزمون", phone, ".modal"),
    {
        content: "at the price of another",
        trigger: ".modal .o_field_widget[name=competitor_price] input",
        run: "edit 900000",
    },
    ...apply(),
    {
        content: "lost on price",
        trigger: `${row("مخزن", phone)}:contains("ازدست‌رفته")`,
    },
    {
        content: "in figures too",
        trigger: ".o_field_widget[name=aria_amount_lost]:contains('5,000,000')",
    },
];

// ---------------------------------------------------------------------- the unit answers
const answer = (phone) =>
    phone
        ? ["تابلو", "فن"].flatMap((name) => [
              {
                  content: `answer for ${name}`,
                  trigger: `.o_kanban_record:contains("${name} آزمون") button:contains("پاسخ")`,
                  run: "click",
              },
              {
                  content: "the answer",
                  trigger: ".modal .o_field_widget[name=note] textarea",
                  run: "edit ده روزه می‌رسد.",
              },
              ...apply(),
              {
                  content: "it is done",
                  trigger: `.o_kanban_renderer:not(:has(.o_kanban_record:contains("${name} آزمون")))`,
              },
          ])
        : [
              ...["تابلو", "فن"].map((name) => ({
                  content: `mark ${name}`,
                  trigger: `${row(name)} .o_list_record_selector input`,
                  run: "click",
              })),
              {
                  content: "answer both",
                  trigger: '.o_control_panel button:contains("پاسخ")',
                  run: "click",
              },
              {
                  content: "the answer",
                  trigger: ".modal .o_field_widget[name=note] textarea",
                  run: "edit ده روزه می‌رسد.",
              },
              ...apply(),
              {
                  content: "they are done",
                  trigger: `.o_list_renderer:not(:has(${row("تابلو")})):has(${row("سنسور")})`,
              },
          ];

// ---------------------------------------------------------------------- the seller goes on
/** A line that was answered goes back to the offer; the seller promises what was said. */
const goOn = (name, phone, promise) => [
    LINES,
    open(name, phone),
    {
        content: `the page of ${name}`,
        trigger: `.o_form_view .o_field_widget[name=product_id]:contains("${name} آزمون"), .o_form_view .o_field_widget[name=product_id] input:value("${name} آزمون")`,
    },
    ...(promise
        ? [
              {
                  content: "promised in ten days",
                  trigger: ".o_field_widget[name=aria_promise_date] input",
                  run: "edit +10d && press Enter",
              },
          ]
        : []),
    {
        content: "the unit is done",
        trigger: '.o_aria_transitions button:contains("انجام شد")',
        run: "click",
    },
    {
        content: "it is quoted again",
        trigger:
            '.o_field_widget[name=aria_stage_id]:contains("پیش‌فاکتور شده"), .o_field_widget[name=aria_stage_id] input:value("پیش‌فاکتور شده")',
    },
    BACK,
    {
        content: "the opportunity",
        trigger: ".o_form_view button[name=action_sale_quotations_new]",
    },
];

const order = (phone) => [
    ...goOn("تابلو", phone, true),
    ...goOn("فن", phone, false),
    LINES,
    open("پمپ", phone),
    {
        content: "the order",
        trigger: ".o_form_view .o_field_widget[name=order_id] a",
        run: "click",
    },
    {content: "is open", trigger: ".o_form_view .o_field_widget[name=order_line]"},
    ...header("action_aria_split_ready", phone),
    {
        content: "the waiting lines go to another quotation",
        trigger: ".modal-footer button.btn-primary",
        run: "click",
    },
    CLOSED,
    {
        content: "which holds them alone",
        trigger: `.o_form_view:has(${row("سنسور", phone)}):not(:has(${row("پمپ", phone)}))`,
    },
    BACK,
    {
        content: "the order without them",
        trigger: `.o_form_view:has(${row("پمپ", phone)}):not(:has(${row("سنسور", phone)}))`,
    },
    ...header("action_confirm", phone),
    {
        content: "confirmed",
        trigger: phone
            ? '.o_statusbar_status:contains("سفارش فروش")'
            : `${row("پمپ")}:contains("آماده")`,
    },
];

// ---------------------------------------------------------------------- goods and money
const validate = (phone) => [
    ...header("button_validate", phone),
    {
        content: "done",
        trigger:
            ".o_form_view:not(:has(.o_statusbar_buttons button[name=button_validate]))",
    },
    CLOSED,
    {content: "and saved", trigger: ".o_form_saved, .o_form_readonly"},
];

const produce = (phone) => [
    ...header("button_mark_done", phone),
    {
        content: "produced",
        trigger:
            ".o_form_view:not(:has(.o_statusbar_buttons button[name=button_mark_done]))",
    },
    CLOSED,
    {content: "and saved", trigger: ".o_form_saved, .o_form_readonly"},
];

const invoice = () => [
    {
        content: "invoice, or where it is",
        trigger: ".o_statusbar_buttons button",
        run(helpers) {
            const direct = document.querySelector("button#create_invoice");
            const more = document.querySelector(".o_statusbar_buttons .oi-ellipsis-v");
            return direct ? null : helpers.click(more.closest("button"));
        },
    },
    {content: "invoice", trigger: "button#create_invoice", run: "click"},
    {
        content: "of what was delivered",
        trigger: ".modal-footer button[name=create_invoices]",
        run: "click",
    },
    {
        content: "a draft for finance",
        trigger: ".o_form_view .o_field_widget[name=invoice_line_ids]",
    },
];

const TURNS = {
    offer,
    answer,
    order,
    receive: validate,
    produce,
    ship: validate,
    invoice,
};
for (const [name, steps] of Object.entries(TURNS)) {
    tours.add(`aria_ten_${name}`, {steps: () => steps(false)});
    tours.add(`aria_ten_${name}_phone`, {steps: () => steps(true)});
}
