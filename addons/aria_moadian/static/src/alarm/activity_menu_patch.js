import {ActivityMenu} from "@mail/core/web/activity_menu";
import {patch} from "@web/core/utils/patch";

const FILTERS = {overdue: "late", today: "soon"};

/** The group of the tax connector in the clock opens the accountant's board. */
patch(ActivityMenu.prototype, {
    openActivityGroup(group, filter = "all", newWindow = false) {
        if (group.model !== "aria.moadian.submission") {
            return super.openActivityGroup(...arguments);
        }
        this.dropdown.close();
        this.action.doAction("aria_moadian.account_move_action_moadian", {
            newWindow,
            clearBreadcrumbs: true,
            additionalContext: {[`search_default_${FILTERS[filter] || "todo"}`]: 1},
        });
    },
});
