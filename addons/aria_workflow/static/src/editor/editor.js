import {
    Component,
    onMounted,
    onPatched,
    onWillStart,
    onWillUnmount,
    useRef,
    useState,
    useSubEnv,
} from "@odoo/owl";
import {ConfirmationDialog} from "@web/core/confirmation_dialog/confirmation_dialog";
import {Layout} from "@web/search/layout";
import {View, getDefaultConfig} from "@web/views/view";
import {_t} from "@web/core/l10n/translation";
import {Mutex} from "@web/core/utils/concurrency";
import {browser} from "@web/core/browser/browser";
import {localization} from "@web/core/l10n/localization";
import {registry} from "@web/core/registry";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";
import {useService} from "@web/core/utils/hooks";
import {NODE, bendOf, bounds, clearArrow, layout, placeLabels} from "./geometry";

const STAGE = "aria.workflow.stage";
const WAY = "aria.workflow.transition";
const ANY = "any";
const STEP = 12;
const COLORS = {
    open: {fill: "#ffffff", stroke: "#7a869a"},
    ready: {fill: "#e6f6f4", stroke: "#0f8b7e"},
    won: {fill: "#e7f6e9", stroke: "#2e8b40"},
    lost: {fill: "#fdeaea", stroke: "#c0392b"},
    void: {fill: "#f0f1f3", stroke: "#8a8f98"},
};

/** The form in the side panel, with a name of its own: the breadcrumb stays that of the drawing. */
class EditorPanel extends Component {
    static template = "aria_workflow.EditorPanel";
    static components = {View};
    static props = {view: Object};

    setup() {
        useSubEnv({config: {...getDefaultConfig()}});
    }
}

/** The drawing of a workflow: stages as nodes, transitions as arrows, on the records themselves. */
export class WorkflowEditor extends Component {
    static template = "aria_workflow.Editor";
    static components = {Layout, EditorPanel};
    static props = {...standardActionServiceProps};

    setup() {
        this.orm = useService("orm");
        this.dialog = useService("dialog");
        this.canvas = useRef("canvas");
        this.node = NODE;
        this.rtl = localization.direction === "rtl";
        this.workflowId =
            this.props.action.context.active_id ||
            this.props.action.params?.workflow_id;
        this.state = useState({
            workflow: null,
            stages: [],
            ways: [],
            places: {},
            view: null,
            selected: null,
            connecting: null,
            pointer: null,
        });
        this.pointers = new Map();
        this.mutex = new Mutex();
        this.onKeydown = this.onKeydown.bind(this);
        onWillStart(() => this.load());
        onMounted(() => {
            document.addEventListener("keydown", this.onKeydown);
            this.open();
        });
        onPatched(() => {
            this.keepScale();
            this.focusPending();
        });
        onWillUnmount(() => document.removeEventListener("keydown", this.onKeydown));
    }

    // ------------------------------------------------------------------ records
    async load() {
        const id = this.workflowId;
        const domain = [["workflow_id", "=", id]];
        const [[workflow], stages, ways] = await Promise.all([
            this.orm.read(
                "aria.workflow",
                [id],
                ["display_name", "version", "state", "initial_stage_id"]
            ),
            this.orm.searchRead(STAGE, domain, [
                "name",
                "unit_id",
                "kind",
                "outcome",
                "pos_x",
                "pos_y",
            ]),
            this.orm.searchRead(WAY, domain, [
                "display_name",
                "from_stage_id",
                "to_stage_id",
                "trigger",
                "event_label",
                "guard_domain",
            ]),
        ]);
        Object.assign(this.state, {workflow, stages, ways});
        this.env.config.setDisplayName(
            _t("%(name)s, version %(version)s", {
                name: workflow.display_name,
                version: workflow.version,
            })
        );
        this.place();
    }

    /** Give every stage its stored place, or one by the layout when it has none. */
    place() {
        const {stages, ways, workflow} = this.state;
        const automatic = layout(
            stages,
            ways.map((way) => ({from: way.from_stage_id[0], to: way.to_stage_id[0]})),
            workflow.initial_stage_id[0]
        );
        this.state.places = Object.fromEntries(
            stages.map((stage) => [
                stage.id,
                stage.pos_x || stage.pos_y
                    ? {x: stage.pos_x, y: stage.pos_y}
                    : automatic[stage.id],
            ])
        );
    }

