from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.aria_workflow.tests.common import RaceCase


@tagged("post_install", "-at_install")
class TestFollowupConcurrency(RaceCase):
    """Two people at the same instant, in transactions of their own that really commit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.transaction() as env:
            groups = [Command.link(env.ref("sales_team.group_sale_salesman").id)]
            user = env["res.users"].with_context(no_reset_password=True)
            names = ("race_seller", "race_one", "race_two")
            users = user.create([{"name": n, "login": n, "group_ids": groups} for n in names])
            cls.seller, cls.one, cls.two = users.ids
            unit = {"name": "Race", "code": "race", "member_ids": [Command.set(users[1:].ids)]}
            cls.unit = env["aria.unit"].create(unit).id
            lead = {"name": "Race", "user_id": cls.seller, "team_id": False}
            cls.lead = env["crm.lead"].create(lead).id
        cls.addClassCleanup(cls._clean_up)

    @classmethod
    def _clean_up(cls):
        with cls.transaction() as env:
            cr = env.cr
            cr.execute("DELETE FROM aria_referral WHERE res_model = 'aria.followup'")
            cr.execute("DELETE FROM aria_followup WHERE lead_id = %s AND parent_id > 0", [cls.lead])
            cr.execute("DELETE FROM aria_followup WHERE lead_id = %s", [cls.lead])
            env["crm.lead"].browse(cls.lead).unlink()
            cr.execute("DELETE FROM aria_turn")
            env["aria.unit"].browse(cls.unit).unlink()
            users = env["res.users"].browse([cls.seller, cls.one, cls.two])
            partners = users.partner_id
            users.unlink()
            partners.unlink()

    def new(self, **values):
        """Return (follow-up, open referral)."""
        with self.transaction(self.seller) as env:
            vals = {"name": "Race", "lead_id": self.lead, "user_id": self.seller, **values}
            followup = env["aria.followup"].create(vals)
            return followup.id, followup.aria_referral_id.id

    def look(self, *ids):
        with self.transaction() as env:
            return (
                env["aria.followup"]
                .browse(ids)
                .read(["state", "progress", "aria_user_id"], load="")
            )

    def test_two_people_take_one(self):
        followup, referral = self.new(assign_unit_id=self.unit)
        results = self.race(
            (self.one, "aria.referral", [referral], "action_accept", []),
            (self.two, "aria.referral", [referral], "action_accept", []),
        )
        errors = [r for r in results if isinstance(r, Exception)]
        self.assertEqual(len(errors), 1, results)
        winner = self.one if errors[0] is results[1] else self.two
        self.assertEqual(self.look(followup)[0]["aria_user_id"], winner)

    def test_two_close_one(self):
        followup, _referral = self.new()
        call = (self.seller, "aria.followup", [followup], "aria_done", ["Bought"])
        results = self.race(call, call)
        self.assertEqual(len([r for r in results if isinstance(r, Exception)]), 1, results)
        self.assertEqual(self.look(followup)[0]["state"], "done")

    def test_the_last_two_parts_end_at_once(self):
        followup, _referral = self.new()
        with self.transaction(self.seller) as env:
            whole = env["aria.followup"].browse(followup)
            parts = whole.aria_divide([{"user_id": self.one}, {"user_id": self.two}]).ids
        with self.transaction() as env:
            before = len(env["aria.followup"].browse(followup).message_ids)
        results = self.race(
            (self.one, "aria.followup", [parts[0]], "aria_done", ["left"]),
            (self.two, "aria.followup", [parts[1]], "aria_done", ["right"]),
        )
        self.assertEqual(results, [True, True])
        self.assertEqual(self.look(followup)[0]["progress"], "2/2")
        with self.transaction() as env:
            messages = env["aria.followup"].browse(followup).message_ids
            self.assertEqual(len(messages), before + 1, "told once that all parts are closed")

    def test_answered_while_its_owner_closes_it(self):
        followup, referral = self.new(assign_unit_id=self.unit)
        self.race(
            (self.one, "aria.referral", [referral], "action_answer", ["12 Rial"]),
            (self.seller, "aria.followup", [followup], "aria_done", ["Bought"]),
        )
        with self.transaction() as env:
            domain = [("res_model", "=", "aria.followup"), ("res_id", "=", followup)]
            states = env["aria.referral"].search(domain).mapped("state")
            is_open = env["aria.followup"].browse(followup).state == "open"
        self.assertEqual(bool({"open", "accepted"} & set(states)), is_open)
