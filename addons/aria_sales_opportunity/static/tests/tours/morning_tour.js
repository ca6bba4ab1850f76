/* A clerk's morning: twenty referrals of four kinds, worked off at the desk by nothing but keys, and on the phone by
   thumb. The texts are those that the clerk reads, in Persian. */
import {hold, pause, press, tap, write} from "@aria_workflow/../tests/tours/hands";
import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");

const TEMPLATE = "موجود است";
const ANSWER = "بررسی شد.";
const REASON = "نقشه پیوست نیست.";

// ---------------------------------------------------------------------- what both do
const text = (element) => element?.textContent || "";
const find = (selector, part) =>
    [...document.querySelectorAll(selector)].find((element) =>
        text(element).includes(part)
    );

/** Wait until ``call`` returns something. */
async function until(call, what) {
    for (let turn = 0; turn < 100; turn++) {
        const found = call();
        if (found) {
            return found;
        }
        await pause(100);
    }
    throw new Error(`${what} did not come`);
}

const one = (selector) => until(() => document.querySelector(selector), selector);

async function opened() {
    await one(".modal .o_form_view .o_form_editable");
    await pause(150);
}

async function closed() {
    await until(() => !document.querySelector(".modal"), "the end of the dialog");
    await pause(150);
}

const note = () => document.querySelector(".modal [name=note] textarea");

// ---------------------------------------------------------------------- at the desk
const row = (name) => find(".o_data_row", name);

async function arrowTo(name) {
    const trail = [];
    for (let turn = 0; turn < 45; turn++) {
        trail.push(document.activeElement.outerHTML.slice(0, 60));
        if (document.activeElement.closest(".o_data_row") === row(name)) {
            return;
        }
        await press("ArrowDown");
    }
    throw new Error(
        `the arrows did not lead to ${name}: ${trail.slice(0, 4).join(" ; ")}`
    );
}

/** From the search field down to the rows, and tick them. */
async function mark(...names) {
    await until(() => names.every(row), names.join());
    names.sort((first, second) => row(first).rowIndex - row(second).rowIndex);
    await press("Alt+q");
    await press("Escape");
    await press("ArrowDown");
    for (const name of names) {
        await arrowTo(name);
        await press("Space");
        const box = row(name).querySelector(".o_list_record_selector input");
        await until(() => box.checked, `the tick of ${name}`);
    }
}

async function tabTo(field) {
    const holds = () =>
        document.activeElement.closest(`.modal .o_field_widget[name=${field}]`);
    for (let turn = 0; turn < 15 && !holds(); turn++) {
        await press("Tab");
    }
    if (!holds()) {
        throw new Error(`Tab did not lead to ${field}`);
    }
}

async function choose(field, name) {
    await tabTo(field);
    await write(name);
    await until(
        () => find(".o-autocomplete--dropdown-item", name),
        `${name} among the choices`
    );
    await press("Enter");
    await pause(200);
}

async function explain(sentence) {
    await tabTo("note");
    await write(sentence);
}

async function dialog(keys) {
    await press(keys);
    await opened();
}

async function apply() {
    await press("Alt+q");
    await closed();
}

/** Rows that are done with have left the list. */
const gone = (...names) =>
    until(() => names.every((name) => !row(name)), `the end of ${names.join()}`);

const step = (content, run) => ({
    content,
    trigger: ".o_web_client",
    timeout: 60000,
    run,
});

/** Tick rows and do the same with all of them by the dialog that ``keys`` open. */
async function act(keys, names, fill) {
    await mark(...names);
    await dialog(keys);
    await fill();
    await apply();
}

const answer = () => explain(ANSWER);

async function referTo(field, name) {
    await choose(field, name);
    await explain(ANSWER);
}

async function keysAreShown() {
    await mark("پرسش 01");
    const release = await hold("Alt");
    const shown = [...document.querySelectorAll(".o_web_hotkey_overlay")].map(text);
    for (const key of "AWTEDZGN") {
        if (!shown.includes(`SHIFT+${key}`)) {
            throw new Error(`SHIFT+${key} is not shown, but ${shown}`);
        }
    }
    await release();
    await press("Space");
}