    get readonly() {
        return this.state.workflow.state !== "draft";
    }

    get anyIsUsed() {
        return this.state.ways.some((way) => !way.from_stage_id);
    }

    /** Places as drawn: mirrored where one reads from right to left, and the node "any stage". */
    get drawn() {
        const places = {...this.state.places};
        if (this.anyIsUsed || this.state.connecting === ANY) {
            const box = bounds(places);
            places[ANY] = {x: box.x + 40, y: box.y + box.height};
        }
        if (!this.rtl) {
            return places;
        }
        return Object.fromEntries(
            Object.entries(places).map(([id, place]) => [
                id,
                {x: -place.x - NODE.width, y: place.y},
            ])
        );
    }

    get nodes() {
        const initial = this.state.workflow.initial_stage_id[0];
        const drawn = this.drawn;
        const nodes = this.state.stages.map((stage) => ({
            id: stage.id,
            name: stage.name,
            unit: stage.unit_id ? stage.unit_id[1] : "",
            initial: stage.id === initial,
            ...COLORS[stage.outcome || stage.kind],
            ...drawn[stage.id],
        }));
        if (drawn[ANY]) {
            const look = {fill: "#fff8e6", stroke: "#b7882a", ...drawn[ANY]};
            nodes.push({id: ANY, name: _t("Any open stage"), unit: "", ...look});
        }
        return nodes;
    }

    get arrows() {
        const drawn = this.drawn;
        const pairs = {};
        for (const way of this.state.ways) {
            const key = [way.from_stage_id[0] || ANY, way.to_stage_id[0]];
            (pairs[key] = pairs[key] || []).push(way);
        }
        const all = Object.values(pairs).flatMap((ways) =>
            ways.map((way, index) => {
                const from = way.from_stage_id[0] || ANY;
                const to = way.to_stage_id[0];
                const bend = bendOf(index, ways.length, [to, from] in pairs);
                const text = this.textOf(way);
                return {
                    id: way.id,
                    title: this.titleOf(way, text),
                    label: this.short(text, 26),
                    dash: {event: "7 4", auto: "2 4"}[way.trigger] || "none",
                    ...clearArrow(drawn, from, to, this.rtl ? -bend : bend),
                };
            })
        );
        return placeLabels(all, drawn);
    }

    textOf(way) {
        const text = {event: way.event_label, auto: _t("automatic")}[way.trigger];
        return (text || way.display_name) + (way.guard_domain === "[]" ? "" : " ◇");
    }

    /** What a screen reader says of an arrow: "Supply → Quoted: Done". */
    titleOf(way, text) {
        const from = way.from_stage_id ? way.from_stage_id[1] : _t("Any open stage");
        return `${from} → ${way.to_stage_id[1]}: ${text}`;
    }

    short(text, length = 22) {
        return text.length > length ? `${text.slice(0, length - 1)}…` : text;
    }

    // ------------------------------------------------------------------ changing
    /** Do something on the server and show what is there now, also when it was refused. */
    async change(action) {
        try {
            return await action();
        } finally {
            await this.load();
        }
    }

    async addStage() {
        const codes = this.state.stages.length + 1;
        const box = this.state.view;
        const x = box.x + box.width / 2;
        await this.storePlaces();
        const [id] = await this.change(() =>
            this.orm.create(STAGE, [
                {
                    workflow_id: this.workflowId,
                    name: _t("New stage"),
                    code: `stage_${codes}_${Date.now() % 100000}`,
                    sequence: 10 * codes,
                    pos_x: Math.round(this.rtl ? -x - NODE.width : x),
                    pos_y: Math.round(box.y + box.height / 3),
                },
            ])
        );
        this.select("stage", id);
    }

    async connect(from, to) {
        this.state.connecting = null;
        this.state.pointer = null;
        if (from === to || to === ANY) {
            return;
        }
        await this.storePlaces();
        const [id] = await this.change(() =>
            this.orm.create(WAY, [
                {
                    workflow_id: this.workflowId,
                    from_stage_id: from === ANY ? false : from,
                    to_stage_id: to,
                },
            ])
        );
        this.select("way", id);
    }

