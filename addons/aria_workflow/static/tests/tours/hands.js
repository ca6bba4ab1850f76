/* Hands for tours: keys of a Persian keyboard, a thumb, a mouse. The events are carried out by the browser itself
   (tests/hands.py), so they move the focus and open dialogs as those of a person do. */
/** What the letters of a Persian keyboard (ISIRI 9147) write, without and with Shift. */
const LETTERS = {
    a: "شؤ",
    b: "ذ‌",
    c: "زژ",
    d: "یي",
    e: "ثٍ",
    f: "بإ",
    g: "لأ",
    h: "اآ",
    i: "هّ",
    j: "تة",
    k: "ن»",
    l: "م«",
    m: "پء",
    n: "دٔ",
    o: "خ]",
    p: "ح[",
    q: "ضْ",
    r: "قً",
    s: "سئ",
    t: "فُ",
    u: "عَ",
    v: "رٰ",
    w: "صٌ",
    x: "طٓ",
    y: "غِ",
    z: "ظك",
};
const MODIFIERS = {Alt: 1, Control: 2, Shift: 8};
const CODES = {
    Alt: 18,
    Control: 17,
    Shift: 16,
    Enter: 13,
    Tab: 9,
    Escape: 27,
    Space: 32,
};
const ARROWS = {ArrowLeft: 37, ArrowUp: 38, ArrowRight: 39, ArrowDown: 40};

const pending = new Map();
let last = 0;

window.ariaHandsDone = (id) => {
    pending.get(id)();
    pending.delete(id);
};

/** Let the browser carry out events of the DevTools protocol; settles when the page has seen them. */
function send(events) {
    return new Promise((resolve) => {
        pending.set(++last, resolve);
        window.ariaHands(JSON.stringify({id: last, events}));
    });
}

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function describeKey(name, shift) {
    if (/^[a-z]$/.test(name)) {
        const key = [...LETTERS[name]][shift ? 1 : 0];
        const upper = name.toUpperCase();
        return {key, code: `Key${upper}`, windowsVirtualKeyCode: upper.charCodeAt(0)};
    }
    if (/^\d$/.test(name)) {
        const key = shift ? ")!@#$%^&*("[name] : name;
        return {
            key,
            code: `Digit${name}`,
            windowsVirtualKeyCode: name.charCodeAt(0),
        };
    }
    const code = MODIFIERS[name] ? `${name}Left` : name;
    const key = name === "Space" ? " " : name;
    return {key, code, windowsVirtualKeyCode: CODES[name] || ARROWS[name]};
}

/** Press keys together, as "Alt+Shift+a"; a letter is where it stands on the keyboard, and writes Persian. */
export async function press(keys) {
    const names = keys.split("+");
    const name = names.pop();
    const events = [];
    let modifiers = 0;
    for (const modifier of names) {
        modifiers |= MODIFIERS[modifier];
        const down = {type: "rawKeyDown", modifiers, ...describeKey(modifier)};
        events.push(["dispatchKeyEvent", down]);
    }
    const key = describeKey(name, modifiers & MODIFIERS.Shift);
    const text = {Space: " ", Enter: "\r"}[name];
    const writes = text && !(modifiers & ~MODIFIERS.Shift);
    events.push([
        "dispatchKeyEvent",
        {
            type: writes ? "keyDown" : "rawKeyDown",
            modifiers,
            ...key,
            ...(writes && {text}),
        },
    ]);
    events.push(["dispatchKeyEvent", {type: "keyUp", modifiers, ...key}]);
    for (const modifier of names.reverse()) {
        modifiers &= ~MODIFIERS[modifier];
        const up = {type: "keyUp", modifiers, ...describeKey(modifier)};
        events.push(["dispatchKeyEvent", up]);
    }
    await send(events);
    await pause(30);
}

/** Press a key and keep it down; returns how to let it go. */
export async function hold(name) {
    const key = describeKey(name);
    await send([
        ["dispatchKeyEvent", {type: "rawKeyDown", modifiers: MODIFIERS[name], ...key}],
    ]);
    return () => send([["dispatchKeyEvent", {type: "keyUp", modifiers: 0, ...key}]]);
}

/** Write where the focus is. */
export const write = (text) => send([["insertText", {text}]]);

function centre(element) {
    const box = element.getBoundingClientRect();
    return {x: box.x + box.width / 2, y: box.y + box.height / 2};
}

/** Smallest side of what a thumb hits for sure, in pixels. */
export const THUMB = 40;

/** Scroll an element into sight and tap it; it has to be large enough for a thumb, and nothing may lie over it.
 *
 * @param {Object} options
 * @param {boolean} options.small the size is Odoo's own
 */
export async function tap(target, {small} = {}) {
    const element =
        typeof target === "string" ? document.querySelector(target) : target;
    element.scrollIntoView({block: "center"});
    await pause(350);
    const box = element.getBoundingClientRect();
    const name = element.textContent.trim() || element.outerHTML.slice(0, 80);
    if (!small && (box.height < THUMB || box.width < THUMB)) {
        throw new Error(
            `${name} is too small for a thumb: ${box.width} × ${box.height}`
        );
    }
    let point = centre(element);
    const cover = () => {
        point = centre(element);
        const top = document.elementFromPoint(point.x, point.y);
        return element.contains(top) || top?.contains(element) ? null : top;
    };
    // a passing notification is waited for, as a person does
    for (let turn = 0; turn < 60 && cover(); turn++) {
        await pause(100);
    }
    if (cover()) {
        throw new Error(`${name} is covered by ${cover()?.outerHTML.slice(0, 120)}`);
    }
    await send([
        ["dispatchTouchEvent", {type: "touchStart", touchPoints: [point]}],
        ["dispatchTouchEvent", {type: "touchEnd", touchPoints: []}],
    ]);
    await pause(60);
}

/** Click an element with the mouse itself; unlike a click of a script it may open the dialog of files. */
export async function click(element) {
    element.scrollIntoView({block: "center"});
    await pause(200);
    const point = {...centre(element), button: "left", clickCount: 1};
    await send([
        ["dispatchMouseEvent", {type: "mousePressed", ...point, buttons: 1}],
        ["dispatchMouseEvent", {type: "mouseReleased", ...point}],
    ]);
}

/** Drag an element with the mouse onto another one. */
export async function drag(element, target) {
    element.scrollIntoView({block: "center"});
    await pause(200);
    const from = centre(element);
    const to = centre(target);
    const button = {button: "left", clickCount: 1};
    const events = [
        ["dispatchMouseEvent", {type: "mouseMoved", ...from}],
        ["dispatchMouseEvent", {type: "mousePressed", ...from, ...button, buttons: 1}],
    ];
    for (let step = 1; step <= 8; step++) {
        const point = {
            x: from.x + ((to.x - from.x) * step) / 8,
            y: from.y + ((to.y - from.y) * step) / 8,
        };
        const moved = {type: "mouseMoved", ...point, button: "left", buttons: 1};
        events.push(["dispatchMouseEvent", moved]);
    }
    await send(events);
    await pause(100);
    await send([["dispatchMouseEvent", {type: "mouseReleased", ...to, ...button}]]);
}