async function acceptThree() {
    await mark("پرسش 01", "پرسش 02", "پرسش 03");
    await press("Alt+Shift+a");
    await until(
        () => text(row("پرسش 03")).includes("پذیرفته"),
        "the third is accepted"
    );
}

async function addPart(field, name, summary) {
    await choosePart(field, name);
    while (!document.activeElement.closest("[name=summary]")) {
        await press("Tab");
    }
    await write(summary);
}

/** The cell of a new part, reached from where the focus is. */
async function choosePart(field, name) {
    while (!document.activeElement.closest(`.o_selected_row [name=${field}]`)) {
        await press("Tab");
    }
    await write(name);
    await until(() => find(".o-autocomplete--dropdown-item", name), name);
    await press("Enter");
    await pause(200);
}

async function divideInTwo() {
    while (!document.activeElement.closest(".o_field_x2many_list_row_add")) {
        await press("Tab");
    }
    await press("Enter");
    await one(".modal .o_selected_row");
    await addPart("user_id", "مینا همکار", "قیمت");
    await press("Enter");
    await until(
        () => document.querySelector(".modal .o_data_row:nth-child(2).o_selected_row"),
        "the second part"
    );
    await addPart("unit_id", "انبار", "موجودی");
}

async function writeNote() {
    await choose("mention_ids", "ناصر انباردار");
    await tabTo("attachment_ids");
    await press("Space");
    await until(() => find(".modal [name=attachment_ids]", "icon.png"), "the file");
    await explain("با فروشنده صحبت شد.");
}

async function hurry() {
    await tabTo("new_priority");
    await write("ف");
    const urgent = () => find(".o_select_menu_item", "فوری");
    await until(urgent, "priorities");
    await pause(500);
    for (let turn = 0; turn < 5 && !urgent().matches(".focus, :focus"); turn++) {
        await press("ArrowDown");
    }
    await press("Enter");
    const field = document.querySelector(".modal [name=new_priority] input");
    await until(() => field.value === "فوری", "the priority in its field");
    await tabTo("deadline");
    await write("+2d");
    await explain("مشتری عجله دارد.");
}

tours.add("aria_morning_desk", {
    steps: () => [
        {
            content: "twenty wait",
            trigger: '[data-name=mine].active .o_aria_tab_count:contains("20")',
        },
        step("the keys are shown while Alt is held", keysAreShown),
        step("accept three", acceptThree),
        step("answer them by a template", async () => {
            await act("Alt+Shift+w", ["پرسش 01", "پرسش 02", "پرسش 03"], async () => {
                await choose("template_id", TEMPLATE);
                await until(() => note().value, "the text of the template");
            });
            await gone("پرسش 01", "پرسش 02", "پرسش 03");
        }),
        step("put one off", async () => {
            await act("Alt+Shift+z", ["پرسش 04"], async () => {
                await tabTo("until");
                await write("+3d");
            });
            await gone("پرسش 04");
        }),
        step("refer two on to the warehouse", async () => {
            await act("Alt+Shift+e", ["پرسش 05", "بخش 04"], () =>
                referTo("unit_id", "انبار")
            );
            await gone("پرسش 05", "بخش 04");
        }),
        step("divide one", async () => {
            await act("Alt+Shift+d", ["پرسش 06"], divideInTwo);
            await gone("پرسش 06");
        }),
        step("write a note with a file, and mention a colleague", () =>
            act("Alt+Shift+n", ["پرسش 07"], writeNote)
        ),
        step("change priority and deadline of one's own", () =>
            act("Alt+Shift+g", ["پیگیری 01"], hurry)
        ),
        step("refer two on to a colleague", async () => {
            await act("Alt+Shift+e", ["کالا 05", "برگشتی 02"], () =>
                referTo("user_id", "مینا همکار")
            );
            await gone("کالا 05", "برگشتی 02");
        }),
        step("return three with the reason", async () => {
            await act("Alt+Shift+t", ["کالا 03", "بخش 03", "برگشتی 03"], () =>
                explain(REASON)
            );
            await gone("کالا 03", "بخش 03", "برگشتی 03");
        }),
        step("accept one", async () => {
            await mark("کالا 04");
            await press("Alt+Shift+a");
            await until(() => text(row("کالا 04")).includes("پذیرفته"), "accepted");
        }),
        step("answer it", async () => {
            await act("Alt+Shift+w", ["کالا 04"], answer);
            await gone("کالا 04");
        }),
        step("answer the others", async () => {
            const names = ["پیگیری 01", "پرسش 07", "کالا 01", "کالا 02"];
            await act("Alt+Shift+w", names, answer);
            await gone(...names);
            await act("Alt+Shift+w", ["بخش 01", "بخش 02", "برگشتی 01"], answer);
        }),
        {content: "nothing waits", trigger: ".o_view_nocontent"},
        {
            content: "nor is anything counted",
            trigger: "[data-name=mine]:not(:has(.o_aria_tab_count))",
        },
        step("the other tabs by their keys", async () => {
            await press("Alt+Shift+4");
            await one("[data-name=waiting].active");
            await until(() => row("پرسش 06"), "what is divided");
        }),
    ],
});

