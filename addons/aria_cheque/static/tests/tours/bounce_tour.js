/* A cheque bounces and the ceiling bites: an accountant, then a seller, at the desk and on the telephone, in Persian. */
import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const CUSTOMER = "بازرگانی سهند";

/** Presses a button of the form's header; on a telephone all but the first are in a menu. */
function header(content, phone, button = `button:contains("${content}")`) {
    if (!phone) {
        return [{content, trigger: `.o_statusbar_buttons ${button}`, run: "click"}];
    }
    return [
        {
            content: "further buttons",
            trigger: ".o_statusbar_buttons button:has(.oi-ellipsis-v)",
            run: "click",
        },
        {content, trigger: `.o-dropdown--menu ${button}`, run: "click"},
    ];
}

function bounce(phone) {
    return [
        {
            content: "the cheque of the customer",
            trigger: phone
                ? `.o_kanban_record:contains("${CUSTOMER}")`
                : `.o_data_row td:contains("${CUSTOMER}")`,
            run: "click",
        },
        {
            content: "it is with the bank",
            trigger: phone
                ? '.o_statusbar_status:contains("در جریان وصول")'
                : '.o_statusbar_status .o_arrow_button_current:contains("در جریان وصول")',
        },
        ...header("برگشتی", phone),
        {
            content: "why",
            trigger: ".modal .o_field_widget[name=reason] input",
            run: "edit کسر موجودی",
        },
        {
            content: "confirm",
            trigger: ".modal button[name=action_apply]",
            run: "click",
        },
        {
            content: "it has bounced",
            trigger:
                'body:not(:has(.modal)) .alert-danger:contains("کسر موجودی"):contains("برگشت")',
        },
        {
            content: "its state",
            trigger: '.o_statusbar_status:contains("برگشتی")',
        },
    ];
}

function refused(phone) {
    return [
        {
            content: "the quotation",
            trigger: ".o_form_view .o_field_widget[name=partner_id]",
        },
        ...header("تأیید", phone, "button[name=action_confirm]"),
        {
            content: "the ceiling bites",
            trigger: `.modal:contains("سقف"):contains("${CUSTOMER}")`,
        },
        {
            content: "understood",
            trigger: ".modal footer button",
            run: "click",
        },
        {
            content: "it is a quotation still",
            trigger: "body:not(:has(.modal)) .o_form_view .o_statusbar_buttons",
        },
    ];
}

function told() {
    return [
        {
            content: "the bounced cheque is my work",
            trigger: `.o_content :contains("چک برگشتی ${CUSTOMER}"):last`,
        },
    ];
}

for (const [device, phone] of [
    ["desk", false],
    ["phone", true],
]) {
    tours.add(`aria_cheque_bounce_${device}`, {steps: () => bounce(phone)});
    tours.add(`aria_cheque_told_${device}`, {steps: () => told()});
    tours.add(`aria_cheque_refused_${device}`, {steps: () => refused(phone)});
}
