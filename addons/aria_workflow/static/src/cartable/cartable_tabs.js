import {Component, onMounted, useState} from "@odoo/owl";
import {useBus, useService} from "@web/core/utils/hooks";
import {ControlPanel} from "@web/search/control_panel/control_panel";
import {useDebounced} from "@web/core/utils/timing";

/** Filters of the search view that are shown as tabs; one of them at a time. */
const TABS = ["mine", "in_my_units", "sent_all", "waiting"];

export class CartableTabs extends Component {
    static template = "aria_workflow.CartableTabs";
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.state = useState({limit: 0, counts: {}});
        this.count = useDebounced(() => this.loadCounts(), 150);
        useBus(this.env.searchModel, "update", () => {
            this.render();
            this.count();
        });
        if (this.env.model) {
            useBus(this.env.model.bus, "ARIA_ROWS_READ", this.count);
        }
        onMounted(() => this.loadCounts());
    }

    /** The figures come after the page, which does not wait for them. */
    async loadCounts() {
        Object.assign(
            this.state,
            await this.orm.silent.call("aria.referral", "aria_count_tabs", [])
        );
    }

    getCount(tab) {
        const {counts, limit} = this.state;
        const count = counts[tab.name];
        return count > limit ? `${limit}+` : count;
    }

    get tabs() {
        return this.env.searchModel
            .getSearchItems(
                (item) => item.type === "filter" && TABS.includes(item.name)
            )
            .sort((one, two) => TABS.indexOf(one.name) - TABS.indexOf(two.name));
    }

    /** Several filters change, but the page is read anew only once. */
    onClick(tab) {
        const {searchModel} = this.env;
        const toggled = this.tabs.filter(
            (other) => Boolean(other.isActive) !== (other.id === tab.id)
        );
        searchModel.blockNotification = true;
        for (const item of toggled.slice(1)) {
            searchModel.toggleSearchItem(item.id);
        }
        searchModel.blockNotification = false;
        if (toggled.length) {
            searchModel.toggleSearchItem(toggled[0].id);
        }
    }
}

export class CartableControlPanel extends ControlPanel {
    static template = "aria_workflow.CartableControlPanel";
    static components = {...ControlPanel.components, CartableTabs};
}
