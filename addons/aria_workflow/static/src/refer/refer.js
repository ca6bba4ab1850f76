import {Component, useState} from "@odoo/owl";
import {Dropdown} from "@web/core/dropdown/dropdown";
import {DropdownItem} from "@web/core/dropdown/dropdown_item";
import {STATIC_ACTIONS_GROUP_NUMBER} from "@web/search/action_menus/action_menus";
import {registry} from "@web/core/registry";
import {session} from "@web/session";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {useService} from "@web/core/utils/hooks";

/** Save the record and open the dialog that refers it, with a target filled in if one was chosen. */
async function openDialog(action, record, target = {}) {
    if (!(await record.save())) {
        return;
    }
    await action.doAction("aria_workflow.aria_referral_act_action", {
        additionalContext: {
            active_model: record.resModel,
            active_id: record.resId,
            active_ids: [record.resId],
            default_verb: "refer",
            default_unit_id: target.unit_id || false,
            default_user_id: target.user_id || false,
        },
        onClose: () => record.load(),
    });
}

/** The button that refers a document: whom the user referred to lately comes first. */
export class Refer extends Component {
    static template = "aria_workflow.Refer";
    static components = {Dropdown, DropdownItem};
    static props = {...standardWidgetProps};

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.state = useState({targets: []});
    }

    async onOpen() {
        this.state.targets = await this.orm.call(
            this.props.record.resModel,
            "aria_recent_targets",
            []
        );
    }

    onSelect(target) {
        return openDialog(this.action, this.props.record, target);
    }
}

registry.category("view_widgets").add("aria_refer", {component: Refer});

/** The same in the menu of every form whose documents can be referred. */
export class ReferCogItem extends Component {
    static template = "aria_workflow.ReferCogItem";
    static components = {DropdownItem};
    static props = {};

    setup() {
        this.action = useService("action");
    }

    onSelect() {
        return openDialog(this.action, this.env.model.root);
    }
}

registry.category("cogMenu").add("aria-refer", {
    Component: ReferCogItem,
    groupNumber: STATIC_ACTIONS_GROUP_NUMBER,
    isDisplayed: (env) =>
        env.config.viewType === "form" &&
        Boolean(env.model?.root?.resId) &&
        (session.aria_referable_models || []).includes(env.model.root.resModel),
});
