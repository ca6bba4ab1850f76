/* Deadlines are dragged in the calendar of the cartable, with the mouse. The documents are called after the days to
   which they are dragged, counted from the day on which the tour begins. */
import {drag, pause} from "./hands";
import {registry} from "@web/core/registry";

const {DateTime} = luxon;
const tours = registry.category("web_tour.tours");

const event = (name) =>
    [...document.querySelectorAll(".fc-event")].find((element) =>
        element.textContent.includes(name)
    );

/** The day of the month's sheet that lies ``offset`` days from today; one week is always in sight. */
const day = (offset) =>
    document.querySelector(
        `.fc-daygrid-day[data-date="${DateTime.now().plus({days: offset}).toISODate()}"]`
    );

async function until(call, what) {
    for (let turn = 0; turn < 100; turn++) {
        if (call()) {
            return;
        }
        await pause(100);
    }
    throw new Error(`${what} did not come`);
}

const isAt = (name, offset) => day(offset)?.contains(event(name));

const step = (content, run) => ({
    content,
    trigger: ".o_web_client",
    timeout: 30000,
    run,
});

const month = [
    {
        content: "its scale",
        trigger: ".o_view_scale_selector .scale_button_selection",
        run: "click",
    },
    {content: "a month", trigger: ".o_scale_button_month", run: "click"},
    {content: "the days of a month", trigger: ".fc-dayGridMonth-view .fc-event"},
];

/** Drag, read the one sentence of the refusal, close it, and find the deadline where it was. */
const refused = (name, from, to, sentence) => [
    step(`drag ${name}`, async () => {
        await until(() => isAt(name, from), `${name} on its day`);
        await pause(800); // what was dragged before is still being drawn anew
        await drag(event(name), day(to));
    }),
    {
        content: "refused in a sentence",
        trigger: `.modal .o_dialog_warning:contains("${sentence}"), .modal .modal-body:contains("${sentence}")`,
    },
    {content: "understood", trigger: ".modal-footer button", run: "click"},
    step("it goes back to its day", () =>
        until(() => isAt(name, from), `${name} back on its day`)
    ),
];

tours.add("aria_calendar_sender", {
    steps: () => [
        ...month,
        step("drag a deadline to the next day", async () => {
            await until(() => isAt("مهلت فرستنده", 1), "the deadline on its day");
            await drag(event("مهلت فرستنده"), day(2));
            await until(() => isAt("مهلت فرستنده", 2), "the deadline on the next day");
        }),
        ...refused("مهلت دیگر", 1, -1, "گذشته"),
    ],
});

tours.add("aria_calendar_holder", {
    steps: () => [...month, ...refused("مهلت دارنده", 1, 2, "سارا فروشنده")],
});