// ---------------------------------------------------------------------- by thumb
const card = (name) => find(".o_kanban_record:not(.o_kanban_ghost)", name);

const button = async (name, label) =>
    until(
        () =>
            card(name) &&
            [...card(name).querySelectorAll(".o_aria_card_buttons button")].find(
                (element) => text(element).trim() === label
            ),
        `${label} on ${name}`
    );

const left = (...names) =>
    until(() => names.every((name) => !card(name)), `the end of ${names.join()}`);

/** A button of the card opens the dialog. */
async function tapButton(name, label) {
    await tap(await button(name, label));
    await opened();
}

/** An entry of the card's menu opens it. */
async function tapMenu(name, label) {
    await until(() => card(name), name);
    await tap(card(name).querySelector(".o_dropdown_kanban button"));
    await tap(
        await until(
            () =>
                [...document.querySelectorAll(".dropdown-item")].find(
                    (element) => text(element).trim() === label
                ),
            `${label} among ${[...document.querySelectorAll(".dropdown-item, .o_bottom_sheet")].map((e) => e.outerHTML.slice(0, 300))}`
        )
    );
    await opened();
}

async function tapSave(label) {
    await tap(
        await until(() => find(".modal-footer button:not(.d-none)", label), label)
    );
    await closed();
}

/** On a phone the choices of a field are a page of their own. */
async function tapChoice(field, name, scope = ".modal") {
    const fields = document.querySelectorAll(`${scope} [name=${field}] input`);
    await tap(fields[fields.length - 1], {small: true});
    const choice = await until(
        () =>
            find(".modal .o_kanban_record", name) ||
            find(".modal .o_data_row", name) ||
            find(".o-autocomplete--dropdown-item", name),
        name
    );
    await tap(choice, {small: true});
    await until(() => !choice.isConnected, `${name} is chosen`);
    await pause(200);
}

/** The first tap may only close what a field before had opened. */
async function tapWrite(sentence, selector = ".modal [name=note] textarea") {
    const field = () => document.querySelector(selector);
    for (let turn = 0; turn < 3 && document.activeElement !== field(); turn++) {
        await tap(selector, {small: true});
        await pause(150);
    }
    await write(sentence);
    await until(() => field().value === sentence, sentence);
}

async function tapAnswer(name) {
    await tapButton(name, "پاسخ");
    await tapWrite(ANSWER);
    await tapSave("پاسخ");
    await left(name);
}

async function tapAccept(name) {
    await tap(await button(name, "پذیرش"));
    await until(
        () =>
            !find(".o_aria_card_buttons button", "پذیرش") ||
            !text(card(name)).includes("پذیرش"),
        `${name} is accepted`
    );
}

async function tapRefer(name, field, target) {
    await tapButton(name, "ارجاع به دیگری");
    await tapChoice(field, target);
    await tapWrite(ANSWER);
    await tapSave("ارجاع");
    await left(name);
}

