import {Component, onWillStart, onWillUpdateProps, useState} from "@odoo/owl";
import {
    deserializeDate,
    deserializeDateTime,
    toLocaleDateString,
    toLocaleDateTimeString,
} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {formatFloat, formatFloatTime} from "@web/views/fields/formatters";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {useService} from "@web/core/utils/hooks";

const ICONS = {
    action: "fa-phone",
    referral: "fa-share",
    answer: "fa-reply",
    activity: "fa-clock-o",
    done: "fa-check",
    message: "fa-comment-o",
    order: "fa-file-text-o",
};

/** All that happened around a lead, the last first; older entries are fetched when they are asked for. */
export class History extends Component {
    static template = "aria_crm_lead.History";
    static props = {...standardWidgetProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({entries: [], groups: [], group: false, next: false});
        onWillStart(() => this.load(this.props.record.resId));
        onWillUpdateProps(({record}) => {
            // what is being typed changes nothing that has happened
            if (record.resId !== this.resId || !record.dirty) {
                return this.load(record.resId);
            }
        });
    }

    async load(resId) {
        this.resId = resId;
        const page = resId
            ? await this.fetch(false)
            : {entries: [], groups: [], next: false};
        Object.assign(this.state, page);
    }

    fetch(before) {
        return this.orm.call(this.props.record.resModel, "aria_get_history", [
            [this.resId],
            this.state.group ? [this.state.group] : [],
            before,
        ]);
    }

    choose(group) {
        this.state.group = group;
        return this.load(this.resId);
    }

    async showOlder() {
        const {entries, next} = await this.fetch(this.state.next);
        this.state.entries.push(...entries);
        this.state.next = next;
    }

    open(entry) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: entry.res_model,
            res_id: entry.res_id,
            views: [[false, "form"]],
        });
    }

    icon(entry) {
        return ICONS[entry.kind] || "fa-circle-o";
    }

    time(entry) {
        return this.show(entry.date, "datetime");
    }

    /** Shows a value of the server in the language of the reader. */
    show(value, type) {
        if (type === "boolean") {
            return value ? _t("Yes") : _t("No");
        }
        if (!value) {
            return value === 0 ? "0" : "–";
        }
        if (type === "datetime") {
            const moment = deserializeDateTime(String(value).replace(/Z$/, ""));
            return toLocaleDateTimeString(moment, {showSeconds: false});
        }
        if (type === "date") {
            return toLocaleDateString(deserializeDate(value));
        }
        if (typeof value === "number") {
            return type === "hours"
                ? formatFloatTime(value)
                : formatFloat(value, {trailingZeros: false});
        }
        return String(value);
    }
}

registry.category("view_widgets").add("aria_history", {component: History});
