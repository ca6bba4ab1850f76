/* From the pro-forma to the posted invoice and back: nobody types anything. Texts are in Persian. */
import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const PRODUCT = "پمپ پیش‌فاکتور";

const HEADER = ".o_statusbar_buttons button:has(.oi-ellipsis-v)";
const SMART = ".o_button_more";

function findVisible(selector) {
    return [...document.querySelectorAll(selector)].find(
        (element) => element.offsetParent
    );
}

/** Presses a button of the form; on a telephone it may stand in the menu of the header or of the smart buttons. */
function press(name, menu = HEADER) {
    const button = `button[name=${name}]`;
    return [
        {
            content: `${name}, or the menu that holds it`,
            trigger: `${button}:visible, ${menu}:visible`,
            run() {
                if (!findVisible(button)) {
                    findVisible(menu).click();
                }
            },
        },
        {content: name, trigger: `${button}:visible`, run: "click"},
    ];
}

/** A telephone keeps the step where a document stands out of sight. */
function standsAt(state) {
    const current = `.o_statusbar_status .o_arrow_button_current:contains("${state}")`;
    return `${current}:visible, ${current}:not(:visible)`;
}

tours.add("aria_proforma_seller", {
    steps: () => [
        {content: "the quotation", trigger: `.o_form_view:contains("${PRODUCT}")`},
        ...press("action_aria_proforma"),
        {
            content: "it has its number",
            trigger: '.o_field_widget[name=aria_proforma_number]:contains("PF/")',
        },
        ...press("action_confirm"),
        {
            content: "it is an order",
            trigger: standsAt("سفارش فروش"),
        },
    ],
});

tours.add("aria_proforma_keeper", {
    steps: () => [
        ...press("button_validate"),
        {
            content: "the goods have left",
            trigger: standsAt("انجام شده"),
        },
    ],
});

tours.add("aria_proforma_clerk", {
    steps: () => [
        {
            content: "the line that was sold",
            trigger: `.o_form_view .o_field_widget[name=product_id]:contains("${PRODUCT}")`,
        },
        ...press("action_aria_journal_entries"),
        {
            content: "its invoice is posted",
            trigger: '.o_form_view .o_field_widget[name=name]:contains("INV/")',
        },
        ...press("action_aria_sale_lines", SMART),
        {
            content: "back at the line",
            trigger: `.o_data_row:contains("${PRODUCT}"), .o_kanban_record:contains("${PRODUCT}")`,
        },
    ],
});
