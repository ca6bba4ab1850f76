import {Component, onWillStart, onWillUpdateProps, useState} from "@odoo/owl";
import {KanbanRenderer} from "@web/views/kanban/kanban_renderer";
import {ListRenderer} from "@web/views/list/list_renderer";
import {kanbanView} from "@web/views/kanban/kanban_view";
import {listView} from "@web/views/list/list_view";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";

/** The first steps of a fresh company, above its campaigns; the server says who sees them. */
export class OnboardingPanel extends Component {
    static template = "aria_crm_lead.OnboardingPanel";
    static props = {list: {type: Object, optional: true}};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({steps: false});
        const load = async () => {
            this.state.steps = await this.orm.call(
                "onboarding.onboarding",
                "aria_get_panel"
            );
        };
        onWillStart(load);
        onWillUpdateProps(load);
    }

    async open(step) {
        const action = await this.orm.call("onboarding.onboarding.step", step.method);
        await this.action.doAction(action);
    }

    async close() {
        await this.orm.call("onboarding.onboarding", "aria_close_panel");
        this.state.steps = false;
    }
}

class CampaignListRenderer extends ListRenderer {
    static template = "aria_crm_lead.CampaignListRenderer";
    static components = {...ListRenderer.components, OnboardingPanel};
}

class CampaignKanbanRenderer extends KanbanRenderer {
    static template = "aria_crm_lead.CampaignKanbanRenderer";
    static components = {...KanbanRenderer.components, OnboardingPanel};
}

const views = registry.category("views");
views.add("aria_campaign_list", {...listView, Renderer: CampaignListRenderer});
views.add("aria_campaign_kanban", {...kanbanView, Renderer: CampaignKanbanRenderer});
