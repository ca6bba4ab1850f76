import {Component, onWillStart, onWillUpdateProps, useState} from "@odoo/owl";
import {deserializeDateTime, toLocaleDateTimeString} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {formatFloatTime} from "@web/views/fields/formatters";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {useService} from "@web/core/utils/hooks";

const STATE_COLORS = {
    open: "info",
    accepted: "primary",
    answered: "success",
    returned: "warning",
    cancelled: "secondary",
};

/** Who held the work, how long, and what they answered; parts stand below their whole. */
export class Timeline extends Component {
    static template = "aria_workflow.Timeline";
    static props = {...standardWidgetProps};

    setup() {
        this.orm = useService("orm");
        this.state = useState({steps: []});
        onWillStart(() => this.load(this.props.record));
        onWillUpdateProps((nextProps) => this.load(nextProps.record));
    }

    async load(record) {
        const steps = record.resId
            ? await this.orm.call(record.resModel, "aria_get_timeline", [
                  [record.resId],
              ])
            : [];
        this.state.steps = this.arrange(steps);
    }

    /** Put each part below its whole, one level further in. */
    arrange(steps) {
        const known = new Set(steps.map((step) => step.id));
        const below = (id, level) =>
            steps
                .filter(
                    (step) =>
                        (known.has(step.parent_id) ? step.parent_id : false) === id
                )
                .flatMap((step) => [{...step, level}, ...below(step.id, level + 1)]);
        return below(false, 0);
    }

    color(step) {
        return STATE_COLORS[step.state];
    }

    /** Where the work came from, and for how long it was held. */
    story(step) {
        const parts = [];
        if (step.sender) {
            parts.push(_t("From %(name)s", {name: step.sender}));
        }
        if (step.in_place_of) {
            parts.push(_t("In place of %(name)s", {name: step.in_place_of}));
        }
        parts.push(
            _t("Held for %(hours)s hours, %(working)s of them working time", {
                hours: formatFloatTime(step.hours),
                working: formatFloatTime(step.working_hours),
            })
        );
        return parts.join(" · ");
    }

    describe(change) {
        const parts = [`${change.user}, ${this.time(change.date)}`];
        if (change.deadline) {
            parts.push(
                _t("New deadline: %(time)s", {time: this.time(change.deadline)})
            );
        }
        if (change.priority) {
            parts.push(_t("New priority: %(priority)s", {priority: change.priority}));
        }
        return [...parts, change.reason].filter(Boolean).join(" · ");
    }

    time(value) {
        return value
            ? toLocaleDateTimeString(deserializeDateTime(value), {showSeconds: false})
            : "";
    }
}

registry.category("view_widgets").add("aria_timeline", {component: Timeline});
