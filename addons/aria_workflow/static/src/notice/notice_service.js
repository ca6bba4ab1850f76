import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";

/** Shows news that the scheduler has just told, and brings the inbox of Discuss up to date. */
export const noticeService = {
    dependencies: ["action", "bus_service", "mail.store", "notification"],

    start(env, {action, bus_service: bus, "mail.store": store, notification}) {
        bus.subscribe("aria.notice/told", ({message, inbox, referral}, {id}) => {
            const remove = notification.add(message, {
                type: "info",
                sticky: true,
                buttons: [
                    {
                        name: _t("Open"),
                        primary: true,
                        onClick: () => {
                            remove();
                            openNews(action, referral);
                        },
                    },
                ],
            });
            if (inbox) {
                updateInbox(store.inbox, inbox, id);
            }
        });
    },
};

function openNews(action, referral) {
    if (!referral) {
        return action.doAction("aria_workflow.aria_referral_action");
    }
    return action.doAction({
        type: "ir.actions.act_window",
        res_model: "aria.referral",
        res_id: referral,
        views: [[false, "form"]],
    });
}

function updateInbox(inbox, count, busId) {
    if (busId > inbox.counter_bus_id) {
        inbox.counter += count;
    }
    if (inbox.isLoaded) {
        inbox.fetchNewMessages();
    }
}

registry.category("services").add("aria_notice", noticeService);