    removeSelected() {
        const {kind, id} = this.state.selected;
        const isStage = kind === "stage";
        this.dialog.add(ConfirmationDialog, {
            title: isStage ? _t("Remove the stage") : _t("Remove the transition"),
            body: isStage
                ? _t("The transitions from and to it are removed too.")
                : _t("The stages stay."),
            confirmLabel: _t("Remove"),
            confirm: async () => {
                this.state.selected = null;
                await this.change(() => this.orm.unlink(isStage ? STAGE : WAY, [id]));
            },
            cancel: () => {},
        });
    }

    makeInitial() {
        return this.change(() =>
            this.orm.write("aria.workflow", [this.workflowId], {
                initial_stage_id: this.state.selected.id,
            })
        );
    }

    async arrange() {
        const {stages, ways, workflow} = this.state;
        const places = layout(
            stages,
            ways.map((way) => ({from: way.from_stage_id[0], to: way.to_stage_id[0]})),
            workflow.initial_stage_id[0]
        );
        this.state.places = places;
        this.fit();
        await this.storePlaces();
    }

    /** Keep the places of all stages: one that was given by the layout would move with the next transition. */
    storePlaces() {
        return this.mutex.exec(async () => {
            for (const stage of this.state.stages) {
                const {x, y} = this.state.places[stage.id];
                const values = {pos_x: Math.round(x), pos_y: Math.round(y)};
                if (stage.pos_x !== values.pos_x || stage.pos_y !== values.pos_y) {
                    await this.orm.write(STAGE, [stage.id], values);
                    Object.assign(stage, values);
                }
            }
        });
    }

    // ------------------------------------------------------------------ side panel
    select(kind, id) {
        this.state.selected = id === ANY ? null : {kind, id};
    }

    get panelProps() {
        const {kind, id} = this.state.selected;
        const isStage = kind === "stage";
        return {
            type: "form",
            resModel: isStage ? STAGE : WAY,
            resId: id,
            context: {
                form_view_ref: isStage
                    ? "aria_workflow.aria_workflow_stage_view_panel"
                    : "aria_workflow.aria_workflow_transition_view_panel",
            },
            display: {controlPanel: false},
            readonly: this.readonly,
            preventEdit: this.readonly,
            preventCreate: true,
            onSave: () => this.load(),
            onDiscard: () => this.closePanel(),
        };
    }

    closePanel() {
        this.state.selected = null;
    }

    // ------------------------------------------------------------------ looking
    fit() {
        const box = bounds(this.drawn);
        const size = this.canvas.el?.getBoundingClientRect();
        this.size = size;
        const ratio = size && size.height ? size.width / size.height : 1.6;
        const width = Math.max(box.width, box.height * ratio, 360);
        const height = width / ratio;
        this.state.view = {
            x: box.x - (width - box.width) / 2,
            y: box.y - (height - box.height) / 2,
            width,
            height,
        };
    }

    /** The whole drawing, or where it begins when the whole would be too small to read. */
    open() {
        this.fit();
        const readable = this.canvas.el.getBoundingClientRect().width / 0.75;
        const {width, height} = this.state.view;
        const first = this.drawn[this.state.workflow.initial_stage_id[0]];
        if (width <= readable * 1.5 || !first) {
            return;
        }
        const margin = NODE.height / 2;
        const right = first.x + NODE.width + margin;
        this.state.view = {
            x: this.rtl ? right - readable : first.x - margin,
            y: first.y - margin * 2,
            width: readable,
            height: (height * readable) / width,
        };
    }

    zoom(factor, point) {
        const {x, y, width, height} = this.state.view;
        const at = point || {x: x + width / 2, y: y + height / 2};
        const limited = Math.min(Math.max(width * factor, 200), 8000) / width;
        this.state.view = {
            x: at.x - (at.x - x) * limited,
            y: at.y - (at.y - y) * limited,
            width: width * limited,
            height: height * limited,
        };
    }

    get viewBox() {
        const {x, y, width, height} = this.state.view || bounds(this.drawn);
        return `${x} ${y} ${width} ${height}`;
    }

