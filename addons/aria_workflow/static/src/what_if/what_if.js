import {Component, onMounted, onWillUnmount, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {formatFloat, formatInteger} from "@web/views/fields/formatters";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

const POLL = 2000;
const RUNNING = ["waiting", "running"];

/** The result of a what-if: what gets stuck, and loads before and after as a table or as bars. */
export class WhatIfResult extends Component {
    static template = "aria_workflow.WhatIfResult";
    static props = {...standardFieldProps};

    setup() {
        this.state = useState({subject: "units", shape: "bars", measure: "arrivals"});
        onMounted(() => {
            this.timer = setInterval(() => this.refresh(), POLL);
        });
        onWillUnmount(() => clearInterval(this.timer));
    }

    async refresh() {
        const {record} = this.props;
        if (
            record.resId &&
            RUNNING.includes(record.data.state) &&
            !(await record.isDirty())
        ) {
            await record.load();
        }
    }

    get result() {
        return this.props.record.data[this.props.name];
    }

    /** [{key, name, isNew, before, after}] of the chosen subject, in the chosen measure. */
    get rows() {
        return this.result[this.state.subject]
            .map((row, index) => ({
                key: index,
                name: this.nameOf(row),
                isNew:
                    this.state.subject === "stages" &&
                    Boolean(row.stage) &&
                    !row.old.length,
                before: this.measure(row.before),
                after: this.measure(row.after),
            }))
            .filter((row) => row.before || row.after);
    }

    nameOf(row) {
        if (this.state.subject === "units") {
            return row.unit.name;
        }
        return row.stage ? row.stage.name : _t("%s (removed)", row.old[0].name);
    }

    measure(load) {
        if (this.state.measure === "arrivals") {
            return load.arrivals;
        }
        const hours = (load.seconds + load.planned) / 3600;
        return this.state.measure === "hours" || !load.arrivals
            ? hours
            : hours / load.arrivals;
    }

    format(value) {
        return this.state.measure === "arrivals"
            ? formatInteger(value)
            : formatFloat(value, {digits: [0, 1]});
    }

    share(value) {
        const most = Math.max(...this.rows.flatMap((row) => [row.before, row.after]));
        return most ? (100 * value) / most : 0;
    }

    stepOf(row) {
        return row.event ? row.event_name : _t("to “%s”", row.to ? row.to.name : "");
    }

    number(value) {
        return formatInteger(value);
    }
}

registry.category("fields").add("aria_what_if", {
    component: WhatIfResult,
    supportedTypes: ["json"],
});
