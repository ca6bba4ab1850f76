from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import AriaDocumentCase

BUTTON = {"trigger": "button"}


class VersionCase(AriaDocumentCase):
    """A workflow requested → supply → proforma → won with a designer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.designer = cls.make_user("designer", "base.group_user", "aria_workflow.group_designer")
        cls.quality = cls.make_unit("quality", name="Quality")
        cls.inspector = cls.make_user("inspector", unit=cls.quality)
        cls.workflow = cls.make_workflow(
            {
                "requested": {},
                "supply": {"unit_id": cls.supply.id, "sla_hours": 8},
                "proforma": {"unit_id": cls.sales.id},
                "won": {"outcome": "won"},
                "lost": {"outcome": "lost"},
            },
            [
                ("requested", "supply", BUTTON),
                ("supply", "proforma", BUTTON),
                ("proforma", "won", {"trigger": "event", "event": "shipped"}),
                (None, "lost", {**BUTTON, "note_required": True, "sequence": 99}),
                ("lost", "requested", BUTTON),
            ],
        )

    def new_version(self, workflow=None):
        action = self.rpc(self.designer, workflow or self.workflow, "action_new_version")
        return self.env["aria.workflow"].browse(action["res_id"])

    def stage(self, workflow, code):
        return workflow.stage_ids.filtered(lambda s: s.code == code)

    def way(self, workflow, source, target):
        return workflow.transition_ids.filtered(
            lambda t: t.from_stage_id.code == source and t.to_stage_id.code == target
        )

    def add_quality(self, draft):
        """Put a stage of quality control between supply and pro-forma of ``draft``, as the designer."""
        stage = self.rpc(
            self.designer,
            self.env["aria.workflow.stage"],
            "create",
            {
                "workflow_id": draft.id,
                "name": "Quality Control",
                "code": "quality",
                "unit_id": self.quality.id,
            },
        )
        self.rpc(
            self.designer, self.way(draft, "supply", "proforma"), "write", {"to_stage_id": stage}
        )
        self.rpc(
            self.designer,
            self.env["aria.workflow.transition"],
            "create",
            {
                "workflow_id": draft.id,
                "from_stage_id": stage,
                "to_stage_id": self.stage(draft, "proforma").id,
            },
        )
        return self.env["aria.workflow.stage"].browse(stage)

    def open_activation(self, draft, user=None):
        action = self.rpc(user or self.designer, draft, "action_activate")
        return self.env["aria.workflow.activation"].browse(action["res_id"])

    def apply(self, activation, user=None):
        return self.rpc(user or self.designer, activation, "action_apply")

    def run_to(self, documents, *codes):
        """Move the documents through the stages ``codes``, as the engine does."""
        for code in codes:
            ways = documents.aria_workflow_id.transition_ids._from_stage(documents.aria_stage_id)
            documents.sudo()._aria_go(
                ways.filtered(lambda t, code=code: t.to_stage_id.code == code)
            )
        return documents


@tagged("post_install", "-at_install")
class TestVersion(VersionCase):
    def test_a_new_version_is_a_draft_that_remembers_its_origin(self):
        self.env["res.lang"]._activate_lang("fa_IR")
        self.stage(self.workflow, "supply").with_context(lang="fa_IR").name = "تأمین"
        self.workflow.with_context(lang="fa_IR").name = "گردش"
        draft = self.new_version()
        self.assertEqual((draft.version, draft.state), (2, "draft"))
        self.assertEqual((draft.previous_id, draft.root_id), (self.workflow, self.workflow))
        self.assertEqual(draft.name, self.workflow.name)
        self.assertEqual(draft.with_context(lang="fa_IR").name, "گردش")
        self.assertEqual(draft.stage_ids.origin_id, self.workflow.stage_ids)
        self.assertEqual(draft.transition_ids.origin_id, self.workflow.transition_ids)
        self.assertEqual(self.stage(draft, "supply").with_context(lang="fa_IR").name, "تأمین")
        self.assertEqual(draft.initial_stage_id.code, "requested")
        self.assertEqual(self.make_document().aria_workflow_id, self.workflow)
        self.assertEqual(self.new_version().version, 3)
        self.assertEqual(draft.version_ids.mapped("version"), [3, 2, 1])

    def test_a_draft_is_changed_freely_and_the_active_one_is_not(self):
        draft = self.new_version()
        self.add_quality(draft)
        self.rpc(self.designer, self.way(draft, "lost", "requested"), "unlink")
        for record, values in [
            (self.stage(self.workflow, "supply"), {"code": "x"}),
            (self.workflow, {"initial_stage_id": self.stage(self.workflow, "supply").id}),
        ]:
            with self.assertRaisesRegex(UserError, "new version"), self.cr.savepoint():
                self.rpc(self.designer, record, "write", values)
        with self.assertRaisesRegex(UserError, "draft"):
            self.rpc(self.designer, draft, "action_new_version")
        with self.assertRaisesRegex(UserError, "company"):
            self.rpc(self.designer, draft, "write", {"company_id": self.env.company.id})

    def test_versions_are_the_designers(self):
        for user in (self.seller, self.outsider):
            with self.assertRaises(AccessError), self.cr.savepoint():
                self.rpc(user, self.workflow, "action_new_version")
        draft = self.new_version()
        activation = self.open_activation(draft)
        for user in (
            self.seller,
            self.make_user("other", "base.group_user", "aria_workflow.group_designer"),
        ):
            with self.assertRaises(AccessError), self.cr.savepoint():
                self.rpc(user, activation, "action_apply")
        with self.assertRaises(AccessError):
            self.rpc(self.seller, draft, "action_activate")
        for vals in ({"previous_id": False}, {"root_id": False}, {"version": 9}):
            with self.assertRaises(AccessError), self.cr.savepoint():
                self.rpc(self.designer, draft, "write", vals)
        old, new = self.stage(self.workflow, "supply"), self.stage(draft, "proforma")
        with self.assertRaises(AccessError):
            self.rpc(self.designer, old, "write", {"successor_id": new.id})

    def test_the_first_version_stays_for_the_history(self):
        self.new_version()
        with self.assertRaisesRegex(UserError, "later versions"):
            self.rpc(self.designer, self.workflow, "unlink", context={"_force_unlink": True})

    def test_records_follow_and_nothing_is_lost(self):
        documents = self.make_document(6)
        self.run_to(documents[1:5], "supply")
        self.run_to(documents[3:5], "proforma")
        documents[4].aria_fire("shipped")
        self.run_to(documents[5], "lost")
        held = documents[1].aria_referral_id
        self.rpc(self.supplier, held, "action_accept")
        since = documents[1].aria_stage_since
        rows = self.env["aria.workflow.log"].search_count([])
        draft = self.new_version()
        self.add_quality(draft)
        activation = self.open_activation(draft)
        counts = {x.from_stage_id.code: x.count for x in activation.line_ids}
        self.assertEqual(counts, {"requested": 1, "supply": 2, "proforma": 1, "won": 1, "lost": 1})
        self.assertEqual((activation.count, activation.ended_count), (4, 2))
        line = activation.line_ids.filtered(lambda x: x.from_stage_id.code == "supply")
        self.assertEqual(line.to_stage_id, self.stage(draft, "supply"))
        self.assertIn(f"{self.supplier.name} (1)", line.holders)
        self.assertEqual((line.referral_count, line.referrals), (2, "keep"))
        self.apply(activation)
        self.assertEqual((draft.state, self.workflow.state), ("active", "retired"))
        self.assertEqual(documents[:4].aria_workflow_id, draft)
        self.assertEqual(documents[4:].aria_workflow_id, self.workflow)
        self.assertEqual(
            [document.aria_stage_id.code for document in documents],
            ["requested", "supply", "supply", "proforma", "won", "lost"],
        )
        self.assertEqual((held.state, documents[1].aria_user_id), ("accepted", self.supplier))
        self.assertEqual(documents[1].aria_stage_since, since, "it goes on in the same stage")
        self.assertEqual(self.env["aria.workflow.log"].search_count([]), rows + 4)
        self.assertEqual(sum(draft.change_ids.mapped("count")), 4)
        self.assertEqual(self.make_document().aria_workflow_id, draft)
        # one goes the new way
        self.rpc(self.supplier, documents[1], "aria_move", self.way(draft, "supply", "quality").id)
        self.assertEqual(documents[1].aria_referral_id.to_unit_id, self.quality)
        # a finished one that is opened again goes on in the new version
        documents[5].aria_move(self.way(self.workflow, "lost", "requested"))
        self.assertEqual(documents[5].aria_stage_id, self.stage(draft, "requested"))

    def test_a_removed_stage_is_mapped_by_hand_and_its_referrals_move(self):
        document = self.run_to(self.make_document(), "supply")
        referral = document.aria_referral_id
        draft = self.new_version()
        quality = self.add_quality(draft)
        self.rpc(
            self.designer,
            self.way(draft, "requested", "supply"),
            "write",
            {"to_stage_id": quality.id},
        )
        self.rpc(self.designer, self.stage(draft, "supply"), "unlink")
        activation = self.open_activation(draft)
        line = activation.line_ids.filtered("count")
        self.assertFalse(line.to_stage_id)
        self.assertEqual(activation.unmapped_count, 1)
        with self.assertRaisesRegex(UserError, "Supply.*choose where"):
            self.apply(activation)
        self.assertEqual((draft.state, document.aria_workflow_id), ("draft", self.workflow))
        self.rpc(self.designer, line, "write", {"to_stage_id": quality.id})
        self.assertEqual(line.referrals, "move")
        self.apply(activation)
        self.assertEqual(document.aria_stage_id, quality)
        self.assertEqual(referral.state, "answered")
        self.assertEqual(document.aria_referral_id.to_unit_id, self.quality)
        self.assertEqual(document.aria_referral_id.previous_id, referral)

    def test_referrals_are_closed_by_choice(self):
        document = self.run_to(self.make_document(), "supply")
        referral = document.aria_referral_id
        activation = self.open_activation(self.new_version())
        self.rpc(
            self.designer, activation.line_ids.filtered("count"), "write", {"referrals": "close"}
        )
        self.apply(activation)
        self.assertEqual((referral.state, document.aria_unit_id.id), ("answered", False))

    def test_finished_records_move_by_choice(self):
        document = self.run_to(self.make_document(), "lost")
        draft = self.new_version()
        activation = self.open_activation(draft)
        self.rpc(self.designer, activation, "write", {"move_ended": True})
        self.apply(activation)
        self.assertEqual(document.aria_stage_id, self.stage(draft, "lost"))
        self.assertEqual(document.aria_outcome, "lost")

    def test_refuses_what_cannot_work(self):
        draft = self.new_version()
        self.run_to(self.make_document(), "supply")
        quality = self.add_quality(draft)
        self.inspector.active = False
        with self.assertRaisesRegex(ValidationError, "Nobody in Quality"):
            self.open_activation(draft)
        self.inspector.active = True
        ways = self.way(draft, "supply", "quality")
        ways.to_stage_id = self.stage(draft, "proforma")
        with self.assertRaisesRegex(ValidationError, "Nothing leads"):
            self.open_activation(draft)
        ways.to_stage_id = quality
        ways.trigger = "auto"
        back = ways.copy(
            {"from_stage_id": quality.id, "to_stage_id": self.stage(draft, "supply").id}
        )
        with self.assertRaisesRegex(ValidationError, "circle"):
            self.open_activation(draft)
        back.unlink()
        activation = self.open_activation(draft)
        self.inspector.active = False
        with self.assertRaisesRegex(ValidationError, "Nobody in Quality"):
            self.apply(activation)
        self.assertEqual((draft.state, self.workflow.state), ("draft", "active"))

    def test_forged_lines_are_refused(self):
        self.run_to(self.make_document(), "supply")
        draft = self.new_version()
        line = self.open_activation(draft).line_ids.filtered("count")
        for target, pattern in [
            (self.stage(draft, "won"), "neither ends"),
            (self.stage(self.workflow, "requested"), "have changed"),
        ]:
            with self.assertRaisesRegex(UserError, pattern), self.cr.savepoint():
                self.rpc(self.designer, line, "write", {"to_stage_id": target.id})
                self.apply(line.activation_id)
        self.rpc(self.designer, line, "unlink")
        with self.assertRaisesRegex(UserError, "have changed"):
            self.apply(self.env["aria.workflow.activation"].search([], limit=1, order="id desc"))

    def test_back_to_the_former_version(self):
        document = self.run_to(self.make_document(), "supply")
        draft = self.new_version()
        self.apply(self.open_activation(draft))
        self.apply(self.open_activation(self.workflow))
        self.assertEqual((draft.state, self.workflow.state), ("retired", "active"))
        self.assertEqual(document.aria_stage_id, self.stage(self.workflow, "supply"))
        self.run_to(document, "proforma")
        self.assertEqual(document.aria_workflow_id, self.workflow)

    def test_two_drafts_of_one_version(self):
        document = self.run_to(self.make_document(), "supply")
        one, two = self.new_version(), self.new_version()
        late = self.open_activation(two)
        self.apply(self.open_activation(one))
        with self.assertRaisesRegex(UserError, "have changed"):
            self.apply(late)
        self.apply(self.open_activation(two))
        self.assertEqual(document.aria_stage_id, self.stage(two, "supply"))
        with self.assertRaisesRegex(UserError, "already activated by designer"):
            self.apply(late)

    def test_of_another_company_is_not_touched(self):
        company = self.env["res.company"].create({"name": "Other"})
        foreigner = self.make_user(
            "foreigner",
            "base.group_user",
            "aria_workflow.group_designer",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        self.make_document(company_id=self.env.company.id)
        draft = self.new_version()
        activation = self.open_activation(draft, foreigner)
        with self.assertRaisesRegex(UserError, "works for that"):
            self.apply(activation, foreigner)
        self.assertEqual(draft.state, "draft")
        own = self.make_workflow(
            {"a": {}, "won": {"outcome": "won"}},
            [("a", "won", BUTTON)],
            company_id=self.env.company.id,
        )
        for method in ("action_new_version", "action_activate", "action_retire"):
            with self.assertRaises(AccessError), self.cr.savepoint():
                self.rpc(foreigner, own, method)

    def test_the_change_is_history(self):
        self.make_document()
        draft = self.new_version()
        self.apply(self.open_activation(draft))
        for method, args in [("write", [{"count": 9}]), ("unlink", [])]:
            with self.assertRaises(AccessError), self.cr.savepoint():
                self.rpc(self.env.ref("base.user_admin"), draft.change_ids[0], method, *args)

    def test_counts_cost_a_constant_number_of_queries(self):
        documents = self.make_document(40)
        self.run_to(documents[:20], "supply")
        draft = self.new_version()
        lines = self.open_activation(draft).line_ids

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            self.assertEqual(sum(lines.mapped("count")), len(documents))
            return self.cr.sql_log_count - start

        count()
        few = count()
        documents |= self.make_document(60)
        self.assertLessEqual(count(), few)