    /** When the side panel opens or closes: the same scale, and what is selected in sight. */
    keepScale() {
        const size = this.canvas.el?.getBoundingClientRect();
        const {size: former} = this;
        if (!size?.width || !size.height || !former?.width || !former.height) {
            return;
        }
        if (size.width === former.width && size.height === former.height) {
            return;
        }
        this.size = size;
        const {view} = this.state;
        const width = (view.width * size.width) / former.width;
        const height = (view.height * size.height) / former.height;
        const x = this.rtl ? view.x + view.width - width : view.x;
        this.state.view = {x, y: view.y, width, height};
        this.showSelected();
    }

    showSelected() {
        const {selected, view} = this.state;
        const place = selected?.kind === "stage" && this.drawn[selected.id];
        if (!place) {
            return;
        }
        const margin = NODE.height / 2;
        const inside = (at, length, from, size) =>
            Math.min(Math.max(from, at + length + margin - size), at - margin);
        this.state.view = {
            ...view,
            x: inside(place.x, NODE.width, view.x, view.width),
            y: inside(place.y, NODE.height, view.y, view.height),
        };
    }

    /** The line that follows the pointer while a transition is drawn. */
    get rubber() {
        const from = this.drawn[this.state.connecting];
        const {pointer} = this.state;
        if (!from || !pointer) {
            return "";
        }
        const x = from.x + (this.rtl ? 0 : NODE.width);
        return `M ${x} ${from.y + NODE.height / 2} L ${pointer.x} ${pointer.y}`;
    }

    toDrawing(event) {
        const size = this.canvas.el.getBoundingClientRect();
        const {x, y, width, height} = this.state.view;
        const scale = Math.max(width / size.width, height / size.height);
        return {
            x: x + width / 2 + (event.clientX - size.left - size.width / 2) * scale,
            y: y + height / 2 + (event.clientY - size.top - size.height / 2) * scale,
        };
    }

    onWheel(event) {
        this.zoom(event.deltaY > 0 ? 1.12 : 0.89, this.toDrawing(event));
    }

    // ------------------------------------------------------------------ pointer
    nodeAt(event) {
        const under = document.elementFromPoint(event.clientX, event.clientY);
        const id = under?.closest("[data-node]")?.dataset.node;
        return id === undefined ? null : id === ANY ? ANY : Number(id);
    }

    onPointerDown(event) {
        this.pointers.set(event.pointerId, event);
        this.canvas.el.setPointerCapture(event.pointerId);
        const id = this.nodeAt(event);
        const start = this.toDrawing(event);
        if (this.state.connecting !== null && id !== null) {
            this.connect(this.state.connecting, id);
            this.drag = null;
        } else if (event.target.closest(".o_aria_handle")) {
            this.state.connecting = id;
            this.drag = {kind: "connect", start};
        } else if (id !== null) {
            this.drag = {kind: "node", id, start, origin: {...this.state.places[id]}};
        } else {
            const way = event.target.closest("[data-way]")?.dataset.way;
            this.drag = {kind: "pan", start, way: way && Number(way)};
        }
    }

    onPointerMove(event) {
        if (!this.pointers.has(event.pointerId)) {
            return;
        }
        const before = [...this.pointers.values()];
        this.pointers.set(event.pointerId, event);
        if (this.pointers.size === 2) {
            this.pinch(before, [...this.pointers.values()]);
        } else if (this.drag) {
            this.dragTo(this.toDrawing(event));
        }
    }