async function tapReturn(name) {
    await tapButton(name, "بازگرداندن");
    await tapWrite(REASON);
    await tapSave("بازگرداندن");
    await left(name);
}

async function tapTemplate(name) {
    await tapAccept(name);
    await tapButton(name, "پاسخ");
    await tapChoice("template_id", TEMPLATE);
    await until(() => note().value, "the text of the template");
    await tapSave("پاسخ");
    await left(name);
}

async function tapPart(field, target, summary) {
    await tap(".modal .o-kanban-button-new", {small: true});
    await until(() => document.querySelectorAll(".modal").length === 2, "the part");
    const top = ".o_dialog:last-of-type .modal";
    await tapChoice(field, target, top);
    await tapWrite(summary, `${top} [name=summary] input`);
    await tap(`${top} .o_form_button_save`);
    await until(
        () => document.querySelectorAll(".modal").length === 1,
        "the part is kept"
    );
}

tours.add("aria_morning_phone", {
    steps: () => [
        {
            content: "twenty wait",
            trigger: '[data-name=mine].active .o_aria_tab_count:contains("20")',
        },
        step("accept three, and answer them by a template", async () => {
            for (const name of ["پرسش 01", "پرسش 02", "پرسش 03"]) {
                await tapTemplate(name);
            }
        }),
        step("put one off", async () => {
            await tapMenu("پرسش 04", "تعویق");
            await tapWrite("+3d", ".modal [name=until] input");
            await tapSave("تعویق");
            await left("پرسش 04");
        }),
        step("refer four on", async () => {
            await tapRefer("پرسش 05", "unit_id", "انبار");
            await tapRefer("بخش 04", "unit_id", "انبار");
            await tapRefer("کالا 05", "user_id", "مینا همکار");
            await tapRefer("برگشتی 02", "user_id", "مینا همکار");
        }),
        step("divide one", async () => {
            await tapMenu("پرسش 06", "تقسیم");
            await tapPart("user_id", "مینا همکار", "قیمت");
            await tapPart("unit_id", "انبار", "موجودی");
            await tapSave("تقسیم");
            await left("پرسش 06");
        }),
        step("write a note with a file, and mention a colleague", async () => {
            await tapMenu("پرسش 07", "یادداشت");
            await tapChoice("mention_ids", "ناصر انباردار");
            await tap(".modal [name=attachment_ids] .o_attach", {small: true});
            await until(
                () => find(".modal [name=attachment_ids]", "icon.png"),
                "the file"
            );
            await tapWrite("با فروشنده صحبت شد.");
            await tapSave("فرستادن");
        }),
        step("change priority and deadline of one's own", async () => {
            await tapMenu("پیگیری 01", "تغییر");
            await tap(".modal [name=new_priority] :is(input, select)", {small: true});
            await tap(
                await until(() => find(".o_select_menu_item", "فوری"), "priorities"),
                {small: true}
            );
            await tapWrite("+2d", ".modal [name=deadline] input");
            await tapWrite("مشتری عجله دارد.");
            await tapSave("تغییر");
        }),
        step("return three with the reason", async () => {
            for (const name of ["کالا 03", "بخش 03", "برگشتی 03"]) {
                await tapReturn(name);
            }
        }),
        step("accept one", () => tapAccept("کالا 04")),
        step("answer what is left", async () => {
            const names = ["پیگیری 01", "پرسش 07", "کالا 01", "کالا 02", "کالا 04"];
            for (const name of [...names, "بخش 01", "بخش 02", "برگشتی 01"]) {
                await tapAnswer(name);
            }
        }),
        {content: "nothing waits", trigger: ".o_view_nocontent"},
        {
            content: "nor is anything counted",
            trigger: "[data-name=mine]:not(:has(.o_aria_tab_count))",
        },
        step("the other tabs by thumb", async () => {
            await tap("[data-name=waiting]");
            await until(() => card("پرسش 06"), "what is divided");
        }),
    ],
});
