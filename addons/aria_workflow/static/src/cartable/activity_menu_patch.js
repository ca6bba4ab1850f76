import {ActivityMenu} from "@mail/core/web/activity_menu";
import {patch} from "@web/core/utils/patch";

const DAY_FILTERS = {overdue: "overdue", today: "today", upcoming_all: "upcoming"};

/** The group of the cartable in the clock opens the cartable, with the day that was clicked. */
patch(ActivityMenu.prototype, {
    openActivityGroup(group, filter = "all", newWindow = false) {
        if (group.model !== "aria.referral") {
            return super.openActivityGroup(...arguments);
        }
        this.dropdown.close();
        const day = DAY_FILTERS[filter];
        this.action.doAction("aria_workflow.aria_referral_action", {
            newWindow,
            clearBreadcrumbs: true,
            additionalContext: day ? {[`search_default_${day}`]: 1} : {},
        });
    },
});
