/* The day after an exhibition, at the desk and on the telephone: campaign, list of visitors, plan, division, referral to
   another unit, its answer, a reminder, a lead that is won and one that is lost. Texts are those that people read. */
import {click, tap} from "@aria_workflow/../tests/tours/hands";
import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const DIALOG = ".modal:last";

/** Chooses a record; a telephone shows the records in a dialog of its own. */
function choose(field, text, phone, scope = "") {
    const input = `${scope} .o_field_widget[name=${field}] input`;
    if (phone) {
        return [
            {content: `open ${field}`, trigger: input, run: "click"},
            {
                content: text,
                trigger: `${DIALOG} .o_kanban_record:contains("${text}") :contains("${text}"):last`,
                run: "click",
            },
        ];
    }
    return [
        {content: `type ${text}`, trigger: input, run: `edit ${text}`},
        {
            content: `choose ${text}`,
            trigger: `.o-autocomplete--dropdown-item a:contains("${text}")`,
            run: "click",
        },
    ];
}

/** Chooses one of a few fixed values. */
function select(field, text, scope = "") {
    return [
        {
            content: `open ${field}`,
            trigger: `${scope} .o_field_widget[name=${field}] input`,
            run: "click",
        },
        {
            content: text,
            trigger: `.o_select_menu_item:contains("${text}")`,
            run: "click",
        },
    ];
}

/** Presses a button of a form's header; on a telephone some of them are in a menu. */
function header(text, phone) {
    const steps = [
        {
            content: text,
            trigger: `.o_statusbar_buttons button:contains("${text}")`,
            run: "click",
        },
    ];
    if (!phone) {
        return steps;
    }
    return [
        {
            content: "further buttons",
            trigger: ".o_statusbar_buttons button:has(.oi-ellipsis-v)",
            run: "click",
        },
        {
            content: text,
            trigger: `.o-dropdown--menu button:contains("${text}")`,
            run: "click",
        },
    ];
}

function apply(text) {
    return [
        {
            content: text,
            trigger: `.modal-footer button[name=action_apply]:contains("${text}")`,
            run: "click",
        },
        {content: "the dialog is gone", trigger: "body:not(:has(.modal))"},
    ];
}

const save = () => [
    {content: "save", trigger: ".o_form_button_save", run: "click"},
    {content: "saved", trigger: ".o_form_saved"},
];

const edit = (field, text, scope = "") => ({
    content: `${field}: ${text}`,
    trigger: `${scope} .o_field_widget[name=${field}] :is(input, textarea)`,
    run: `edit ${text}`,
});

/** A figure of the preview. */
const figure = (field, number) => ({
    content: `${number} ${field}`,
    trigger: `.modal .o_field_widget[name=${field}]:contains(/^${number}$/)`,
});

function both(name, makeSteps) {
    for (const phone of [false, true]) {
        tours.add(`aria_exhibition_${name}_${phone ? "phone" : "desk"}`, {
            steps: () => makeSteps(phone),
        });
    }
}

both("campaign", (phone) => [
    // the cards of a telephone ask for the name only, and open the form from there
    ...(phone
        ? []
        : [{content: "a new campaign", trigger: ".o_list_button_add", run: "click"}]),
    edit("title", "نمایشگاه صنعت"),
    ...select("aria_kind", "نمایشگاه"),
    edit("aria_place", "تهران"),
    edit("aria_cost", "6000000"),
    ...save(),
]);

