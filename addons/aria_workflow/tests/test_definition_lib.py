"""Fast tests of the file of a workflow; no database."""

import importlib.util
import json
import pathlib
import unittest

SOURCE = pathlib.Path(__file__).resolve().parent.parent / "lib" / "definition.py"
spec = importlib.util.spec_from_file_location("aria_definition", SOURCE)
lib = importlib.util.module_from_spec(spec)
spec.loader.exec_module(lib)

Key = lib.Key
KNOWN = lib.Known(
    stage_keys=(
        Key("code", "text", required=True),
        Key("name", "names", required=True),
        Key("unit", "unit"),
        Key("hours", "number"),
        Key("outcome", "choice", choices=("won", "lost", "void")),
    ),
    transition_keys=(
        Key("from", "stage"),
        Key("to", "stage", required=True),
        Key("trigger", "choice", choices=("button", "event", "auto")),
        Key("event", "text"),
        Key("groups", "groups"),
        Key("note_required", "flag"),
    ),
    units=frozenset({"sales"}),
    groups=frozenset({"base.group_user"}),
    events=frozenset({"sent"}),
)
GOOD = """{
  "format": "aria.workflow/1",
  "name": {"en_US": "Trading", "fa_IR": "بازرگانی"},
  "model": "sale.order.line",
  "first_stage": "asked",
  "stages": [
    {"code": "asked", "name": "Asked", "unit": "sales", "hours": 2.5},
    {"code": "done", "name": "Done", "outcome": "won"}
  ],
  "transitions": [
    {"from": "asked", "to": "done", "trigger": "event", "event": "sent"},
    {"to": "done", "trigger": "button", "groups": ["base.group_user"], "note_required": true}
  ]
}
"""


class TestDefinition(unittest.TestCase):
    def find(self, text):
        try:
            tree = lib.parse(text)
        except lib.DefinitionError as error:
            return [(error.problem.line, error.problem.code)]
        return [(p.line, p.code) for p in lib.find_problems(tree, KNOWN)]

    def check(self, old, new, *expected):
        self.assertIn(old, GOOD)
        with self.subTest(new=new):
            self.assertEqual(self.find(GOOD.replace(old, new, 1)), list(expected))

    def test_good(self):
        self.assertEqual(self.find(GOOD), [])
        self.assertEqual(lib.parse(GOOD), json.loads(GOOD))
        self.assertEqual(lib.parse(lib.dump(lib.parse(GOOD))), json.loads(GOOD))

    def test_lines_of_values(self):
        tree = lib.parse(GOOD)
        self.assertEqual(tree.lines["first_stage"], 5)
        self.assertEqual(tree["stages"].lines, [7, 8])
        self.assertEqual(tree["transitions"][1].line, 12)

    def test_broken(self):
        self.check('"hours": 2.5},', '"hours": 2.5}', (8, "syntax"))
        self.check("\n}\n", "\n", (14, "syntax"))
        self.check('"hours": 2.5', '"hours": 2.5, "hours": 3', (7, "twice"))
        for text, code in (
            ("", "syntax"),
            ("[]", "object"),
            ("7", "object"),
            ("[" * 100_000, "deep"),
            ('{"a": "' + "x" * lib.LIMIT + '"}', "large"),
        ):
            self.assertEqual(self.find(text), [(1, code)])

    def test_keys(self):
        self.check('"first_stage"', '"begin"', (5, "unknown_key"))
        self.check('"hours"', '"hour"', (7, "unknown_key"))
        self.check('  "model": "sale.order.line",\n', "", (1, "missing"))
        self.check('"code": "done", ', "", (8, "missing"), (11, "stage"), (12, "stage"))
        self.check('"aria.workflow/1"', '"aria.workflow/2"', (2, "choice"))

    def test_types(self):
        for value in ('"2"', "true", "NaN", "1e400", "9" * 5000, "[]"):
            self.check("2.5", value, (7, "type"))
        self.check('"name": "Asked"', '"name": 5', (7, "type"))
        self.check('"name": "Asked"', '"name": {"fa_IR": ""}', (7, "type"))
        self.check('"name": "Asked"', '"name": "a\\u0000"', (7, "type"))
        self.check('"name": "Asked"', '"name": "\\ud800"', (7, "type"))
        self.check('"note_required": true', '"note_required": 1', (12, "type"))
        self.check('["base.group_user"]', '"base.group_user"', (12, "type"))
        self.check('{"code": "done", "name": "Done", "outcome": "won"}', "5",
                   (8, "item"), (11, "stage"), (12, "stage"))  # fmt: skip

    def test_references(self):
        self.check(
            '"to": "done", "trigger": "event"', '"to": "gone", "trigger": "event"', (11, "stage")
        )
        self.check('"from": "asked"', '"from": "done"', (11, "same_stage"))
        self.check('"first_stage": "asked"', '"first_stage": "x"', (5, "stage"))
        self.check('"unit": "sales"', '"unit": "moon"', (7, "unit"))
        self.check('"base.group_user"', '"base.nobody"', (12, "group"))
        self.check('"event": "sent"', '"event": "lost"', (11, "event"))
        self.check(', "event": "sent"', "", (11, "event_missing"))
        self.check(
            '"code": "done"', '"code": "asked"', (8, "code_twice"), (11, "stage"), (12, "stage")
        )
        self.check('"outcome": "won"', '"outcome": "draw"', (8, "choice"))

    def test_null_is_absent(self):
        self.check('"unit": "sales"', '"unit": null')
        self.check(
            '"to": "done", "trigger": "button"', '"to": null, "trigger": "button"', (12, "missing")
        )
