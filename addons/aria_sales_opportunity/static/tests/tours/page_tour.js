/* A seller at the page of an opportunity: edits, refers, parts, loses and answers lines of several quotations without
   leaving it. The texts are those of the screen, in Persian. */
import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const PAGE = {
    content: "the page of the lines",
    trigger: ".nav-link[name=aria_lines]",
    run: "click",
};
const CLOSED = {content: "the dialog is gone", trigger: "body:not(:has(.modal))"};
const APPLY = {
    content: "apply",
    trigger: ".modal-footer button[name=action_apply]:visible",
    run: "click",
};

/** Chooses a record; a telephone shows them in a page of their own. */
function choose(field, text, phone) {
    const input = `.modal .o_field_widget[name=${field}] input`;
    return phone
        ? [
              {content: `choose ${field}`, trigger: input, run: "click"},
              {
                  content: text,
                  trigger: `.o_kanban_record :contains("${text}"):last, .modal .o_data_row td:contains("${text}")`,
                  run: "click",
              },
              {content: "chosen", trigger: `.modal ${input.slice(7)}:value("${text}")`},
          ]
        : [
              {content: `type ${text}`, trigger: input, run: `edit ${text}`},
              {
                  content: `choose ${text}`,
                  trigger: `.o-autocomplete--dropdown-item a:contains("${text}")`,
                  run: "click",
              },
          ];
}

/** The same work in both sizes; `press` presses a button of the line of a product. */
function work(press, phone) {
    return [
        ...press("کالای یک", "fa-share", "ارجاع"),
        ...choose("unit_id", "تأمین", phone),
        APPLY,
        CLOSED,
        {
            content: "it is with supply",
            trigger: `${row("کالای یک", phone)}:contains("تأمین")`,
        },
        ...press("کالای دو", "fa-scissors", "جدا کردن"),
        {
            content: "three of ten",
            trigger: ".modal .o_field_widget[name=qty] input",
            run: "edit 3",
        },
        APPLY,
        CLOSED,
        {
            content: "two lines now",
            trigger: `.o_field_widget[name=aria_line_ids]:has(${row("کالای دو", phone)}:contains("7")):has(${row("کالای دو", phone)}:contains("3"))`,
        },
        ...press("کالای دو", "fa-ban", "از دست رفت", ':contains("7")'),
        ...choose("reason_id", "قیمت رقیب", phone),
        APPLY,
        CLOSED,
        {
            content: "it is lost",
            trigger: `${row("کالای دو", phone)}:contains("ازدست‌رفته")`,
        },
        ...press("کالای سه", "fa-reply", "پاسخ"),
        {
            content: "the answer",
            trigger: ".modal .o_field_widget[name=note] textarea",
            run: "edit هزار ریال",
        },
        APPLY,
        CLOSED,
        {
            content: "nobody waits for it any more",
            trigger: `${row("کالای سه", phone)}:not(:has(button:contains("پاسخ"), .fa-reply))`,
        },
    ];
}

function row(product, phone) {
    return phone
        ? `.o_kanban_record:contains("${product}")`
        : `.o_data_row:contains("${product}")`;
}

tours.add("aria_page_desk", {
    steps: () => [
        PAGE,
        {
            content: "the quantity of the first",
            trigger: `${row("کالای یک")} td[name=product_uom_qty]`,
            run: "click",
        },
        {
            content: "is twelve",
            trigger: ".o_selected_row .o_field_widget[name=product_uom_qty] input",
            run: "edit 12",
        },
        {
            content: "with a discount",
            trigger: ".o_selected_row .o_field_widget[name=discount] input",
            run: "edit 5",
        },
        {content: "save", trigger: ".o_form_button_save", run: "click"},
        {
            content: "the sum follows",
            trigger: ".o_field_widget[name=aria_amount_open]:contains('31,400')",
        },
        ...work((product, icon, _label, part = "") => [
            {
                content: icon,
                trigger: `${row(product)}${part} button.${icon}, ${row(product)}${part} button:has(.${icon})`,
                run: "click",
            },
        ]),
    ],
});

tours.add("aria_page_phone", {
    steps: () => [
        PAGE,
        {
            content: "the first line",
            trigger: `${row("کالای یک", true)} div:contains("کالای یک"):last`,
            run: "click",
        },
        {
            content: "is of twelve",
            trigger: ".o_field_widget[name=product_uom_qty] input",
            run: "edit 12",
        },
        {
            content: "with a discount",
            trigger: ".o_field_widget[name=discount] input",
            run: "edit 5",
        },
        {content: "save", trigger: ".o_form_button_save", run: "click"},
        {content: "saved", trigger: ".o_form_saved"},
        {
            content: "back to the opportunity",
            trigger: ".o_back_button, .breadcrumb-item:last a",
            run: "click",
        },
        PAGE,
        {
            content: "the sum follows",
            trigger: ".o_field_widget[name=aria_amount_open]:contains('31,400')",
        },
        ...work(
            (product, _icon, label, part = "") => [
                {
                    content: label,
                    trigger: `${row(product, true)}${part} button:contains("${label}")`,
                    run: "click",
                },
            ],
            true
        ),
    ],
});