both("import", (phone) => [
    {
        content: "import",
        trigger: '.o_statusbar_buttons button:contains("ورود سرنخ‌ها")',
        run: "click",
    },
    {
        content: "the campaign is known",
        trigger:
            '.modal .o_field_widget[name=campaign_id] input:value("نمایشگاه صنعت")',
    },
    {
        content: "choose the file",
        trigger: ".modal .o_field_widget[name=file] .o_select_file_button",
        async run({anchor}) {
            await (phone ? tap(anchor, {small: true}) : click(anchor));
        },
    },
    {
        content: "the file is there",
        trigger: ".modal .o_field_widget[name=file] .o_clear_file_button",
    },
    {
        content: "preview",
        trigger: ".modal-footer button[name=action_preview]",
        run: "click",
    },
    figure("row_count", 31),
    figure("good_count", 26),
    figure("known_count", 3),
    figure("repeated_count", 1),
    figure("rejected_count", 1),
    {
        content: "why a row is rejected",
        trigger: '.modal .o_aria_import_rows tr:contains("۰۹۱۲۳"):contains("تلفن")',
    },
    {
        content: "who is known already",
        trigger: '.modal .o_aria_import_rows tr:contains("مشتری دیرین")',
    },
    {
        content: "record them too",
        trigger:
            '.modal .o_field_widget[name=duplicates] .o_radio_item:contains("آن‌ها هم ثبت شوند") input',
        run: "click",
    },
    ...(phone ? choose("plan_id", "پس از نمایشگاه", true, ".modal") : []),
    {
        content: "import",
        trigger: ".modal-footer button[name=action_import]",
        run: "click",
    },
    figure("lead_count", 30),
    {
        content: "show them",
        trigger: ".modal-footer button[name=action_open_leads]",
        run: "click",
    },
    {
        content: "the leads",
        trigger: phone
            ? ".o_kanban_record:not(.o_kanban_ghost)"
            : ".o_data_row:nth-child(30)",
    },
    ...(phone
        ? []
        : [
              {
                  content: "all of them",
                  trigger: "thead .o_list_record_selector input",
                  run: "click",
              },
              {
                  content: "what to do with them",
                  trigger: ".o_cp_action_menus .dropdown-toggle:last",
                  run: "click",
              },
              {
                  content: "a plan",
                  trigger:
                      '.o-dropdown--menu .o_menu_item:contains("اجرای برنامهٔ پیگیری")',
                  run: "click",
              },
              ...choose("plan_id", "پس از نمایشگاه", false, ".modal"),
              {
                  content: "for thirty leads",
                  trigger: ".modal .o_field_widget[name=new_count]:contains(/^30$/)",
              },
              {
                  content: "apply",
                  trigger: ".modal-footer button[name=action_apply]",
                  run: "click",
              },
              {
                  content: "their follow-ups",
                  trigger: ".o_data_row:nth-child(80)",
              },
          ]),
]);

function addPart(person, phone) {
    if (!phone) {
        return [
            {
                content: "a part",
                trigger: ".modal .o_field_x2many_list_row_add a",
                run: "click",
            },
            ...choose("user_id", person, false, ".modal .o_selected_row"),
        ];
    }
    return [
        {content: "a part", trigger: ".modal .o-kanban-button-new", run: "click"},
        ...choose("user_id", person, true, DIALOG),
        {
            content: `${person} is chosen`,
            trigger: `${DIALOG} .o_field_widget[name=user_id] input:value("${person}")`,
        },
        {
            content: "keep it",
            trigger: `${DIALOG} .o_form_button_save`,
            run: "click",
        },
        {
            content: "it is a card",
            trigger: `.modal .o_kanban_record:contains("${person}")`,
        },
    ];
}

both("divide", (phone) => [
    ...header("تقسیم", phone),
    ...["رضا کارشناس", "مینا کارشناس", "کاوه کارشناس"].flatMap((person) =>
        addPart(person, phone)
    ),
    ...apply("تقسیم"),
]);

