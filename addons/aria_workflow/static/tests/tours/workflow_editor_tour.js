import {registry} from "@web/core/registry";

const node = (name) => `.o_aria_node[aria-label="${name}"]`;

registry.category("web_tour.tours").add("aria_workflow_editor", {
    steps: () => [
        {
            content: "the stages of the draft are drawn",
            trigger: node("Supply"),
        },
        {
            content: "add a stage",
            trigger: ".o_aria_add_stage",
            run: "click",
        },
        {
            content: "name it in the panel",
            trigger: ".o_aria_panel .o_field_widget[name=name] input",
            run: "edit Quality",
        },
        {
            content: "keep it",
            trigger: ".o_aria_panel button.btn-primary",
            run: "click",
        },
        {
            content: "lead a transition from supply to it, by the keyboard",
            trigger: node("Quality"),
            run() {
                const press = (name, key) => {
                    const element = document.querySelector(node(name));
                    element.focus();
                    element.dispatchEvent(
                        new KeyboardEvent("keydown", {key, bubbles: true})
                    );
                };
                press("Supply", "c");
                press("Quality", "Enter");
            },
        },
        {
            content: "its panel opens",
            trigger: ".o_aria_panel .o_field_widget[name=guard_domain]",
        },
    ],
});

const canvas = () => document.querySelector(".o_aria_canvas svg");
const view = () => canvas().getAttribute("viewBox");
const widthOf = (box) => Number(box.split(" ")[2]);

/** Do something and wait until the drawing shows another part; return the widths before and after. */
async function changeView(act) {
    const before = view();
    act();
    for (let turn = 0; view() === before; turn++) {
        if (turn === 100) {
            throw new Error(`the view stays at ${before}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return [widthOf(before), widthOf(view())];
}

function expect(holds, message) {
    if (!holds) {
        throw new Error(message);
    }
}

const press = (key) =>
    document.body.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));

function finger(type, pointerId, clientX, clientY) {
    canvas().dispatchEvent(
        new PointerEvent(type, {pointerId, clientX, clientY, bubbles: true})
    );
}

/** Put two fingers down `from` pixels apart, bring them `to` pixels apart, and lift them. */
function pinch(from, to) {
    const size = canvas().getBoundingClientRect();
    const x = size.left + size.width / 2;
    const y = size.top + size.height / 2;
    finger("pointerdown", 901, x - from / 2, y);
    finger("pointerdown", 902, x + from / 2, y);
    finger("pointermove", 902, x - from / 2 + to, y);
    finger("pointerup", 901, x - from / 2, y);
    finger("pointerup", 902, x - from / 2 + to, y);
}

/** Run `act` and return what it would have saved: {name, text}. */
async function saved(act) {
    const {createObjectURL} = URL;
    const {click} = HTMLAnchorElement.prototype;
    const file = {};
    URL.createObjectURL = (blob) => {
        file.blob = blob;
        return "blob:saved";
    };
    HTMLAnchorElement.prototype.click = function () {
        file.name = this.download;
    };
    try {
        act();
    } finally {
        URL.createObjectURL = createObjectURL;
        HTMLAnchorElement.prototype.click = click;
    }
    expect(file.blob && file.name, "nothing was saved");
    return {name: file.name, text: await file.blob.text()};
}

registry.category("web_tour.tours").add("aria_workflow_editor_view", {
    steps: () => [
        {
            content: "the keys + and - zoom, 0 shows the whole",
            trigger: node("Supply"),
            async run() {
                await changeView(() => press("+"));
                await changeView(() => press("0"));
                const whole = view();
                const [before, nearer] = await changeView(() => press("+"));
                expect(nearer < before, "+ comes nearer");
                const [, farther] = await changeView(() => press("-"));
                expect(farther > nearer, "- goes back");
                await changeView(() => press("0"));
                expect(view() === whole, "0 shows the whole again");
            },
        },
        {
            content: "the wheel zooms at the pointer",
            trigger: node("Supply"),
            async run() {
                const turn = (deltaY) => () =>
                    canvas().dispatchEvent(
                        new WheelEvent("wheel", {
                            deltaY,
                            bubbles: true,
                            cancelable: true,
                        })
                    );
                const [before, nearer] = await changeView(turn(-100));
                expect(nearer < before, "the wheel comes nearer");
                const [, farther] = await changeView(turn(100));
                expect(farther > nearer, "the wheel goes back");
            },
        },
        {
            content: "two fingers zoom, and move no stage",
            trigger: node("Supply"),
            async run() {
                // fingers of a test are none that the browser could capture
                canvas().setPointerCapture = () => undefined;
                const [before, nearer] = await changeView(() => pinch(40, 80));
                expect(nearer < before, "fingers going apart come nearer");
                const [, farther] = await changeView(() => pinch(80, 40));
                expect(farther > nearer, "fingers going together go back");
                delete canvas().setPointerCapture;
            },
        },
        {
            content: "the file is a drawing of its own",
            trigger: "button:contains('Save as SVG')",
            async run() {
                const button = this.anchor;
                const {name, text} = await saved(() => button.click());
                const file = new DOMParser().parseFromString(text, "image/svg+xml");
                expect(!file.querySelector("parsererror"), "the file is well-formed");
                expect(name.endsWith(".svg"), "it is named as a drawing");
                const count = (root) => root.querySelectorAll("[data-node]").length;
                expect(
                    count(file) && count(file) === count(canvas()),
                    "all stages are in it"
                );
                expect(!file.querySelector(".o_aria_handle"), "and no handles");
                expect(
                    Number(file.documentElement.getAttribute("width")) > 0,
                    "it has a size"
                );
            },
        },
    ],
});
