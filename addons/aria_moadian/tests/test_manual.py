import base64
import io

import openpyxl

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.aria_moadian.lib import client as clients
from odoo.addons.aria_persian.tools import sheets

from .common import InvoiceCase, MemoryService

HEADINGS = ["شماره منحصر به فرد مالیاتی", "وضعیت", "خطا", "شماره پیگیری"]


@tagged("post_install", "-at_install")
class TestManual(InvoiceCase):
    """Packets go by hand when the service is down; nothing goes out twice when it is back."""

    def setUp(self):
        super().setUp()
        self.service = MemoryService()
        self.moves = self.make_invoice() | self.make_invoice()
        self.moves.action_aria_moadian_send()
        self.packets = self.moves.aria_moadian_submission_ids.sorted("id")

    def export(self):
        action = self.rpc(
            self.accountant, "aria.moadian.submission", "action_export_manual", self.packets.ids
        )
        wizard = self.env[action["res_model"]].with_user(self.accountant).browse(action["res_id"])
        wizard.action_export()
        return wizard

    def result(self, *rows):
        wizard = (
            self.env["aria.moadian.manual.result"]
            .with_user(self.accountant)
            .create({"file": base64.b64encode(sheets.write({"R": [HEADINGS, *rows]}))})
        )
        wizard.action_import()
        return wizard

    def test_the_file(self):
        wizard = self.export()
        book = openpyxl.load_workbook(io.BytesIO(base64.b64decode(wizard.file)))
        self.assertEqual(book.sheetnames, ["Header", "Body", "Payments"])
        header = list(book["Header"].iter_rows(values_only=True))
        self.assertEqual(header[0][0], "taxid")
        self.assertEqual({row[0] for row in header[2:]}, set(self.packets.mapped("taxid")))
        body = list(book["Body"].iter_rows(values_only=True))
        place = body[0].index("tsstam")
        self.assertEqual([row[place] for row in body[2:]], ["1100", "1100"])
        self.assertEqual(set(self.moves.mapped("aria_moadian_state")), {"in_process"})
        self.assertEqual(set(self.packets.event_ids.mapped("state")), {"queued", "manual"})

    def test_nothing_goes_out_while_it_is_by_hand(self):
        self.export()
        self.run_crons(self.service)
        self.assertFalse(self.service.packets)
        with self.assertRaisesRegex(UserError, "waits in the queue"):
            self.export()
        results = self.moves.action_aria_moadian_send()
        self.assertTrue(results)
        self.assertEqual(len(self.moves.aria_moadian_submission_ids), 2)

    def test_result_of_the_portal(self):
        self.export()
        good, bad = self.packets
        wizard = self.result(
            [good.taxid, "تأیید شده", "", "ref-9"],
            [bad.taxid, "ناموفق", "شماره اقتصادی خریدار نادرست است", ""],
            ["A1121604C220002F095011", "موفق", "", ""],
            [good.taxid, "؟", "", ""],
        )
        self.assertEqual((wizard.accepted_count, wizard.refused_count, wizard.bad_count), (1, 1, 2))
        self.assertEqual((good.state, good.reference_number), ("accepted", "ref-9"))
        self.assertEqual(good.move_id.aria_taxid, good.taxid)
        self.assertEqual(bad.move_id.aria_moadian_state, "refused")
        self.assertIn("خریدار نادرست", bad.move_id.aria_moadian_message)
        self.assertIn("Row 4", wizard.bad_rows)
        again = self.result([good.taxid, "ناموفق", "x", ""])
        self.assertEqual((good.state, again.bad_count), ("accepted", 1), "what is final stays")

    def test_a_number_twice_in_the_file(self):
        self.export()
        number = self.packets[0].taxid
        wizard = self.result([number, "موفق", "", ""], [number, "ناموفق", "x", ""])
        self.assertEqual(self.packets[0].state, "accepted")
        self.assertIn("Row 3", wizard.bad_rows)
        self.assertEqual(
            self.packets[0].event_ids.mapped("state"), ["queued", "manual", "accepted"]
        )

    def test_found_when_the_service_is_back(self):
        self.export()
        self.service.taxids[self.packets[0].taxid] = "u"
        with self.as_service(invoice_status=clients.NotSent("x", "x")):
            self.run_cron("ir_cron_manual")
        self.assertEqual(set(self.packets.mapped("state")), {"manual"})
        with self.service.connected():
            self.run_cron("ir_cron_manual")
        self.assertEqual(self.packets.mapped("state"), ["accepted", "manual"])

    def test_taken_back_and_no_second_invoice(self):
        self.export()
        first, second = self.packets
        self.service.taxids[first.taxid] = "by hand"
        with self.service.connected():
            self.rpc(
                self.accountant, "aria.moadian.submission", "action_take_back", self.packets.ids
            )
        self.assertEqual((first.state, second.state), ("accepted", "queued"))
        # the portal worked it in after all, between question and sending: the double is recognised
        self.service.taxids[second.taxid] = "by hand, late"
        self.run_crons(self.service)
        self.assertEqual(second.state, "accepted")
        self.assertEqual(len(self.service.taxids), 2)

    def test_service_away_changes_nothing(self):
        self.export()
        with (
            self.as_service(invoice_status=clients.OutcomeUnknown("قطع", "No answer.")),
            self.assertRaisesRegex(UserError, "No answer"),
        ):
            self.packets.with_user(self.accountant).action_take_back()
        self.assertEqual(set(self.packets.mapped("state")), {"manual"})

    def test_forgotten_packets_are_told(self):
        self.export()
        self.assertFalse(self.memory._find_troubles())
        self.env.cr.execute(
            "UPDATE aria_moadian_submission SET sent_at = sent_at - interval '2 days'"
        )
        self.env.invalidate_all()
        self.assertIn("2 packets were handed over by hand", self.memory._find_troubles()[0])

    def test_wizards_are_ones_own(self):
        wizard = self.export()
        with self.assertRaises(AccessError):
            self.rpc(self.manager, "aria.moadian.manual.export", "read", wizard.ids, ["file"])

    def test_what_may_have_been_sent_is_not_handed_over(self):
        self.service.lose = [clients.OutcomeUnknown("x", "x")]
        self.run_crons(self.service)
        with self.assertRaises(UserError):
            self.export()

    def test_lowest_role(self):
        clerk = new_test_user(self.env, "h_clerk", groups="base.group_user")
        biller = new_test_user(self.env, "h_biller", groups="account.group_account_invoice")
        for user in (clerk, biller):
            for name in ("action_export_manual", "action_take_back"):
                with self.assertRaises(AccessError):
                    self.rpc(user, "aria.moadian.submission", name, self.packets.ids)
            for model in ("aria.moadian.manual.export", "aria.moadian.manual.result"):
                with self.assertRaises(AccessError):
                    self.rpc(user, model, "create", {})
        other = self.env["res.company"].create({"name": "دیگر"})
        far = new_test_user(
            self.env,
            "h_far",
            groups="aria_moadian.group_user",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        with self.assertRaises(AccessError):
            self.rpc(far, "aria.moadian.submission", "action_take_back", self.packets.ids)
        self.assertEqual(set(self.packets.mapped("state")), {"queued"})