    pinch(before, after) {
        const distance = ([a, b]) =>
            Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY);
        this.drag = null;
        this.zoom(distance(before) / (distance(after) || 1));
    }

    dragTo(point) {
        const {drag} = this;
        const dx = point.x - drag.start.x;
        const dy = point.y - drag.start.y;
        drag.moved = drag.moved || Math.hypot(dx, dy) > 4;
        if (drag.kind === "pan") {
            this.state.view = {
                ...this.state.view,
                x: this.state.view.x - dx,
                y: this.state.view.y - dy,
            };
        } else if (drag.kind === "connect") {
            this.state.pointer = point;
        } else if (drag.id !== ANY && !this.readonly && drag.moved) {
            this.state.places[drag.id] = {
                x: drag.origin.x + (this.rtl ? -dx : dx),
                y: drag.origin.y + dy,
            };
        }
    }

    async onPointerUp(event) {
        this.pointers.delete(event.pointerId);
        const {drag} = this;
        this.drag = null;
        if (!drag) {
            return;
        }
        if (drag.kind === "connect" && drag.moved) {
            const target = this.nodeAt(event);
            const from = this.state.connecting;
            this.state.connecting = null;
            this.state.pointer = null;
            if (target !== null) {
                await this.connect(from, target);
            }
        } else if (drag.kind === "node" && drag.moved) {
            if (drag.id !== ANY && !this.readonly) {
                await this.storePlaces();
            }
        } else if (drag.kind === "node") {
            this.select("stage", drag.id);
        } else if (drag.kind === "pan" && !drag.moved) {
            this.state.selected = drag.way ? {kind: "way", id: drag.way} : null;
        }
    }

    // ------------------------------------------------------------------ keyboard
    onKeydown(event) {
        const {target} = event;
        if (
            !this.canvas.el ||
            target.closest?.(".o_aria_panel, .o_dialog, input, textarea, select") ||
            event.ctrlKey ||
            event.metaKey ||
            event.altKey
        ) {
            return;
        }
        const node = target.closest?.("[data-node]")?.dataset.node;
        const done =
            this.onPlainKey(event.key) || this.onNodeKey(event.key, node, target);
        if (done) {
            event.preventDefault();
        }
    }

    onPlainKey(key) {
        const actions = {
            "+": () => this.zoom(0.85),
            "=": () => this.zoom(0.85),
            "-": () => this.zoom(1.18),
            0: () => this.fit(),
            Escape: () => {
                this.state.connecting = null;
                this.closePanel();
            },
        };
        if (!this.readonly) {
            actions.n = () => this.addStage();
            if (this.state.selected) {
                actions.Delete = () => this.removeSelected();
            }
        }
        actions[key]?.();
        return key in actions;
    }

    onNodeKey(key, node, target) {
        const way = target.closest?.("[data-way]")?.dataset.way;
        if (way && key === "Enter") {
            this.select("way", Number(way));
            return true;
        }
        if (!node) {
            return false;
        }
        const id = node === ANY ? ANY : Number(node);
        if (key === "Enter") {
            if (this.state.connecting !== null) {
                this.connect(this.state.connecting, id);
            } else {
                this.select("stage", id);
            }
            return true;
        }
        if (this.readonly || id === ANY) {
            return false;
        }
        if (key === "c") {
            this.state.connecting = id;
            return true;
        }
        const along = this.rtl ? -STEP : STEP;
        const moves = {
            ArrowRight: [along, 0],
            ArrowLeft: [-along, 0],
            ArrowUp: [0, -STEP],
            ArrowDown: [0, STEP],
        };
        if (key in moves) {
            const place = this.state.places[id];
            this.state.places[id] = {
                x: place.x + moves[key][0],
                y: place.y + moves[key][1],
            };
            this.storePlaces();
            return true;
        }
        return false;
    }

    /** A stage that was just added gets the keyboard. */
    focusPending() {
        const {selected} = this.state;
        if (selected?.kind === "stage" && this.focused !== selected.id) {
            this.focused = selected.id;
            this.canvas.el?.querySelector(`[data-node="${selected.id}"]`)?.focus();
        }
    }

    // ------------------------------------------------------------------ out
    /** The drawing as a file of its own: every look is in its attributes. */
    download() {
        const copy = this.canvas.el.cloneNode(true);
        const box = bounds(this.drawn);
        copy.setAttribute("viewBox", `${box.x} ${box.y} ${box.width} ${box.height}`);
        copy.setAttribute("width", box.width);
        copy.setAttribute("height", box.height);
        copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
        copy.querySelectorAll(".o_aria_handle, .o_aria_hit").forEach((part) =>
            part.remove()
        );
        const blob = new Blob([new XMLSerializer().serializeToString(copy)], {
            type: "image/svg+xml",
        });
        const link = document.createElement("a");
        link.href = URL.createObjectURL(blob);
        link.download = `${this.state.workflow.display_name}-${this.state.workflow.version}.svg`;
        link.click();
        browser.setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    }
}

registry.category("actions").add("aria_workflow_editor", WorkflowEditor);
