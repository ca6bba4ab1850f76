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

const views = registry.category("views");
const ControlPanel = CartableControlPanel;
views.add("aria_cartable_list", {...listView, ControlPanel});
views.add("aria_cartable_kanban", {...kanbanView, ControlPanel});
views.add("aria_cartable_calendar", {
    ...calendarView,
    ControlPanel,
    Model: CartableCalendarModel,
});
