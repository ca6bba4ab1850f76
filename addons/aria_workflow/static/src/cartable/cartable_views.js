import {CalendarModel} from "@web/views/calendar/calendar_model";
import {CartableControlPanel} from "./cartable_tabs";
import {calendarView} from "@web/views/calendar/calendar_view";
import {kanbanView} from "@web/views/kanban/kanban_view";
import {listView} from "@web/views/list/list_view";
import {registry} from "@web/core/registry";

/** A deadline that the server refuses to move goes back to its place. */
export class CartableCalendarModel extends CalendarModel {
    async updateRecord() {
        try {
            return await super.updateRecord(...arguments);
        } catch (error) {
            await this.load();
            throw error;
        }
    }
}

/** Tells the tabs when the rows were read anew, as after something was done with them. */
const counted = (Model) =>
    class extends Model {
        async load() {
            await super.load(...arguments);
            this.bus.trigger("ARIA_ROWS_READ");
        }
    };

const views = registry.category("views");
const ControlPanel = CartableControlPanel;
views.add("aria_cartable_list", {
    ...listView,
    ControlPanel,
    Model: counted(listView.Model),
});
views.add("aria_cartable_kanban", {
    ...kanbanView,
    ControlPanel,
    Model: counted(kanbanView.Model),
});
views.add("aria_cartable_calendar", {
    ...calendarView,
    ControlPanel,
    Model: CartableCalendarModel,
});
