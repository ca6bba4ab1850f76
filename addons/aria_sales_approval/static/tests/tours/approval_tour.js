/* Quotations are submitted, approved, returned and corrected, at the desk with the mouse and on the phone by thumb. The
   texts are those that people read, in Persian. */
import {pause, tap} from "@aria_workflow/../tests/tours/hands";
import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const isPhone = () => window.innerWidth < 768;

async function until(find, what) {
    for (let turn = 0; turn < 150; turn++) {
        const found = find();
        if (found) {
            return found;
        }
        await pause(100);
    }
    throw new Error(`${what} did not come`);
}

/** By thumb on the phone; the sizes of lists and headers are Odoo's own. */
async function hit(element) {
    if (isPhone()) {
        await tap(element, {small: true});
    } else {
        element.click();
    }
    await pause(60);
}

const visible = (selector) =>
    [...document.querySelectorAll(selector)].find((x) => x.getClientRects().length);

const step = (content, run, trigger = ".o_web_client") => ({
    content,
    trigger,
    timeout: 30000,
    run,
});

/** A button of the header; on the phone all but the first stand behind three dots. */
const headerButton = (name, text) =>
    step(`${text} in the header`, async () => {
        const header = `.o_form_view .o_statusbar_buttons`;
        await until(() => visible(`${header} button`), "the header");
        const find = () => visible(`button[name=${name}]`);
        if (!find()) {
            await hit(
                await until(
                    () => visible(`${header} button:has(.oi-ellipsis-v)`),
                    "more"
                )
            );
        }
        const button = await until(find, text);
        if (!button.textContent.includes(text)) {
            throw new Error(`${button.textContent} is not ${text}`);
        }
        await hit(button);
    });

/** The one task that waits for the user. */
const openTask = [
    step("the task that waits", async () => {
        const row = ".o_data_row td[name=name], .o_kanban_record:not(.o_kanban_ghost)";
        await hit(await until(() => visible(row), "the task"));
    }),
    {content: "what is to be decided", trigger: ".o_form_view .o_aria_approval"},
];

/** The dialog: the verdict, a sentence where one is due, and the button. */
const decide = (verdict, note, before = []) => [
    headerButton("action_aria_decide", "تأیید"),
    step(
        `choose ${verdict}`,
        async () => {
            const radio = `.modal .o_field_widget[name=verdict] input[data-value=${verdict}]`;
            await hit(await until(() => document.querySelector(radio), verdict));
        },
        ".modal .modal-body"
    ),
    ...before,
    ...(note
        ? [
              {
                  content: "in a sentence",
                  trigger: ".modal .o_field_widget[name=note] textarea",
                  run: `edit ${note}`,
              },
          ]
        : []),
    step(
        "decide",
        async () => {
            await hit(
                await until(() => visible(".modal button[name=action_apply]"), "decide")
            );
        },
        ".modal button[name=action_apply]"
    ),
    {content: "the dialog is gone", trigger: "body:not(:has(.modal))"},
];

tours.add("aria_approval_submit", {
    steps: () => [
        headerButton("action_aria_submit", "ارسال برای تأیید"),
        {
            content: "it waits for its approvers",
            trigger:
                '.o_field_widget[name=aria_approval_state]:contains("در انتظار تأیید")',
        },
    ],
});

tours.add("aria_approval_approve", {
    steps: () => [
        ...openTask,
        ...decide("approved"),
        {
            content: "nothing is to be decided any more",
            trigger: ".o_form_view:not(:has(button[name=action_aria_decide]))",
        },
    ],
});

tours.add("aria_approval_return", {
    steps: () => [
        ...openTask,
        ...decide("returned", "قیمت پمپ کمتر از بهای تمام‌شده است."),
        {
            content: "nothing is to be decided any more",
            trigger: ".o_form_view:not(:has(button[name=action_aria_decide]))",
        },
    ],
});

