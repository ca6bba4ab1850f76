import {registry} from "@web/core/registry";

const node = (name) => `.o_aria_node[aria-label="${name}"]`;

registry.category("web_tour.tours").add("aria_workflow_editor", {
    steps: () => [
        {
            content: "the stages of the draft are drawn",
            trigger: node("Supply"),
        },
        {
            content: "add a stage",
            trigger: ".o_aria_add_stage",
            run: "click",
        },
        {
            content: "name it in the panel",
            trigger: ".o_aria_panel .o_field_widget[name=name] input",
            run: "edit Quality",
        },
        {
            content: "keep it",
            trigger: ".o_aria_panel button.btn-primary",
            run: "click",
        },
        {
            content: "lead a transition from supply to it, by the keyboard",
            trigger: node("Quality"),
            run() {
                const press = (name, key) => {
                    const element = document.querySelector(node(name));
                    element.focus();
                    element.dispatchEvent(
                        new KeyboardEvent("keydown", {key, bubbles: true})
                    );
                };
                press("Supply", "c");
                press("Quality", "Enter");
            },
        },
        {
            content: "its panel opens",
            trigger: ".o_aria_panel .o_field_widget[name=guard_domain]",
        },
    ],
});
