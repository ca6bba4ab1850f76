/** Geometry of the drawing of a workflow: sizes, automatic layout, arrows. No component, no server. */

export const NODE = {width: 172, height: 58};
const GAP = {x: 170, y: 84};
const MARGIN = 40;
// where an arrow is looked at for nodes in its way, and where its label may stand, the middle first
const SAMPLES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
const SPOTS = [0.5, 0.4, 0.6, 0.3, 0.7, 0.24, 0.76, 0.18, 0.82, 0.12, 0.88];

/**
 * Places for stages that have none: columns by the distance from the first stage.
 *
 * @param {Array} stages [{id, sequence}]
 * @param {Array} ways [{from, to}]; from is false for "any open stage"
 * @param {Number|false} initial id of the first stage
 * @returns {Object} {stage id: {x, y}}, x grows along the reading direction
 */
export function layout(stages, ways, initial) {
    const depth = distances(stages, ways, initial);
    const places = {};
    const rows = {};
    for (const stage of stages) {
        const column = depth[stage.id];
        const row = rows[column] || 0;
        rows[column] = row + 1;
        places[stage.id] = {
            x: MARGIN + column * (NODE.width + GAP.x),
            y: MARGIN + row * (NODE.height + GAP.y),
        };
    }
    return places;
}

function distances(stages, ways, initial) {
    const depth = {};
    let front = initial ? [initial] : stages.slice(0, 1).map((stage) => stage.id);
    for (let column = 0; front.length; column++) {
        front.forEach((id) => (depth[id] = column));
        const reached = ways
            .filter((way) => front.includes(way.from))
            .map((way) => way.to);
        front = [...new Set(reached)].filter((id) => !(id in depth));
    }
    // what only "any stage" leads to, or nothing yet: after the others
    const last = Math.max(0, ...Object.values(depth)) + 1;
    stages
        .filter((stage) => !(stage.id in depth))
        .forEach((stage) => (depth[stage.id] = last));
    return depth;
}

/** The middle of a node at `place`. */
function center(place) {
    return {x: place.x + NODE.width / 2, y: place.y + NODE.height / 2};
}

/** Where the line from the middle of the node at `place` towards `point` leaves the node. */
function border(place, point, margin) {
    const middle = center(place);
    const dx = point.x - middle.x;
    const dy = point.y - middle.y;
    const scale = Math.min(
        dx ? (NODE.width / 2 + margin) / Math.abs(dx) : Infinity,
        dy ? (NODE.height / 2 + margin) / Math.abs(dy) : Infinity
    );
    return {x: middle.x + dx * scale, y: middle.y + dy * scale};
}

/**
 * An arrow between two nodes, bent aside when it is one of several.
 *
 * @param {Object} from place of the node it leaves
 * @param {Object} to place of the node it enters
 * @param {Number} bend how far it is bent, in pixels
 * @returns {Object} {path, at(t): the point at t between 0 and 1}
 */
export function arrow(from, to, bend) {
    const one = center(from);
    const two = center(to);
    const length = Math.hypot(two.x - one.x, two.y - one.y) || 1;
    const aside = {
        x: (one.x + two.x) / 2 - ((two.y - one.y) / length) * bend * 2,
        y: (one.y + two.y) / 2 + ((two.x - one.x) / length) * bend * 2,
    };
    const start = border(from, aside, 0);
    const end = border(to, aside, 6);
    return {
        path: `M ${start.x} ${start.y} Q ${aside.x} ${aside.y} ${end.x} ${end.y}`,
        at: (t) => ({
            x: (1 - t) ** 2 * start.x + 2 * t * (1 - t) * aside.x + t ** 2 * end.x,
            y: (1 - t) ** 2 * start.y + 2 * t * (1 - t) * aside.y + t ** 2 * end.y,
        }),
    };
}

/** The arrow between two of `places`, bent further when it would run behind other nodes. */
export function clearArrow(places, from, to, bend) {
    const others = Object.entries(places)
        .filter(([id]) => id !== String(from) && id !== String(to))
        .map(([, place]) => ({...place, ...NODE}));
    let best = null;
    for (const more of [0, 40, -40, 80, -80]) {
        const line = arrow(places[from], places[to], bend + more);
        const hidden = SAMPLES.filter((t) =>
            others.some((box) => overlap(box, {...line.at(t), width: 0, height: 0}))
        ).length;
        if (!best || hidden < best.hidden) {
            best = {...line, hidden};
        }
        if (!hidden) {
            break;
        }
    }
    return best;
}

/** Give each arrow {at, label} a place {x, y} for its label that covers no node and no other label, if there is one. */
export function placeLabels(arrows, places) {
    const taken = Object.values(places).map((place) => ({...place, ...NODE}));
    return arrows.map((one) => {
        const width = one.label.length * 5.6 + 6;
        const boxes = SPOTS.map((t) => {
            const {x, y} = one.at(t);
            return {x: x - width / 2, y: y - 10, width, height: 14, center: {x, y}};
        });
        const box = boxes.find((b) => !taken.some((t) => overlap(b, t))) || boxes[0];
        taken.push(box);
        return {...one, spot: box.center};
    });
}

function overlap(one, two) {
    return (
        one.x < two.x + two.width &&
        two.x < one.x + one.width &&
        one.y < two.y + two.height &&
        two.y < one.y + one.height
    );
}

/** How far the arrow number `index` of `count` from one node to another is bent. */
export function bendOf(index, count, hasOpposite) {
    return hasOpposite ? 16 + index * 26 : (index - (count - 1) / 2) * 30;
}

/** The box around all places: {x, y, width, height}. */
export function bounds(places) {
    const all = Object.values(places);
    if (!all.length) {
        return {x: 0, y: 0, width: 600, height: 400};
    }
    const x = Math.min(...all.map((place) => place.x)) - MARGIN;
    const y = Math.min(...all.map((place) => place.y)) - MARGIN;
    return {
        x,
        y,
        width: Math.max(...all.map((place) => place.x)) + NODE.width + MARGIN - x,
        height: Math.max(...all.map((place) => place.y)) + NODE.height + MARGIN - y,
    };
}