/** From the list of the cartable, without leaving it: an action, and on to another unit. */
both("refer", (phone) => [
    {
        content: "note an action",
        trigger: phone
            ? '.o_kanban_record:contains("مریم کریمی"):contains("تماس") button:contains("ثبت اقدام")'
            : '.o_data_row:contains("مریم کریمی"):contains("تماس") button:has(.fa-phone)',
        run: "click",
    },
    edit("outcome", "کاتالوگ فنی می‌خواهد", ".modal"),
    {
        content: "refer it on",
        trigger:
            '.modal .o_field_widget[name=then] .o_radio_item:contains("ارجاع") input',
        run: "click",
    },
    ...choose("unit_id", "تأمین", phone, ".modal"),
    edit("instruction", "کاتالوگ پمپ را بفرستید.", ".modal"),
    ...apply("ثبت اقدام"),
    {
        content: "it has left the list, which is still there",
        trigger: phone
            ? '.o_kanban_view:not(:has(.o_kanban_record:contains("مریم کریمی"):contains("تماس")))'
            : '.o_list_view:not(:has(.o_data_row:contains("مریم کریمی"):contains("تماس")))',
    },
]);

both("answer", (phone) => [
    {
        content: "the telephone is a link",
        trigger: `${phone ? ".o_kanban_record" : ".o_data_row"} a[href^="tel:"]`,
    },
    {
        content: "what was said last time",
        trigger: `${phone ? ".o_kanban_record" : ".o_data_row"}:contains("کاتالوگ فنی می‌خواهد")`,
    },
    {
        content: "answer",
        trigger: phone
            ? '.o_kanban_record button:contains("پاسخ")'
            : ".o_data_row button:has(.fa-check)",
        run: "click",
    },
    edit("note", "کاتالوگ فرستاده شد.", ".modal"),
    ...apply("پاسخ"),
]);

/** Everything that happened around the lead, on its own page. */
both("timeline", () => [
    {
        content: "the page of the timeline",
        trigger: ".o_notebook .nav-link[name=aria_history]",
        run: "click",
    },
    {
        content: "what was done",
        trigger:
            '.o_aria_history_entry[data-kind=action]:contains("کاتالوگ فنی می‌خواهد")',
    },
    {
        content: "what the other unit answered",
        trigger:
            '.o_aria_history_entry[data-kind=answer]:contains("کاتالوگ فرستاده شد.")',
    },
    {
        content: "referrals only",
        trigger: ".o_aria_history button[data-group=referral]",
        run: "click",
    },
    {
        content: "the action is left out",
        trigger:
            ".o_aria_history:has([data-kind=answer]):not(:has([data-kind=action]))",
    },
]);

both("reminder", () => [
    {
        content: "the reminder is in the inbox",
        trigger: '.o-mail-Message:contains("یادآوری"):contains("تماس")',
    },
]);

both("convert", (phone) => [
    edit("expected_revenue", "50000000"),
    ...save(),
    ...header("برد", phone),
    {
        content: "won",
        trigger: ".o_form_view .ribbon, .o_reward",
    },
]);

both("opportunity", () => [
    {
        content: "a lead becomes an opportunity",
        trigger: '.o_statusbar_buttons button:contains("تبدیل به فرصت")',
        run: "click",
    },
    {
        content: "with its customer",
        trigger: ".modal-footer button[name=action_apply]",
        run: "click",
    },
    {
        content: "an opportunity",
        trigger: ".o_form_view .o_field_widget[name=expected_revenue]",
    },
]);

both("lose", (phone) => [
    ...header("باخته", phone),
    {
        content: "why",
        trigger: '.modal .o_selection_badge:contains("گران بود")',
        run: "click",
    },
    {
        content: "lost",
        trigger: ".modal-footer button[name=action_lost_reason_apply]",
        run: "click",
    },
    {content: "it is marked", trigger: '.o_form_view .ribbon:contains("باخته")'},
]);

both("figures", () => [
    {
        content: "figures",
        trigger: '.o_notebook .nav-link:contains("آمار")',
        run: "click",
    },
    ...Object.entries({
        aria_lead_count: "30",
        aria_duplicate_count: "4",
        aria_opportunity_count: "1",
        aria_won_count: "1",
        aria_lost_count: "1",
    }).map(([field, number]) => ({
        content: `${field} is ${number}`,
        trigger: `.o_field_widget[name=${field}]:contains(/^${number}$/)`,
    })),
]);
