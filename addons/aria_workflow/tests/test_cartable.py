from datetime import timedelta

from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, HttpCase, tagged
from odoo.tools.safe_eval import safe_eval

from .common import AriaDocumentCase


class CartableCase(AriaDocumentCase):
    def setUp(self):
        super().setUp()
        self.now = fields.Datetime.now()
        self.later = self.now + timedelta(days=3)

    def refer(self, documents=None, sender=None, **kwargs):
        documents = documents or self.make_document()
        kwargs = kwargs or {"unit": self.supply.id}
        ids = self.rpc(sender or self.seller, documents, "aria_refer", **kwargs)
        return self.env["aria.referral"].browse(ids)

    def text(self, moment):
        return fields.Datetime.to_string(moment)


@tagged("post_install", "-at_install")
class TestCartable(CartableCase):
    # ------------------------------------------------------------------ deadline and priority
    def test_who_may_change_deadline_and_priority(self):
        self.supply.manager_id = self.keeper
        designer = self.make_user("designer", "base.group_user", "aria_workflow.group_designer")
        owner = self.make_user("owner")
        for user in (self.seller, self.keeper, designer):
            referral = self.refer()
            self.rpc(
                user, referral, "action_change", {"deadline": self.text(self.later)}, "late goods"
            )
            self.assertEqual(referral.deadline, self.later)
            change = self.env["aria.referral.change"].search([("referral_id", "=", referral.id)])
            self.assertEqual((change.user_id, change.reason), (user, "late goods"))
            self.assertEqual((change.deadline_from, change.deadline_to), (False, self.later))
        referral = self.refer()
        for user in (self.supplier, self.supplier2, self.outsider, owner):
            for vals in ({"priority": "2"}, {"deadline": False}):
                for method in ("action_change", "write"):
                    with self.assertRaises(AccessError), self.cr.savepoint():
                        self.rpc(user, referral, method, vals)
        self.assertEqual((referral.priority, referral.deadline), ("0", False))

    def test_the_holder_sets_the_own_reminder_only(self):
        referral = self.refer()
        self.rpc(self.supplier, referral, "action_change", {"remind_at": self.text(self.later)})
        self.assertEqual((referral.remind_at, referral.alarm_at), (self.later, self.later))
        with self.assertRaisesRegex(AccessError, "ask seller"):
            self.rpc(
                self.supplier,
                referral,
                "action_change",
                {"remind_at": self.text(self.later), "priority": "2"},
            )

    def test_dragging_in_the_calendar_is_a_change(self):
        referral = self.refer()
        self.rpc(self.seller, referral, "write", {"deadline": self.text(self.later)})
        self.assertEqual(referral.deadline, self.later)
        self.assertEqual(len(referral.change_ids), 1)
        self.assertTrue(referral.warn_at, "news are planned anew")
        past = self.text(self.now - timedelta(days=1))
        with self.assertRaisesRegex(UserError, "past"):
            self.rpc(self.seller, referral, "write", {"deadline": past})
        with self.assertRaises(AccessError):
            self.rpc(
                self.seller, referral, "write", {"deadline": self.text(self.later), "note": "x"}
            )

    def test_bad_changes_are_told(self):
        referral = self.refer()
        for vals, text in [
            ({}, "Nothing"),
            ({"state": "answered"}, "state"),
            ("deadline", "deadline"),
            ({"priority": "9"}, "9"),
            ({"deadline": "soon"}, "soon"),
        ]:
            with self.subTest(text), self.assertRaisesRegex(UserError, text), self.cr.savepoint():
                self.rpc(self.seller, referral, "action_change", vals)
        self.rpc(self.supplier, referral, "action_answer", "done")
        with self.assertRaisesRegex(UserError, "no longer open"):
            self.rpc(self.seller, referral, "action_change", {"priority": "2"})

    def test_moments_that_have_passed_are_refused_everywhere(self):
        """Reminders in the past and deadlines before now, by whoever could give them, over RPC."""
        past = self.text(self.now - timedelta(minutes=1))
        referral = self.refer(unit=self.supply.id, user=self.supplier.id)
        free = self.make_document()
        target = {"unit": self.warehouse.id}
        part = {"unit_id": self.warehouse.id}
        calls = [
            (self.seller, free, "aria_refer", [], {**target, "deadline": past}),
            (self.seller, free, "aria_refer", [], {**target, "remind_at": past}),
            (self.supplier, referral, "action_refer", [], {**target, "deadline": past}),
            (self.supplier, referral, "action_refer", [], {**target, "remind_at": past}),
            (self.supplier, referral, "action_snooze", [past], {}),
            (self.supplier, referral, "action_change", [{"remind_at": past}], {}),
            (self.seller, referral, "action_change", [{"deadline": past}], {}),
            (self.seller, referral, "action_change", [{"remind_at": past}], {}),
            (self.supplier, referral, "aria_divide", [[{**part, "deadline": past}]], {}),
            (self.supplier, referral, "aria_divide", [[{**part, "remind_at": past}]], {}),
        ]
        for user, records, method, args, kwargs in calls:
            with (
                self.subTest(method=method, args=args, **kwargs),
                self.assertRaisesRegex(UserError, "past") as caught,
                self.cr.savepoint(),
            ):
                self.rpc(user, records, method, *args, **kwargs)
            self.assertEqual(str(caught.exception).count("."), 1, "one sentence")
            self.env.invalidate_all()
        self.assertEqual((referral.state, referral.deadline), ("open", False))
        self.assertFalse(referral.child_ids | free.aria_referral_ids)

    def test_changes_are_history(self):
        referral = self.refer()
        self.rpc(self.seller, referral, "action_change", {"priority": "2"})
        change = self.env["aria.referral.change"].search([("referral_id", "=", referral.id)])
        admin = self.env.ref("base.user_admin")
        for method, args in (("write", [{"reason": "x"}]), ("unlink", [])):
            with self.assertRaises(AccessError), self.cr.savepoint():
                self.rpc(admin, change, method, *args)
        with self.assertRaises(AccessError):
            self.rpc(self.seller, change, "read", ["reason"])

    # ------------------------------------------------------------------ notes and files
    def make_file(self, user, name="plan.txt"):
        return self.env["ir.attachment"].with_user(user).create(
            {"name": name, "raw": b"plan", "res_model": "aria.referral.act"}
        )  # fmt: skip

    def test_notes_files_and_mentions_for_many_at_once(self):
        referrals = self.refer(self.make_document(2))
        file = self.make_file(self.supplier)
        with self.assertRaises(AccessError), self.cr.savepoint():
            self.rpc(self.outsider, referrals, "read", ["note"])
        self.rpc(
            self.supplier, referrals, "action_note", "Look <b>here</b>", self.outsider.ids, file.ids
        )
        for referral in referrals:
            message = referral.message_ids[:1]
            self.assertIn("&lt;b&gt;", message.body, "text is no markup")
            self.assertEqual(message.author_id, self.supplier.partner_id)
            self.assertEqual(message.attachment_ids.mapped("name"), ["plan.txt"])
            self.assertEqual(message.attachment_ids.res_id, referral.id)
            self.assertIn(self.outsider.partner_id, message.notified_partner_ids)
        self.assertTrue(
            self.rpc(self.outsider, referrals, "read", ["note"]), "who is mentioned reads"
        )
        with self.assertRaises(AccessError):
            self.rpc(self.outsider, referrals, "action_answer", "x")

    def test_bad_notes_are_refused(self):
        referral = self.refer()
        foreign = self.make_file(self.seller)
        with self.assertRaisesRegex(UserError, "Write a note"), self.cr.savepoint():
            self.rpc(self.supplier, referral, "action_note", "  ")
        with self.assertRaises(UserError), self.cr.savepoint():
            self.rpc(self.supplier, referral, "action_note", "x", [], foreign.ids)
        public = self.env.ref("base.public_user").ids
        with self.assertRaisesRegex(UserError, "employee"), self.cr.savepoint():
            self.rpc(self.supplier, referral, "action_note", "x", public)
        with self.assertRaises(AccessError), self.cr.savepoint():
            self.rpc(self.outsider, referral, "action_note", "x")
        with self.assertRaises(AccessError):
            self.rpc(self.outsider, referral, "message_post", body="x")

    # ------------------------------------------------------------------ timeline
    def test_the_timeline_tells_who_held_it_how_long(self):
        document = self.make_document()
        one = self.refer(document, unit=self.supply.id, note="Price?")
        two = one.browse(self.rpc(self.supplier, one, "action_refer", unit=self.warehouse.id))
        part = two.browse(
            self.rpc(self.keeper, two, "aria_divide", [{"user_id": self.supplier2.id}])
        )
        self.rpc(self.supplier2, part, "action_answer", "12")
        steps = self.rpc(self.seller, document, "aria_get_timeline")
        self.assertEqual([s["state"] for s in steps], ["answered"] * 3)
        self.assertEqual([s["parent_id"] for s in steps], [False, False, two.id])
        self.assertEqual((steps[0]["note"], steps[2]["answer"]), ("Price?", "12"))
        self.assertEqual(steps[1]["progress"], "1/1")
        with self.assertRaises(AccessError):
            self.rpc(self.outsider, document, "aria_get_timeline")
        with self.assertRaises(AccessError):
            self.rpc(self.outsider, one, "aria_get_timeline")

    def test_the_timeline_hides_the_texts_of_others(self):
        document = self.make_document()
        one = self.refer(document, unit=self.supply.id, note="secret question")
        two = one.browse(
            self.rpc(self.supplier, one, "action_refer", unit=self.warehouse.id, note="to you")
        )
        steps = self.rpc(self.keeper, two, "aria_get_timeline")
        self.assertEqual([s["note"] for s in steps], ["", "to you"])
        self.assertEqual(steps[0]["unit"], "Supply")

    def test_working_hours_leave_out_the_night(self):
        referral = self.refer()
        self.env.cr.execute(
            "UPDATE aria_referral SET opened_at = '2026-03-10 14:00', closed_at = '2026-03-11 09:00',"
            " state = 'answered' WHERE id = %s",
            [referral.id],
        )
        self.supply.calendar_id = self.env["resource.calendar"].create(
            {"name": "Days", "tz": "UTC", "company_id": False}
        )
        self.env.invalidate_all()
        step = self.rpc(self.supplier, referral, "aria_get_timeline")[0]
        self.assertEqual(step["hours"], 19)
        self.assertEqual(step["working_hours"], 4, "14-17 o'clock, and from eight to nine")

    # ------------------------------------------------------------------ search, targets, templates
    def test_the_customer_is_kept_on_the_referral_and_searched(self):
        partner = self.env["res.partner"].create({"name": "Pars Steel"})
        document = self.make_document()
        model = type(self.env["aria.test.document"])
        self.patch(model, "_aria_get_partners", lambda docs: dict.fromkeys(docs.ids, partner))
        referral = self.refer(document)
        part = self.rpc(self.supplier, referral, "aria_divide", [{"user_id": self.keeper.id}])
        self.assertEqual(referral.partner_id, partner)
        self.assertEqual(referral.browse(part).partner_id, partner)
        found = self.rpc(self.supplier, referral, "search", [("partner_id", "ilike", "pars")])
        self.assertIn(referral.id, found)

    def test_tabs_find_what_they_say(self):
        mine = self.refer(unit=self.supply.id, user=self.supplier.id)
        of_mate = self.refer(unit=self.supply.id, user=self.supplier2.id)
        sent = self.refer(
            self.make_document(user_id=self.supplier.id), self.supplier, unit=self.warehouse.id
        )
        divided = self.refer(unit=self.supply.id, user=self.supplier.id)
        self.rpc(self.supplier, divided, "aria_divide", [{"user_id": self.keeper.id}])
        arch = self.env.ref("aria_workflow.aria_referral_view_search").arch
        parts = divided.child_ids
        expected = {
            "mine": mine,
            "in_my_units": mine | of_mate | divided,
            "sent_all": sent | parts,
            "waiting": sent | divided | parts,
        }
        for name, records in expected.items():
            domain = self.get_filter(arch, name)
            found = self.env["aria.referral"].with_user(self.supplier).search(domain)
            self.assertEqual(found, records & found, name)
            self.assertEqual(records - found, found.browse(), name)

    def get_filter(self, arch, name):
        [node] = etree.fromstring(arch).xpath(f"//filter[@name='{name}']")
        return safe_eval(node.get("domain"), {"uid": self.supplier.id})

    def test_recent_targets_come_first(self):
        self.assertEqual(self.recent(), [])
        yard = self.make_unit("yard", member_ids=self.keeper.ids)
        for target in (
            {"unit": yard.id},
            {"unit": self.warehouse.id, "user": self.keeper.id},
            {"unit": yard.id},
        ):
            last = self.refer(None, **target)
        self.assertEqual(
            [t["name"] for t in self.recent()], ["Yard", f"Warehouse – {self.keeper.name}"]
        )
        one = last.search([("to_unit_id", "=", yard.id)])
        self.rpc(self.keeper, one, "action_answer", "done")
        yard.active = False
        self.assertEqual([t["unit_id"] for t in self.recent()], [self.warehouse.id])

    def recent(self):
        return self.rpc(self.seller, self.env["aria.test.document"], "aria_recent_targets")

    def test_templates_of_a_unit(self):
        templates = self.env["aria.answer.template"]
        own = templates.create({"name": "Yes", "body": "In stock.", "unit_id": self.supply.id})
        self.assertTrue(self.rpc(self.supplier, own, "read", ["body"]))
        with self.assertRaises(AccessError):
            self.rpc(self.keeper, own, "read", ["body"])
        for method, args in (
            ("write", [{"body": "x"}]),
            ("unlink", []),
            ("create", [{"name": "x", "body": "x", "unit_id": self.supply.id}]),
            ("create", [{"name": "x", "body": "x"}]),
        ):
            with self.assertRaises(AccessError, msg=method), self.cr.savepoint():
                self.rpc(self.supplier, own, method, *args)
        self.supply.manager_id = self.keeper
        self.rpc(self.keeper, own, "write", {"body": "In stock, tomorrow."})
        act = self.act(self.refer(), "answer")
        act.template_id = own
        self.assertEqual(act.note, "In stock, tomorrow.")
        act.save().action_apply()

    def act(self, referrals, verb, user=None):
        context = {
            "active_model": "aria.referral",
            "active_ids": referrals.ids,
            "default_verb": verb,
        }
        return Form(
            self.env["aria.referral.act"].with_user(user or self.supplier).with_context(**context)
        )

    def test_the_dialog_changes_and_writes_notes(self):
        referrals = self.refer(self.make_document(2))
        act = self.act(referrals, "change", self.seller)
        act.new_priority = "2"
        act.note = "hurry"
        act.save().action_apply()
        self.assertEqual(set(referrals.mapped("priority")), {"2"})
        act = self.act(referrals, "note")
        act.note = "Called the vendor"
        act.mention_ids.add(self.keeper)
        act.save().action_apply()
        self.assertIn("Called the vendor", referrals[0].message_ids[:1].body)

    def test_the_dialog_counts_working_hours(self):
        self.supply.calendar_id = False
        act = self.act(self.refer(), "refer")
        act.unit_id = self.warehouse
        act.allowed_hours = 4
        expected = self.warehouse._get_clock(self.env.company, self.now, [])(self.now, 4)
        self.assertAlmostEqual(act.deadline, expected, delta=timedelta(minutes=1))

    def test_sessions_know_what_can_be_referred(self):
        names = self.env["ir.http"]._aria_get_referable_models()
        self.assertIn("aria.test.document", names)
        self.assertNotIn("aria.referable.mixin", names)


@tagged("post_install", "-at_install")
class TestSession(HttpCase):
    def test_employees_are_told_which_models_can_be_referred(self):
        self.authenticate("admin", "admin")
        info = self.make_jsonrpc_request("/web/session/get_session_info", {})
        self.assertIn("aria_referable_models", info)
