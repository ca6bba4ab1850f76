import {Component, onWillStart, onWillUpdateProps, useState} from "@odoo/owl";
import {Dialog} from "@web/core/dialog/dialog";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";

/** Asks for the note that a transition demands. */
export class TransitionNoteDialog extends Component {
    static template = "aria_workflow.TransitionNoteDialog";
    static components = {Dialog};
    static props = {title: String, confirm: Function, close: Function};

    setup() {
        this.state = useState({note: ""});
    }

    async onConfirm() {
        await this.props.confirm(this.state.note);
        this.props.close();
    }
}

/** The steps that the user may take with the record now, as buttons. */
export class Transitions extends Component {
    static template = "aria_workflow.Transitions";
    static props = {...standardWidgetProps};

    setup() {
        this.orm = useService("orm");
        this.dialog = useService("dialog");
        this.state = useState({transitions: []});
        onWillStart(() => this.load(this.props.record));
        onWillUpdateProps((nextProps) => this.load(nextProps.record));
    }

    async load(record) {
        this.state.transitions = record.resId
            ? await this.orm.call(record.resModel, "aria_available_transitions", [
                  record.resId,
              ])
            : [];
    }

    onClick(transition) {
        if (!transition.note_required) {
            return this.move(transition);
        }
        this.dialog.add(TransitionNoteDialog, {
            title: transition.name,
            confirm: (note) => this.move(transition, note),
        });
    }

    async move(transition, note = false) {
        const {record} = this.props;
        if (!(await record.save())) {
            return;
        }
        await this.orm.call(record.resModel, "aria_move", [
            [record.resId],
            transition.id,
            note,
        ]);
        await record.model.load();
    }
}

registry.category("view_widgets").add("aria_transitions", {component: Transitions});
