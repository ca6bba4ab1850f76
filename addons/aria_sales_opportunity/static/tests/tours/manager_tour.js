/* A manager changes the cycle while lines run through it, at the desk and on the telephone. Texts are in Persian. */
import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const QUALITY = "کنترل کیفیت";
const node = (name) => `.o_aria_node[aria-label="${name}"]`;

/** Presses a button of the form's header; on a telephone all but the first are in a menu. */
function header(name, phone) {
    const button = `button[name=${name}]`;
    if (!phone) {
        return [
            {content: name, trigger: `.o_statusbar_buttons ${button}`, run: "click"},
        ];
    }
    return [
        {
            content: "further buttons",
            trigger: ".o_statusbar_buttons button:has(.oi-ellipsis-v)",
            run: "click",
        },
        {content: name, trigger: `.o-dropdown--menu ${button}`, run: "click"},
    ];
}

function back() {
    return {
        content: "back to the workflow",
        trigger: ".o_back_button, .breadcrumb-item:last a",
        run: "click",
    };
}

/** Leads a transition from one stage to another: by keyboard, or by two taps. */
function lead(source, target, phone) {
    if (phone) {
        return [
            {
                content: "the whole drawing",
                trigger: ".o_aria_panel .btn-close",
                run: "click",
            },
            {
                content: "in sight",
                trigger:
                    "body:not(:has(.o_aria_panel)) .o_aria_zoom button:nth-child(2)",
                run: "click",
            },
            {
                content: `tap the dot of ${source}`,
                trigger: `${node(source)} .o_aria_handle:last`,
                run: "click",
            },
            {content: `then ${target}`, trigger: `${node(target)} rect`, run: "click"},
        ];
    }
    const press = (name, key) => {
        const element = document.querySelector(node(name));
        element.focus();
        element.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
    };
    return [
        {
            content: `from ${source} to ${target}`,
            trigger: node(target),
            run() {
                press(source, "c");
                press(target, "Enter");
            },
        },
    ];
}

function keep() {
    return {
        content: "keep it",
        trigger: '.o_aria_panel button.btn-primary:contains("ذخیره")',
        run: "click",
    };
}

/** Chooses a record in the panel; a telephone shows the records in a dialog. */
function choose(field, text, phone) {
    const input = `.o_aria_panel .o_field_widget[name=${field}] input`;
    const pick = phone
        ? [
              {content: `choose ${field}`, trigger: input, run: "click"},
              {
                  content: text,
                  trigger: `.modal .o_kanban_record:contains("${text}") :contains("${text}"):last`,
                  run: "click",
              },
          ]
        : [
              {content: `type ${text}`, trigger: input, run: `edit ${text}`},
              {
                  content: `choose ${text}`,
                  trigger: `.o-autocomplete--dropdown-item a:contains("${text}")`,
                  run: "click",
              },
          ];
    return [
        ...pick,
        {
            content: "chosen",
            trigger: `body:not(:has(.modal, .o-autocomplete--dropdown-menu)) ${input}:value("${text}")`,
        },
    ];
}

function draw(phone) {
    return [
        ...header("action_draw", phone),
        {content: "add a stage", trigger: ".o_aria_add_stage", run: "click"},
        {
            content: "its name",
            trigger: ".o_aria_panel .o_field_widget[name=name] input",
            run: `edit ${QUALITY}`,
        },
        ...choose("unit_id", "تولید", phone),
        keep(),
        {
            content: "what supply has found goes there",
            trigger: '.o_aria_way[aria-label*="تأمین → پیش‌فاکتور شده: انجام شد"]',
            run(helpers) {
                const hit = this.anchor.querySelector(".o_aria_hit");
                return helpers.click(hit);
            },
        },
        ...choose("to_stage_id", QUALITY, phone),
        keep(),
        ...lead(QUALITY, "پیش‌فاکتور شده", phone),
        {
            content: "its panel",
            trigger: `.o_aria_panel .o_field_widget[name=from_stage_id] input:value("${QUALITY}")`,
        },
        {
            content: "its text",
            trigger: ".o_aria_panel .o_field_widget[name=name] input",
            run: "edit تأیید کیفیت",
        },
        keep(),
        {
            content: "drawn",
            trigger: `.o_aria_way[aria-label*="${QUALITY} → پیش‌فاکتور شده: تأیید کیفیت"]`,
        },
        back(),
    ];
}

function change(phone) {
    return [
        {
            content: "the flow in use",
            trigger: phone
                ? '.o_kanban_record:contains("آزمون تغییر")'
                : '.o_data_row td:contains("آزمون تغییر")',
            run: "click",
        },
        ...header("action_new_version", phone),
        {
            content: "a draft of it",
            trigger:
                '.o_statusbar_status button[data-value="draft"].o_arrow_button_current, .o_statusbar_status button:contains("پیش‌نویس")',
        },
        ...draw(phone),
        {content: "the workflow again", trigger: ".o_field_widget[name=stage_ids]"},
        ...header("action_what_if", phone),
        {
            content: "what if",
            trigger: ".o_statusbar_buttons button[name=action_run]",
            run: "click",
        },
        {
            content: "it waits for the job",
            trigger: ".o_form_saved .o_field_widget[name=progress]",
        },
    ];
}

/** After the job: what it found, and the activation. */
function activate() {
    return [
        {
            content: "records of the last days were led through the drawing",
            trigger: ".o_aria_what_if .o_aria_figure strong",
        },
        {
            content: "the version that it was about",
            trigger: ".o_field_widget[name=workflow_id] a",
            run: "click",
        },
        {content: "the workflow again", trigger: ".o_field_widget[name=stage_ids]"},
        ...header("action_activate", false),
        {
            content: "fifty lines are under way",
            trigger: ".modal .alert:has(.o_field_widget[name=count]:contains('50'))",
        },
        {
            content: "activate",
            trigger: ".modal-footer button[name=action_apply]",
            run: "click",
        },
        {
            content: "it is in use now",
            trigger:
                "body:not(:has(.modal)) .o_form_view .o_field_widget[name=running_count]",
        },
        {
            content: "the history of versions",
            trigger: ".o_notebook .nav-link[name=versions]",
            run: "click",
        },
        {
            content: "both are there",
            trigger:
                ".o_field_widget[name=version_ids] :is(.o_data_row:nth-child(2), .o_kanban_record:nth-child(2))",
        },
        {
            content: "and what was moved",
            trigger: '.o_field_widget[name=change_ids]:contains("تأمین")',
        },
    ];
}

tours.add("aria_manager_changes", {steps: () => change(false)});
tours.add("aria_manager_changes_phone", {steps: () => change(true)});
tours.add("aria_manager_activates", {steps: () => activate()});

/** A clerk presses the button of the line that is open. */
function move(button, stage) {
    return [
        {
            content: button,
            trigger: `.o_aria_transitions button:contains("${button}")`,
            run: "click",
        },
        {
            content: `at ${stage}`,
            trigger: `.o_field_widget[name=aria_stage_id]:contains("${stage}")`,
        },
    ];
}

tours.add("aria_manager_supplied", {steps: () => move("انجام شد", QUALITY)});
tours.add("aria_manager_inspected", {
    steps: () => move("تأیید کیفیت", "پیش‌فاکتور شده"),
});
