import base64
import json

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_version import VersionCase


@tagged("post_install", "-at_install")
class TestDefinition(VersionCase):
    """Workflows as files, from the library, and side by side."""

    SPEC = {"old_id": {}, "new_id": {}, "line_ids": {"fields": {"name": {}, "new_value": {}}}}

    def export(self, workflow, user=None):
        """Return the text of the file of ``workflow`` as ``user`` gets it."""
        workflow.invalidate_recordset(["definition_file"])
        [values] = self.rpc(user or self.designer, workflow, "read", ["definition_file"])
        return base64.b64decode(values["definition_file"]).decode()

    def start(self, user=None, **vals):
        wizard = self.rpc(user or self.designer, self.env["aria.workflow.start"], "create", vals)
        wizard = self.env["aria.workflow.start"].browse(wizard)
        action = self.rpc(user or self.designer, wizard, "action_start")
        return self.env["aria.workflow"].browse(action["res_id"])

    def load(self, text, user=None, **vals):
        content = base64.b64encode(text.encode() if isinstance(text, str) else text)
        return self.start(user, source="file", file=content.decode(), company_id=False, **vals)

    def edit(self, **changes):
        """Return the text of the workflow's file with keys of the whole replaced."""
        return json.dumps(
            json.loads(self.export(self.workflow)) | changes, indent=2, ensure_ascii=False
        )

    def refuse_file(self, text, *words, error=UserError, user=None, **vals):
        before = self.env["aria.workflow"].with_context(active_test=False).search_count([])
        with self.assertRaises(error) as caught, self.cr.savepoint():
            self.load(text, user, **vals)
        for word in words:
            self.assertIn(word, str(caught.exception))
        self.env.invalidate_all()
        self.assertEqual(
            self.env["aria.workflow"].with_context(active_test=False).search_count([]), before
        )

    def test_round_trip(self):
        self.env["res.lang"]._activate_lang("fa_IR")
        self.workflow.update_field_translations("name", {"fa_IR": "آزمون"})
        supply = self.stage(self.workflow, "supply")
        supply.update_field_translations("name", {"fa_IR": "تأمین"})
        supply.write({"pos_x": 120.5, "pos_y": 40})
        way = self.way(self.workflow, "supply", "proforma")
        way.write(
            {
                "group_ids": [(4, self.env.ref("base.group_user").id)],
                "unit_ids": [(4, self.supply.id)],
            }
        )
        way.update_field_translations("name", {"en_US": "Found", "fa_IR": "یافت شد"})
        text = self.export(self.workflow)
        draft = self.load(text)
        self.assertEqual(self.export(draft), text)
        self.assertEqual(
            (draft.state, draft.version, draft.root_id), ("draft", 1, self.env["aria.workflow"])
        )
        self.assertEqual(self.stage(draft, "supply").with_context(lang="fa_IR").name, "تأمین")
        self.assertEqual(draft.initial_stage_id, self.stage(draft, "requested"))
        self.rpc(self.designer, draft, "action_activate")
        self.assertEqual(draft.state, "active")

    def test_new_version_from_file(self):
        found = json.loads(self.export(self.workflow))
        found["stages"][1]["sla_hours"] = 3
        found["stages"].insert(2, {"code": "quality", "name": "Quality", "unit": "quality"})
        found["transitions"][1]["to"] = "quality"
        found["transitions"].append({"from": "quality", "to": "proforma", "trigger": "button"})
        draft = self.load(json.dumps(found), follows_id=self.workflow.id)
        self.assertEqual((draft.previous_id, draft.version), (self.workflow, 2))
        self.assertEqual(self.stage(draft, "supply").origin_id, self.stage(self.workflow, "supply"))
        self.assertEqual(self.stage(draft, "supply").sla_hours, 3)
        self.assertEqual(draft.stage_ids.mapped("code"), [s["code"] for s in found["stages"]])
        self.assertEqual(len(draft.transition_ids), len(found["transitions"]))
        self.assertFalse(self.way(draft, "supply", "proforma"))
        # the draft itself is drawn anew, also with fewer stages
        again = self.load(self.export(self.workflow), follows_id=draft.id)
        self.assertEqual(again, draft)
        self.assertEqual(self.export(draft), self.export(self.workflow))

    def test_mistakes_with_lines(self):
        text = self.edit()
        lines = text.split("\n")
        number = next(n for n, line in enumerate(lines, 1) if '"to": "proforma"' in line)
        self.refuse_file(
            text.replace('"to": "proforma"', '"to": "gone"'), f"Line {number}:", "gone"
        )
        self.refuse_file(text.replace('"shipped"', '"sunk"'), "sunk", "reserved, shipped")
        self.refuse_file(text.replace('"unit": "sales"', '"unit": "moon"'), "moon")
        self.refuse_file(text[: len(text) // 2], "Line ", "column")
        self.refuse_file("", "Choose the file")
        vals = {
            "source": "file",
            "file": "x",
        }  # no base64: the browser never sends it, a program may
        wizard = self.rpc(self.designer, self.env["aria.workflow.start"], "create", vals)
        wizard = self.env["aria.workflow.start"].browse(wizard)
        self.refuse(self.designer, wizard, "action_start")
        self.refuse_file(" ", "Line 1:")
        self.refuse_file(b"\xff\xfe\x00", "UTF-8")
        self.refuse_file("[]", "Line 1:")
        self.refuse_file(text.replace("aria.test.document", "res.users"), "res.users")
        self.refuse_file(text.replace("aria.test.document", "no.model"), "no.model")
        self.refuse_file("x" * 1_000_001, "larger")
        self.refuse_file(self.edit(first_stage=7), "first_stage")
        condition = self.edit(condition="[('moon', '=', 1)]")
        number = next(n for n, line in enumerate(condition.split("\n"), 1) if "moon" in line)
        self.refuse_file(condition, f"Line {number}:", "moon")
        self.refuse_file(self.edit(condition="__import__('os').system('true')"), "Line ")

    def test_several_mistakes_at_once(self):
        found = json.loads(self.edit())
        for way in found["transitions"]:
            way["to"] = "gone"
        text = json.dumps(found, indent=1)
        with self.assertRaises(UserError) as caught, self.cr.savepoint():
            self.load(text)
        self.assertEqual(str(caught.exception).count("Line "), len(found["transitions"]))

    def test_marked_utf8_is_read(self):
        self.assertTrue(self.load(b"\xef\xbb\xbf" + self.edit().encode()))

    def test_other_kind_of_record(self):
        other = self.env["aria.workflow"].search([("model", "!=", "aria.test.document")], limit=1)
        if other:  # with the addons that bring flows
            self.refuse_file(self.edit(), other.model, follows_id=other.id)

    def test_rights(self):
        clerk = self.make_user("clerk_of_files")
        self.refuse_file(self.edit(), user=clerk, error=AccessError)
        self.refuse(clerk, self.workflow, "_import_definition", b"{}", error=AccessError)
        company = self.env["res.company"].create({"name": "Other"})
        foreign = self.workflow.copy({"company_id": company.id})
        self.refuse_file(self.edit(), follows_id=foreign.id, error=AccessError)
        self.refuse(self.designer, foreign, "action_export", error=AccessError)
        self.refuse(self.designer, foreign, "action_compare", error=AccessError)
        self.refuse(self.designer, foreign, "read", ["definition_file"], error=AccessError)
        wizard = self.env["aria.workflow.start"].create(
            {"source": "library", "origin_id": foreign.id}
        )
        self.refuse(self.designer, wizard, "action_start", error=AccessError)

    def test_group_without_external_id(self):
        group = self.env["res.groups"].create({"name": "Hand-made"})
        self.way(self.workflow, "requested", "supply").group_ids = group
        self.refuse(self.designer, self.workflow, "read", ["definition_file"])

    def test_library(self):
        self.env["ir.model.data"].create(
            {
                "module": "aria_workflow",
                "name": "flow_of_a_test",
                "model": "aria.workflow",
                "res_id": self.workflow.id,
            }
        )
        wizard = self.env["aria.workflow.start"].new({})
        self.assertIn(self.workflow, wizard.library_ids._origin)
        draft = self.start(source="library", origin_id=self.workflow.id, company_id=False)
        self.assertEqual((draft.name, draft.state), (self.workflow.name, "draft"))
        self.assertEqual(self.export(draft), self.export(self.workflow))
        self.assertEqual(
            self.start(source="library", origin_id=self.workflow.id, name="Mine").name, "Mine"
        )
        for vals in ({"source": "library"}, {"source": "file"}):
            wizard = self.env["aria.workflow.start"].create(vals)
            wizard = wizard.with_user(self.designer)
            with self.assertRaises(UserError):
                wizard.action_start()

    # ------------------------------------------------------------------ side by side
    def compare(self, new, **vals):
        action = self.rpc(self.designer, new, "action_compare")
        comparison = self.env["aria.workflow.comparison"].browse(action["res_id"])
        comparison.write(vals)
        return comparison

    def test_compare(self):
        draft = self.new_version()
        self.assertFalse(self.compare(draft).line_ids)
        self.add_quality(draft)
        self.stage(draft, "supply").write({"sla_hours": 4, "name": "Buying"})
        self.way(draft, False, "lost").unlink()
        comparison = self.compare(draft)
        self.assertEqual((comparison.old_id, comparison.new_id), (self.workflow, draft))
        found = {
            (x.part, x.change, x.field_label, x.old_value, x.new_value) for x in comparison.line_ids
        }
        supply = ("stage", "changed")
        way = "Supply to Proforma (Button)"
        self.assertLessEqual(
            {
                (*supply, "Name", "Supply", "Buying"),
                (*supply, "Time Allowed (hours)", "08:00", "04:00"),
                ("stage", "added", False, False, "Quality Control"),
                ("transition", "changed", "To", "Proforma", "Quality Control"),
            },
            found,
            (found, way),
        )
        self.assertEqual([x.change for x in comparison.line_ids].count("removed"), 1)
        self.assertEqual([x.change for x in comparison.line_ids].count("added"), 2)
        # whoever compares reads his own lines, and nobody else does
        [values] = self.rpc(self.designer, comparison, "read", ["line_ids"])
        self.assertEqual(values["line_ids"], comparison.line_ids.ids)
        other = self.make_user("other_designer", "base.group_user", "aria_workflow.group_designer")
        self.refuse(other, comparison.line_ids, "read", ["name"], error=AccessError)
        comparison.show_same = True
        self.assertIn("same", comparison.line_ids.mapped("change"))
        comparison.write({"show_same": False, "old_id": draft.id})
        self.assertFalse(comparison.line_ids)

    def test_another_company_is_not_compared(self):
        company = self.env["res.company"].create({"name": "Other"})
        foreign = self.workflow.copy({"company_id": company.id})
        model = self.env["aria.workflow.comparison"]
        for vals in (
            {"old_id": self.workflow.id, "new_id": foreign.id},
            {"old_id": foreign.id, "new_id": self.workflow.id},
        ):
            self.refuse(self.designer, model, "create", vals, error=AccessError)
            self.refuse(self.designer, model, "onchange", vals, [], self.SPEC, error=AccessError)
        mine = self.compare(self.new_version())
        self.refuse(self.designer, mine, "write", {"old_id": foreign.id}, error=AccessError)

    def test_compare_of_file_versions(self):
        """Stages that were drawn anew are found by their codes, ways by what they join."""
        draft = self.load(self.edit())
        lines = draft._compare_with(self.workflow)
        self.assertEqual({line["change"] for line in lines}, {"same"})

    def test_nothing_to_compare(self):
        self.refuse(self.designer, self.workflow, "action_compare")

    def test_compare_from_activation(self):
        draft = self.new_version()
        activation = self.open_activation(draft)
        action = self.rpc(self.designer, activation, "action_compare")
        self.assertEqual(action["res_model"], "aria.workflow.comparison")
