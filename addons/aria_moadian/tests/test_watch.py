from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from odoo.addons.aria_moadian.lib import client as clients

from .common import InvoiceCase, MemoryService


@tagged("post_install", "-at_install")
class TestWatch(InvoiceCase):
    """Reactions of buyers are asked for; what stands still or is near its deadline is told."""

    def setUp(self):
        super().setUp()
        self.service = MemoryService()

    def accepted(self):
        move = self.make_invoice()
        move.action_aria_moadian_send()
        self.run_crons(self.service)
        return move

    def react(self, **answers):
        with self.as_service(**answers):
            self.run_cron("ir_cron_reactions")

    def said(self, move, reaction):
        return {"invoice_status": lambda taxids: {move.aria_taxid: {"invoiceStatus": reaction}}}

    # ---------------------------------------------------------------------- reactions
    def test_reaction_of_the_buyer(self):
        move = self.accepted()
        self.react(**self.said(move, "AWAITING_REACTION"))
        self.assertEqual(move.aria_moadian_reaction, "awaiting_reaction")
        self.react(**self.said(move, "REJECTED"))
        self.assertEqual(move.aria_moadian_reaction, "awaiting_reaction", "asked a moment ago")
        self.env.cr.execute("UPDATE aria_moadian_submission SET reaction_asked_at = NULL")
        self.env.invalidate_all()
        self.react(**self.said(move, "REJECTED"))
        self.assertEqual(move.aria_moadian_reaction, "rejected")

    def test_unknown_words_and_silence_change_nothing(self):
        move = self.accepted()
        for answers in (
            self.said(move, "<b>WHAT</b>"),
            {"invoice_status": lambda taxids: {}},
            {"invoice_status": clients.OutcomeUnknown("x", "x")},
        ):
            self.react(**answers)
            self.assertFalse(move.aria_moadian_reaction)

    # ---------------------------------------------------------------------- watch
    def watch(self):
        self.env["aria.moadian.memory"]._cron_watch()
        return self.memory.activity_search(["aria_moadian.mail_activity_watch"])

    def test_nothing_to_tell(self):
        self.memory.user_id = self.manager
        self.accepted()
        self.assertFalse(self.watch())

    def test_what_is_told(self):
        self.memory.user_id = self.manager
        moves = (
            self.make_invoice(invoice_date=fields.Date.today() - timedelta(days=11))
            | self.make_invoice()
        )
        self.assertEqual(moves[0].aria_moadian_days_left, 1)
        activity = self.watch()
        self.assertEqual(activity.user_id, self.manager)
        self.assertIn("1 invoices are near their deadline", activity.note)
        moves[1].action_aria_moadian_send()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE aria_moadian_submission SET create_date = create_date - interval '7 hours'"
        )
        self.env.invalidate_all()
        self.assertEqual(self.watch(), activity, "one activity, brought up to date")
        self.assertIn("1 packets have waited", activity.note)
        moves[0].action_aria_moadian_send()
        self.run_crons(self.service)
        self.assertFalse(self.watch())

    def test_rejected_and_certificate(self):
        self.memory.user_id = self.manager
        move = self.accepted()
        self.react(**self.said(move, "REJECTED"))
        self.memory.write({"certificate": self.certificate_file("a", "14003778990", -1, 5)})
        note = self.watch().note
        self.assertIn("rejected by their buyers", note)
        self.assertIn("certificate ends", note)

    def test_persian(self):
        self.memory.user_id = self.manager
        self.manager.lang = "fa_IR"
        self.make_invoice(invoice_date=fields.Date.today() - timedelta(days=11))
        self.assertIn("مهلت", self.watch().note)
