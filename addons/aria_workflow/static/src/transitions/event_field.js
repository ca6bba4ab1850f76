import {registry} from "@web/core/registry";
import {
    SelectionField,
    selectionField,
} from "@web/views/fields/selection/selection_field";

/** A code to be chosen among those that the record itself offers in `event_choices`. */
export class EventField extends SelectionField {
    setup() {
        super.setup();
        this.type = "selection";
    }

    get options() {
        return this.props.record.data.event_choices || [];
    }

    get string() {
        const value = this.props.record.data[this.props.name];
        return this.options.find((option) => option[0] === value)?.[1] || value || "";
    }
}

registry.category("fields").add("aria_event", {
    ...selectionField,
    component: EventField,
    supportedTypes: ["char"],
    fieldDependencies: [{name: "event_choices", type: "json"}],
});
