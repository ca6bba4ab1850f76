from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from odoo.addons.aria_workflow.tests.common import AriaCase


@tagged("post_install", "-at_install")
class TestHistory(AriaCase):
    """The one timeline of a lead."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        salesman = "sales_team.group_sale_salesman"
        cls.seller = cls.make_user("h_seller", salesman)
        cls.other = cls.make_user("h_other", salesman)
        cls.unit = cls.make_unit("h_unit")
        cls.member = cls.make_user("h_member", salesman, unit=cls.unit)
        cls.lead = cls.env["crm.lead"].create(
            {"name": "L", "user_id": cls.seller.id, "phone": "+98 912 345 6789"}
        )
        cls.followup = cls.make_followup()
        cls.followup.with_user(cls.seller).aria_act(
            "call", "Nobody answered", "<p>Tried <b>twice</b><script>x()</script></p>", 0.5
        )
        cls.lead.with_user(cls.seller).aria_refer(unit=cls.unit, note="Which pump?")
        cls.lead.with_user(cls.member).aria_answer("The P-20.")
        cls.lead.activity_schedule(
            "mail.mail_activity_data_todo", summary="Send it", user_id=cls.seller.id
        )
        cls.lead.message_post(body="They wrote to us.", message_type="comment")

    @classmethod
    def make_followup(cls, **values):
        values = {"name": "Call", "lead_id": cls.lead.id, "user_id": cls.seller.id, **values}
        return cls.env["aria.followup"].create(values)

    def read_all(self, user, limit=3, **kwargs):
        """Return all entries, page after page."""
        entries, before = [], False
        while True:
            page = self.rpc(
                user, self.lead, "aria_get_history", before=before, limit=limit, **kwargs
            )
            self.assertLessEqual(len(page["entries"]), limit)
            entries += page["entries"]
            before = page["next"]
            if not before:
                return entries

    def test_it_holds_all_kinds_and_says_who_and_what(self):
        entries = {entry["kind"]: entry for entry in self.read_all(self.seller)}
        self.assertLessEqual(
            {"action", "referral", "answer", "activity", "message"}, set(entries), entries
        )
        action = entries["action"]
        self.assertEqual(action["title"], "Call")
        self.assertEqual(action["text"], "Nobody answered\nTried *twice*")
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("aria.followup", self.followup.id)
        )
        self.assertIn({"label": "Duration", "value": 0.5, "type": "hours"}, action["facts"])
        self.assertEqual(entries["answer"]["text"], "The P-20.")
        self.assertEqual(entries["answer"]["user"], self.member.name)
        self.assertEqual(entries["activity"]["title"], "Send it")

    def test_pages_neither_lose_nor_repeat(self):
        """Many entries of one instant, of all kinds, in pages of every size."""
        moment = fields.Datetime.now() - timedelta(days=1)
        for _number in range(7):
            self.followup.with_user(self.seller).aria_act("call", "Again", date=moment)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE aria_referral SET opened_at = %s, closed_at = CASE WHEN closed_at IS NULL THEN NULL ELSE %s::timestamp END"
            " WHERE res_model = 'crm.lead' AND res_id = %s",
            [moment, moment, self.lead.id],
        )
        self.env.cr.execute(
            "UPDATE mail_message SET date = %s WHERE model = 'crm.lead' AND res_id = %s",
            [moment, self.lead.id],
        )
        whole = [entry["key"] for entry in self.read_all(self.seller, limit=100)]
        self.assertGreaterEqual(len(whole), 12)
        self.assertEqual(whole, sorted(whole, key=lambda k: k[0], reverse=True))
        for limit in (1, 2, 5):
            self.assertEqual(
                [entry["key"] for entry in self.read_all(self.seller, limit=limit)], whole
            )

    def test_groups(self):
        page = self.rpc(self.seller, self.lead, "aria_get_history", ["action"])
        self.assertEqual({entry["kind"] for entry in page["entries"]}, {"action"})
        self.assertIn("referral", dict(page["groups"]))

    def test_what_is_done_stands_among_the_activities(self):
        self.lead.activity_ids.with_user(self.seller).action_feedback(feedback="Sent.")
        page = self.rpc(self.seller, self.lead, "aria_get_history", ["activity"])
        self.assertEqual([entry["kind"] for entry in page["entries"]], ["done"])
        self.assertIn("Sent.", page["entries"][0]["text"])

    def test_changes_of_fields_as_far_as_they_may_be_read(self):
        self.cr.flush()  # what was tracked since the lead was made
        self.lead.with_user(self.seller).expected_revenue = 500
        self.cr.flush()
        changes = [c for entry in self.read_all(self.seller) for c in entry["changes"]]
        self.assertIn("Expected Revenue", [change["label"] for change in changes])
        field = self.env["crm.lead"]._fields["expected_revenue"]
        self.patch(field, "groups", "base.group_system")
        changes = [c for entry in self.read_all(self.seller) for c in entry["changes"]]
        self.assertNotIn("Expected Revenue", [change["label"] for change in changes])

    def test_rights(self):
        """Whoever may not read the lead sees nothing; of others' follow-ups nothing is shown."""
        self.refuse(self.other, self.lead, "aria_get_history", error=AccessError)
        self.lead.user_id = self.other
        self.followup.write({"user_id": self.seller.id})
        hidden = self.make_followup(name="Hidden", user_id=self.seller.id)
        hidden.with_user(self.seller).aria_act("visit", "A secret")
        # a member of the unit reads the lead while the unit holds it, not what others do for it
        self.lead.aria_refer(unit=self.unit)
        texts = [entry["text"] for entry in self.read_all(self.member)]
        self.assertNotIn("A secret", texts)
        facts = [f["value"] for e in self.read_all(self.member) for f in e["facts"]]
        self.assertNotIn("Hidden", facts)

    def test_bad_arguments(self):
        for kwargs in (
            {"groups": ["secrets"]},
            {"groups": "action"},
            {"groups": 5},
            {"before": ["yesterday", "action", 1]},
            {"before": ["2026-01-01T00:00:00+03:30", "action", 1]},
            {"before": ["2026-01-01", "action"]},
            {"before": 7},
            {"before": ["2026-01-01", "action", "x; DROP TABLE"]},
            {"limit": "many"},
            {"limit": [1]},
        ):
            self.refuse(self.seller, self.lead, "aria_get_history", **kwargs)
        page = self.rpc(self.seller, self.lead, "aria_get_history", limit=10**9)
        self.assertLessEqual(len(page["entries"]), 100)

    def test_queries_do_not_grow(self):
        few = self.count_queries()
        for _number in range(60):
            self.followup.with_user(self.seller).aria_act("call", "Again")
        self.assertLessEqual(self.count_queries(), few + 2)

    def count_queries(self):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        self.lead.with_user(self.seller).aria_get_history()
        return self.cr.sql_log_count - before
