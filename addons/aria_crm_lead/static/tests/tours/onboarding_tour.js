/* The first steps of a fresh company: a step is opened and done, then the panel is closed for good. */
import {registry} from "@web/core/registry";

const PANEL = ".o_aria_onboarding";

for (const [name, view] of [
    ["desk", ".o_list_renderer"],
    ["phone", ".o_kanban_renderer"],
]) {
    registry.category("web_tour.tours").add(`aria_onboarding_${name}`, {
        steps: () => [
            {
                content: "three steps above the campaigns",
                trigger: `${PANEL}:has(button.btn-primary:contains("کمپینی طراحی کنید")):has(button:contains("ورود سرنخ‌ها")) ~ ${view}`,
            },
            {
                content: "the first campaign",
                trigger: `${PANEL} button:contains("کمپینی طراحی کنید")`,
                run: "click",
            },
            {
                content: "its form",
                trigger: ".o_form_view .o_field_widget[name=title] input",
                run: "edit نمایشگاه تازه",
            },
            {
                content: "kinds",
                trigger: ".o_field_widget[name=aria_kind] input",
                run: "click",
            },
            {
                content: "exhibition",
                trigger: `.o_select_menu_item:contains("نمایشگاه")`,
                run: "click",
            },
            {
                content: "save",
                trigger: ".o_form_button_save",
                run: "click",
            },
            {
                content: "saved",
                trigger: ".o_form_saved",
            },
            {
                content: "back to the campaigns",
                trigger:
                    name === "phone"
                        ? ".o_breadcrumb .o_back_button, .o_mobile_breadcrumb, a.o_back_button"
                        : ".o_breadcrumb .o_back_button",
                run: "click",
            },
            {
                content: "the second step is done",
                trigger: `${PANEL} h5:has(.fa-check):contains("نخستین کمپین")`,
            },
            {
                content: "close",
                trigger: `${PANEL} .btn-close`,
                run: "click",
            },
            {
                content: "the panel is gone, the campaign is there",
                trigger: `body:not(:has(${PANEL})) ${view}:contains("نمایشگاه تازه")`,
            },
        ],
    });
}