/** The card of returned work says why. */
tours.add("aria_approval_read_reason", {
    steps: () => [
        {
            content: "why it came back",
            trigger: '.o_web_client :contains("قیمت پمپ کمتر از بهای تمام‌شده است.")',
        },
    ],
});

/** Correct the price of lines, in the list at the desk and in the dialog of a line on the phone. */
const correct = (product, price) => [
    step(`open the line of ${product}`, async () => {
        const find = () =>
            [
                ...document.querySelectorAll(
                    ".o_field_widget[name=order_line] :is(.o_data_row, .o_kanban_record)"
                ),
            ].find((row) => row.textContent.includes(product));
        const row = await until(find, product);
        const cell = row.querySelector("td[name=price_unit]");
        await hit(cell || row);
        const opened = () =>
            row.classList.contains("o_selected_row") ||
            document.querySelector(".modal");
        await until(opened, `the line of ${product}`);
    }),
    {
        content: `its price is ${price}`,
        trigger: `:is(.modal, .o_selected_row) .o_field_widget[name=price_unit] input`,
        run: `edit ${price}`,
    },
    {
        content: "done",
        trigger: ":is(.modal .o_form_button_save, .o_selected_row)",
        run: async () => {
            if (isPhone()) {
                await hit(visible(".modal .o_form_button_save"));
                await until(
                    () => !document.querySelector(".modal"),
                    "the end of the dialog"
                );
            }
        },
    },
];

const saved = [
    step("save", async () => {
        await hit(await until(() => visible(".o_form_button_save"), "save"));
    }),
    {content: "saved", trigger: ".o_form_saved"},
    {
        content: "submit it again",
        trigger: '.o_field_widget[name=aria_approval_state]:contains("برگشت")',
    },
];

tours.add("aria_approval_correct", {
    steps: () => [...correct("پمپ آزمون", 1300000), ...saved],
});

tours.add("aria_approval_correct_two", {
    steps: () => [
        ...correct("کالای ۹", 1100000),
        ...correct("کالای ۱۰", 1200000),
        ...saved,
    ],
});

tours.add("aria_approval_eight_lines", {
    steps: () => [
        ...openTask,
        ...decide("lines", "قیمت دو کالای آخر پایین است.", [
            ...["کالای ۹", "کالای ۱۰"].map((product) =>
                step(
                    `not ${product}`,
                    async () => {
                        const find = () =>
                            [...document.querySelectorAll(".modal .o_data_row")].find(
                                (row) =>
                                    row
                                        .querySelector("td[name=name]")
                                        .textContent.trim() === product
                            );
                        const row = await until(find, product);
                        const box = () =>
                            find().querySelector("td[name=approved] input");
                        await hit(row.querySelector("td[name=approved]"));
                        await until(
                            () => box() && !box().checked,
                            `${product} unticked`
                        );
                    },
                    ".modal .o_data_row"
                )
            ),
        ]),
        {
            content: "nothing is to be decided any more",
            trigger: ".o_form_view:not(:has(button[name=action_aria_decide]))",
        },
    ],
});

tours.add("aria_approval_two_lines", {
    steps: () => [
        ...openTask,
        step("eight lines were approved before, and two are asked", async () => {
            await until(
                () => document.querySelector(".o_aria_approval"),
                "the content"
            );
            const badges = [
                ...document.querySelectorAll(".o_aria_approval .badge"),
            ].filter(
                (x) => x.getClientRects().length && x.textContent === "قبلاً تأیید شده"
            );
            if (badges.length !== 8) {
                throw new Error(`${badges.length} lines were approved before`);
            }
        }),
        {
            content: "what has changed is told",
            trigger: '.o_aria_changes:contains("کالای ۱۰")',
        },
        ...decide("approved"),
        {
            content: "nothing is to be decided any more",
            trigger: ".o_form_view:not(:has(button[name=action_aria_decide]))",
        },
    ],
});
