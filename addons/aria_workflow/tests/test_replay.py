"""Fast tests of the replay; no database."""

import importlib.util
import pathlib
import unittest

SOURCE = pathlib.Path(__file__).resolve().parent.parent / "lib" / "replay.py"
spec = importlib.util.spec_from_file_location("aria_replay", SOURCE)
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
replay = module.replay

# old: 1 requested → 2 supply (unit 7) → 3 proforma (unit 8) → 4 won (event shipped); 5 lost
OLD = [(1, None, None), (2, 7, None), (3, 8, None), (4, None, "won"), (5, None, "lost")]


def draft(ways, stages=(10, 20, 30, 40, 50), new=(), drop=()):
    """Return a workflow whose stage N0 carries old stage N on; ``new``: (id, unit, hours)."""
    outcomes = {40: "won", 50: "lost"}
    units = {20: 7, 30: 8}
    return {
        "initial": 10,
        "stages": [
            {"id": s, "unit": units.get(s), "outcome": outcomes.get(s), "hours": 0} for s in stages
        ]
        + [{"id": s, "unit": unit, "outcome": None, "hours": hours} for s, unit, hours in new],
        "transitions": [
            {"from": a, "to": b, "trigger": "event" if e else "button", "event": e}
            for a, b, e in ways
        ],
        "old": [
            {"id": s, "unit": u, "outcome": o, "to": None if s * 10 in drop else s * 10}
            for s, u, o in OLD
        ],
    }


SAME = [(10, 20, None), (20, 30, None), (30, 40, "shipped"), (None, 50, None)]
ROWS = [
    ("a", None, 1, "button", None, 0),
    ("b", None, 1, "button", None, 0),
    ("a", 1, 2, "button", None, 100),
    ("a", 2, 3, "button", None, 200),
    ("b", 1, 5, "button", None, 50),
    ("a", 3, 4, "event", "shipped", 300),
]


def by(rows, key):
    return {row[key]: row for row in rows}


class TestReplay(unittest.TestCase):
    def test_the_same_drawing_changes_nothing(self):
        result = replay(ROWS, draft(SAME))
        self.assertEqual((result["rows"], result["records"]), (6, 2))
        self.assertEqual((result["stuck"], result["missing"]), ([], []))
        for row in result["units"] + result["stages"]:
            self.assertEqual(row["before"], row["after"], row)
        self.assertEqual(by(result["units"], "unit")[7]["after"]["seconds"], 200)

    def test_a_new_stage_on_the_way_gets_its_load(self):
        ways = [
            (10, 20, None),
            (20, 25, None),
            (25, 30, None),
            (30, 40, "shipped"),
            (None, 50, None),
        ]
        result = replay(ROWS, draft(ways, new=[(25, 9, 4)]))
        self.assertEqual((result["stuck"], result["missing"]), ([], []))
        unit = by(result["units"], "unit")[9]
        self.assertEqual(unit["before"], {"arrivals": 0, "seconds": 0, "planned": 0})
        self.assertEqual(unit["after"], {"arrivals": 1, "seconds": 0, "planned": 4 * 3600})

    def test_an_event_without_a_transition_leaves_the_record_stuck(self):
        ways = [way for way in SAME if way[2] != "shipped"]
        result = replay(ROWS, draft(ways))
        self.assertEqual(
            result["missing"],
            [{"stage": 30, "trigger": "event", "event": "shipped", "to": 4, "rows": 1}],
        )
        self.assertEqual(result["stuck"], [{"stage": 30, "records": 1, "examples": ["a"]}])

    def test_a_stage_without_a_way_out(self):
        ways = [(10, 20, None), (20, 30, None)]
        result = replay(ROWS[:4], draft(ways))
        self.assertEqual(by(result["stuck"], "stage")[30]["examples"], ["a"])

    def test_an_event_into_a_new_stage_that_buttons_leave(self):
        rows = [("a", None, 1, "button", None, 0), ("a", 1, 3, "event", "sent", 5)]
        rows.append(("a", 3, 4, "event", "shipped", 6))
        ways = [(10, 25, "sent"), (25, 30, None), (30, 40, "shipped")]
        result = replay(rows, draft(ways, new=[(25, 9, 1)]))
        self.assertEqual((result["stuck"], result["missing"]), ([], []))
        stages = by(result["stages"], "stage")
        self.assertEqual(stages[25]["after"]["seconds"], 6, "it waited there instead")
        self.assertEqual(stages[40]["after"]["arrivals"], 1)

    def test_a_removed_stage(self):
        result = replay(ROWS, draft([(10, 30, None), (30, 40, "shipped"), (None, 50, None)],
                                    stages=(10, 30, 40, 50), drop=(20,)))  # fmt: skip
        self.assertEqual(result["missing"][0]["to"], 2, "what led to it leads nowhere now")
        self.assertEqual(result["stuck"], [], "but the later step brings the record on")
        gone = [row for row in result["stages"] if row["stage"] is None]
        self.assertEqual((gone[0]["old"], gone[0]["before"]["seconds"]), ([2], 200))

    def test_where_a_record_stood_before_the_window(self):
        result = replay([("a", 3, 4, "event", "shipped", 300)], draft(SAME))
        self.assertEqual((result["stuck"], result["missing"]), ([], []))

    def test_automatic_ways_are_taken_on_arrival(self):
        workflow = draft([(10, 20, None), (30, 40, "shipped"), (None, 50, None)])
        workflow["transitions"].append({"from": 20, "to": 30, "trigger": "auto", "event": None})
        result = replay(ROWS, workflow)
        self.assertEqual((result["stuck"], result["missing"]), ([], []))
        self.assertEqual(by(result["stages"], "stage")[30]["after"]["arrivals"], 1)

    def test_a_new_version_in_between(self):
        rows = [*ROWS[:4], ("a", 3, 3, "version", None, 0), ROWS[5]]
        result = replay(rows, draft(SAME))
        self.assertEqual((result["stuck"], result["missing"]), ([], []))

    def test_in_portions_it_is_the_same(self):
        run = module.Replay(draft(SAME))
        for row in ROWS:
            run.feed([row])
        self.assertEqual(run.result(), replay(ROWS, draft(SAME)))
