/* A salesperson meets the ceiling, finance releases the order, and it is confirmed. Texts are in Persian. */
import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");

/** Presses a button of the form's header; on a telephone all but the first are in a menu. */
function header(name, phone) {
    const button = `button[name=${name}]`;
    if (!phone) {
        return [
            {content: name, trigger: `.o_statusbar_buttons ${button}`, run: "click"},
        ];
    }
    return [
        {
            content: "further buttons",
            trigger: ".o_statusbar_buttons button:has(.oi-ellipsis-v)",
            run: "click",
        },
        {content: name, trigger: `.o-dropdown--menu ${button}`, run: "click"},
    ];
}

for (const [suffix, phone] of [
    ["", false],
    ["_phone", true],
]) {
    tours.add(`aria_credit_refused${suffix}`, {
        steps: () => [
            {content: "warned", trigger: '.alert:contains("بیش از سقف")'},
            ...header("action_confirm", phone),
            {
                content: "refused with the figures",
                trigger: '.modal:contains("متوقف شد"):contains("بیش از سقف")',
            },
            {content: "understood", trigger: ".modal-footer button", run: "click"},
            {content: "the dialog is gone", trigger: "body:not(:has(.modal))"},
        ],
    });
    tours.add(`aria_credit_release${suffix}`, {
        steps: () => [
            {
                content: "release it",
                trigger: '.alert:contains("بیش از سقف") button:contains("آزادسازی")',
                run: "click",
            },
            {
                content: "why it is stopped",
                trigger: '.modal .alert:contains("بیش از سقف")',
            },
            {
                content: "why it may pass",
                trigger: ".modal .o_field_widget[name=reason] textarea",
                run: "edit چک آن فردا می‌رسد",
            },
            {
                content: "apply",
                trigger: ".modal-footer button[name=action_apply]",
                run: "click",
            },
            {
                content: "said on the order",
                trigger:
                    'body:not(:has(.modal)) .alert:contains("مالی آن را آزاد کرده است")',
            },
        ],
    });
    tours.add(`aria_credit_confirm${suffix}`, {
        steps: () => [
            ...header("action_confirm", phone),
            {
                content: "confirmed",
                trigger: ".o_form_view:not(:has(.alert-warning:visible))",
            },
            {
                content: "an order",
                trigger:
                    '.o_statusbar_status button.o_arrow_button_current:contains("سفارش فروش"), .o_statusbar_status button:contains("سفارش فروش")',
            },
        ],
    });
}
