from contextlib import contextmanager
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, sql_db
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.orm.model_classes import add_to_registry
from odoo.tests import get_db_name, tagged

from .common import AriaDocument, RaceCase


def _run_private(model, method, args, _kwargs):
    """Call what the scheduler calls; unlike requests it is not replayed, so it commits by itself."""
    return getattr(model, method)(*args[1:])


class DocumentRaceCase(RaceCase):
    """Two users at the same instant, in transactions of their own that really commit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        add_to_registry(cls.registry, AriaDocument)
        with cls.transaction() as env:
            cls.registry._setup_models__(env.cr, [AriaDocument._name])
            cls.registry.init_models(env.cr, [AriaDocument._name], {"models_to_check": True})
        cls.addClassCleanup(cls._clean_up)
        with cls.transaction() as env:
            cls._make_world(env)

    @classmethod
    def _make_world(cls, env):
        names = ("race_seller", "race_one", "race_two")
        groups = [Command.link(env.ref("base.group_user").id)]
        users = (
            env["res.users"]
            .with_context(no_reset_password=True)
            .create([{"name": n, "login": n, "group_ids": groups} for n in names])
        )
        cls.seller, cls.one, cls.two = users.ids
        cls.unit = (
            env["aria.unit"]
            .create({"name": "Race", "code": "race", "member_ids": [Command.set(users[1:].ids)]})
            .id
        )
        cls.access = (
            env["ir.model.access"]
            .create(
                {
                    "name": "race",
                    "model_id": env["ir.model"]._get_id(AriaDocument._name),
                    "group_id": env.ref("base.group_user").id,
                    **dict.fromkeys(
                        ("perm_read", "perm_write", "perm_create", "perm_unlink"), True
                    ),
                }
            )
            .id
        )

    @classmethod
    def _clean_up(cls):
        with cls.transaction() as env:
            cr = env.cr
            cr.execute("DELETE FROM mail_message WHERE model = 'aria.referral'")
            cr.execute("DELETE FROM aria_referral WHERE res_model = %s", [AriaDocument._name])
            env["ir.model.access"].browse(cls.access).unlink()
            cr.execute("DROP TABLE aria_test_document")
            cr.execute("DELETE FROM ir_model WHERE model = %s", [AriaDocument._name])
            cr.execute("DELETE FROM aria_turn")
            env["aria.unit"].browse(cls.unit).unlink()
            users = env["res.users"].browse([cls.seller, cls.one, cls.two])
            partners = users.partner_id
            users.unlink()
            partners.unlink()
        for parent in ("aria.workflow.mixin", "base"):
            cls.registry[parent]._inherit_children.discard(AriaDocument._name)
        del cls.registry.models[AriaDocument._name]
        with cls.transaction() as env:
            cls.registry._setup_models__(env.cr)


@tagged("post_install", "-at_install")
class TestConcurrency(DocumentRaceCase):
    def new_referral(self):
        with self.transaction() as env:
            document = env["aria.test.document"].create({"name": "Race", "user_id": self.seller})
        with self.transaction(self.seller) as env:
            referral = env["aria.test.document"].browse(document.id).aria_refer(unit=self.unit)
        return document.id, referral.id

    def test_two_answers_at_once(self):
        _document, referral = self.new_referral()
        results = self.race(
            (self.one, "aria.referral", [referral], "action_answer", ["one"]),
            (self.two, "aria.referral", [referral], "action_answer", ["two"]),
        )
        errors = [r for r in results if isinstance(r, Exception)]
        self.assertEqual(len(errors), 1, results)
        winner = "one" if errors[0] is results[1] else "two"
        self.assertIn(f"race_{winner}", str(errors[0]))
        with self.transaction() as env:
            row = env["aria.referral"].browse(referral)
            self.assertEqual((row.state, row.answer), ("answered", winner))

    def test_two_accept_at_once(self):
        _document, referral = self.new_referral()
        results = self.race(
            (self.one, "aria.referral", [referral], "action_accept", []),
            (self.two, "aria.referral", [referral], "action_accept", []),
        )
        errors = [r for r in results if isinstance(r, Exception)]
        self.assertEqual(len(errors), 1, results)
        winner = self.one if errors[0] is results[1] else self.two
        with self.transaction() as env:
            name = env["res.users"].browse(winner).name
            self.assertEqual(env["aria.referral"].browse(referral).to_user_id.id, winner)
        self.assertIn(name, str(errors[0]))

    def test_two_refer_a_free_document_at_once(self):
        with self.transaction() as env:
            document = env["aria.test.document"].create({"name": "Race", "user_id": self.seller}).id
        results = self.race(
            (self.one, "aria.test.document", [document], "aria_refer", [self.unit]),
            (self.seller, "aria.test.document", [document], "aria_refer", [self.unit]),
        )
        with self.transaction() as env:
            domain = [("res_model", "=", "aria.test.document"), ("res_id", "=", document)]
            rows = env["aria.referral"].search(domain).mapped("state")
        self.assertEqual(rows.count("open"), 1, results)
        done = [r for r in results if not isinstance(r, Exception)]
        self.assertEqual(
            len(rows), len(done), "each call that was told to have succeeded has left its row"
        )

    def test_killed_in_the_middle_nothing_is_half_written(self):
        document, referral = self.new_referral()
        with sql_db.db_connect(get_db_name()).cursor() as cr:
            env = api.Environment(cr, self.one, {})
            env["aria.referral"].browse(referral).action_return("half")
            env.flush_all()
            cr.rollback()  # as when the process is killed before it commits
        with self.transaction() as env:
            self.assertEqual(env["aria.referral"].browse(referral).state, "open")
            self.assertEqual(env["aria.test.document"].browse(document).aria_unit_id.id, self.unit)

    def one_wins(self, *calls):
        """Race; check that one call did its work, and that the other was told in a sentence who was first."""
        results = self.race(*calls)
        errors = [r for r in results if isinstance(r, Exception)]
        self.assertEqual(len(errors), 1, results)
        winner = next(n for n, r in enumerate(results) if r is not errors[0])
        with self.transaction() as env:
            self.assertIn(env["res.users"].browse(calls[winner][0]).name, str(errors[0]))
        return winner

    def chain(self, document):
        with self.transaction() as env:
            domain = [("res_model", "=", "aria.test.document"), ("res_id", "=", document)]
            rows = env["aria.referral"].search(domain, order="id")
            return [(row.state, row.to_unit_id.id or row.to_user_id.id) for row in rows]

    def test_answered_and_returned_at_once(self):
        document, referral = self.new_referral()
        winner = self.one_wins(
            (self.one, "aria.referral", [referral], "action_answer", ["one"]),
            (self.two, "aria.referral", [referral], "action_return", ["two"]),
        )
        expected = [[("answered", self.unit)], [("returned", self.unit), ("open", self.seller)]]
        self.assertEqual(self.chain(document), expected[winner])

    def test_two_refer_on_at_once(self):
        document, referral = self.new_referral()
        winner = self.one_wins(
            (self.one, "aria.referral", [referral], "action_refer", [None, self.one]),
            (self.two, "aria.referral", [referral], "action_refer", [None, self.two]),
        )
        target = (self.one, self.two)[winner]
        self.assertEqual(self.chain(document), [("answered", self.unit), ("open", target)])

    def test_taken_back_and_answered_at_once(self):
        document, referral = self.new_referral()
        winner = self.one_wins(
            (self.seller, "aria.referral", [referral], "action_cancel", []),
            (self.one, "aria.referral", [referral], "action_answer", ["one"]),
        )
        self.assertEqual(self.chain(document), [(("cancelled", "answered")[winner], self.unit)])

    def test_accepted_and_referred_anew_by_the_sender_at_once(self):
        document, referral = self.new_referral()
        results = self.race(
            (self.one, "aria.referral", [referral], "action_accept", []),
            (self.seller, "aria.test.document", [document], "aria_refer", [None, self.two]),
        )
        states = self.chain(document)
        self.assertEqual([state for state, _who in states], ["cancelled", "open"], results)
        self.assertEqual(states[-1], ("open", self.two))

    def test_deleted_and_answered_at_once(self):
        document, referral = self.new_referral()
        results = self.race(
            (self.seller, "aria.test.document", [document], "unlink", []),
            (self.one, "aria.referral", [referral], "action_answer", ["one"]),
        )
        self.assertFalse(isinstance(results[0], Exception), results)
        with self.transaction() as env:
            row = env["aria.referral"].browse(referral)
            self.assertIn(row.state, ("cancelled", "answered"))
            self.assertFalse(env["aria.test.document"].browse(document).exists())

    def new_division(self, answer_when="all", users=None):
        """Return (whole, [parts]) of a referral that the first racer has divided."""
        _document, whole = self.new_referral()
        parts = [{"user_id": user} for user in users or (self.two, self.seller)]
        with self.transaction(self.one) as env:
            made = env["aria.referral"].browse(whole).aria_divide(parts, answer_when)
        return whole, made.ids

    def read_states(self, *ids):
        with self.transaction() as env:
            return env["aria.referral"].browse(ids).mapped("state")

    def test_the_last_two_parts_are_answered_at_once(self):
        whole, parts = self.new_division()
        results = self.race(
            (self.two, "aria.referral", [parts[0]], "action_answer", ["left"]),
            (self.seller, "aria.referral", [parts[1]], "action_answer", ["right"]),
        )
        self.assertEqual(results, [True, True])
        with self.transaction() as env:
            row = env["aria.referral"].browse(whole)
            self.assertEqual((row.state, row.part_done), ("answered", 2))
            self.assertIn("left", row.answer)
            self.assertIn("right", row.answer)

    def test_two_first_answers_at_once(self):
        whole, parts = self.new_division("first")
        results = self.race(
            (self.two, "aria.referral", [parts[0]], "action_answer", ["left"]),
            (self.seller, "aria.referral", [parts[1]], "action_answer", ["right"]),
        )
        self.assertEqual(len([r for r in results if isinstance(r, Exception)]), 1, results)
        self.assertEqual(self.read_states(whole), ["answered"])
        self.assertEqual(sorted(self.read_states(*parts)), ["answered", "cancelled"])

    def test_a_part_is_answered_while_the_whole_is_returned(self):
        whole, parts = self.new_division()
        self.race(
            (self.two, "aria.referral", [parts[0]], "action_answer", ["left"]),
            (self.one, "aria.referral", [whole], "action_return", ["no"]),
        )
        self.assertEqual(self.read_states(whole), ["returned"])
        self.assertNotIn("open", self.read_states(*parts))

    def test_a_part_is_referred_on_while_the_whole_is_answered(self):
        whole, parts = self.new_division()
        self.race(
            (self.two, "aria.referral", [parts[0]], "action_refer", [self.unit]),
            (self.one, "aria.referral", [whole], "action_answer", ["done"]),
        )
        with self.transaction() as env:
            domain = [("parent_id", "=", whole), ("state", "in", ["open", "accepted"])]
            self.assertFalse(env["aria.referral"].search(domain), "no part outlives its whole")

    def test_two_divide_at_once(self):
        _document, whole = self.new_referral()
        parts = [{"user_id": self.seller}]
        results = self.race(
            (self.one, "aria.referral", [whole], "aria_divide", [parts]),
            (self.two, "aria.referral", [whole], "aria_divide", [parts]),
        )
        self.assertEqual(len([r for r in results if isinstance(r, Exception)]), 1, results)
        with self.transaction() as env:
            self.assertEqual(env["aria.referral"].search_count([("parent_id", "=", whole)]), 1)

    @contextmanager
    def assignment(self, value):
        """Let the unit of the race hand out its work to the two racers."""
        with self.transaction() as env:
            env["aria.unit"].browse(self.unit).assignment = value
        yield
        with self.transaction() as env:
            env["aria.unit"].browse(self.unit).assignment = "manual"

    def refer_two_at_once(self):
        """Return who got the work of two documents that were referred to the unit at the same instant."""
        with self.transaction() as env:
            vals = {"name": "Race", "user_id": self.seller}
            documents = env["aria.test.document"].create([vals, vals]).ids
        results = self.race(
            *[
                (self.seller, "aria.test.document", [document], "aria_refer", [self.unit])
                for document in documents
            ]
        )
        self.assertFalse([r for r in results if isinstance(r, Exception)], results)
        with self.transaction() as env:
            return env["aria.test.document"].browse(documents).mapped("aria_user_id.id")

    def test_turns_are_taken_one_after_the_other(self):
        with self.assignment("round_robin"):
            for _n in range(3):
                self.assertEqual(sorted(self.refer_two_at_once()), sorted([self.one, self.two]))

    def test_loads_are_counted_one_after_the_other(self):
        with self.assignment("least_loaded"):
            with self.transaction() as env:
                env.cr.execute(
                    "UPDATE aria_referral SET state = 'cancelled' WHERE res_model = %s",
                    [AriaDocument._name],
                )
            for _n in range(3):
                self.assertEqual(sorted(self.refer_two_at_once()), sorted([self.one, self.two]))

    def test_two_name_each_other_as_substitutes_at_once(self):
        dates = {"date_from": "2031-01-01", "date_to": "2031-01-05"}
        results = self.race(
            *[
                (uid, "aria.absence", [], "create", [[{**dates, "substitute_id": other}]])
                for uid, other in ((self.one, self.two), (self.two, self.one))
            ],
            model_method=True,
        )
        self.assertEqual(len([r for r in results if isinstance(r, Exception)]), 1, results)
        with self.transaction() as env:
            env["aria.absence"].search([("user_id", "in", [self.one, self.two])]).unlink()

    def new_due_reminder(self):
        """Return a referral whose reminder was due a minute ago."""
        _document, referral = self.new_referral()
        with self.transaction() as env:
            env["res.users"].browse([self.one, self.two]).aria_by_inbox = True
            env.cr.execute(
                "UPDATE aria_referral SET to_user_id = %s, remind_at = %s, alarm_at = %s,"
                " alarmed_until = %s WHERE id = %s",
                [self.one, *self.minutes_ago(1, 1, 2), referral],
            )
        return referral

    def minutes_ago(self, *minutes):
        return [fields.Datetime.now() - timedelta(minutes=n) for n in minutes]

    def count_news(self, referral):
        """Return (rows of news, messages in the inbox) of a referral."""
        with self.transaction() as env:
            notices = env["aria.notice"].search([("referral_id", "=", referral)])
            self.assertEqual(set(notices.mapped("state")), {"told"})
            domain = [("model", "=", "aria.referral"), ("res_id", "=", referral)]
            return len(notices), env["mail.message"].search_count(domain)

    def test_two_nodes_remind_once(self):
        referrals = [self.new_due_reminder() for _n in range(3)]
        results = self.race(
            *[(SUPERUSER_ID, "aria.notice", [], "_cron_tell", [])] * 2, door=_run_private
        )
        self.assertFalse([r for r in results if isinstance(r, Exception)], results)
        self.assertEqual([self.count_news(r) for r in referrals], [(1, 1)] * 3)

    def test_a_restart_a_minute_before_and_two_nodes_afterwards(self):
        referral = self.new_due_reminder()
        with self.transaction() as env:
            env.cr.execute(
                "UPDATE aria_referral SET remind_at = %s, alarm_at = %s WHERE id = %s",
                [*self.minutes_ago(-1, -1), referral],
            )
        with sql_db.db_connect(get_db_name()).cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            env["aria.referral"]._aria_raise_due(100)
            env["aria.notice"]._aria_tell_due(100)
            cr.rollback()  # the server is stopped a minute before it is due
        with self.transaction() as env:
            domain = [("referral_id", "=", referral)]
            self.assertFalse(env["aria.notice"].search(domain), "not before its time")
            env.cr.execute(
                "UPDATE aria_referral SET remind_at = %s, alarm_at = %s WHERE id = %s",
                [*self.minutes_ago(1, 1), referral],
            )
        for _turn in range(2):
            results = self.race(
                *[(SUPERUSER_ID, "aria.notice", [], "_cron_tell", [])] * 2, door=_run_private
            )
            self.assertFalse([r for r in results if isinstance(r, Exception)], results)
        self.assertEqual(self.count_news(referral), (1, 1))

    def test_a_node_that_dies_between_the_steps_loses_and_repeats_nothing(self):
        referral = self.new_due_reminder()
        for step in ("_aria_raise_due", "_aria_tell_due"):
            for survives in (False, True, True):
                with sql_db.db_connect(get_db_name()).cursor() as cr:
                    env = api.Environment(cr, SUPERUSER_ID, {})
                    owner = "aria.referral" if step == "_aria_raise_due" else "aria.notice"
                    getattr(env[owner], step)(100)
                    env.flush_all()
                    if survives:
                        cr.commit()  # forbidden-ok: pylint: disable=invalid-commit
                    else:
                        cr.rollback()  # as when the process is killed
        self.assertEqual(self.count_news(referral), (1, 1))
