from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import InvoiceCase


@tagged("post_install", "-at_install")
class TestIssues(InvoiceCase):
    """What stands against an invoice is shown in Persian where it is mended, before it is posted and after."""

    def issues(self, move):
        move.invalidate_recordset()
        return move.with_user(self.accountant).with_context(lang="fa_IR").aria_moadian_issues or []

    def test_buyer_and_goods_before_posting(self):
        self.buyer.write({"aria_economic_code": False, "aria_national_id": False})
        self.product.aria_sstid = False
        move = self.make_invoice(post=False)
        issues = {issue["scope"]: issue for issue in self.issues(move)}
        self.assertIn("اقتصادی", issues["buyer"]["text"])
        self.assertIn("کالای نمونه", issues["line"]["text"])
        self.assertEqual(move.aria_moadian_state, "none")

    def test_nothing_to_say(self):
        move = self.make_invoice(post=False)
        self.assertFalse([row for row in self.issues(move) if row["severity"] == "error"])
        self.assertEqual(self.issues(self.make_invoice(post=False, move_type="in_invoice")), [])

    def test_buttons_lead_to_the_record(self):
        self.buyer.write({"aria_economic_code": False, "aria_national_id": False})
        self.product.aria_sstid = False
        move = self.make_invoice()
        self.assertEqual(move.aria_moadian_state, "to_check")
        person = move.with_user(self.accountant)
        opened = {}
        for issue in self.issues(move):
            if issue["fix"]:
                action = person.action_aria_moadian_fix(issue["key"])
                opened[action["res_model"]] = action
        self.assertEqual(opened["res.partner"]["res_id"], self.buyer.id)
        wizard = self.env["aria.moadian.assign"].browse(opened["aria.moadian.assign"]["res_id"])
        self.assertEqual(wizard.product_ids, self.product.product_tmpl_id)
        self.buyer.aria_economic_code = "10100302746"
        wizard.sstid = "2710000138624"
        wizard.with_user(self.accountant).action_apply()
        self.assertEqual(move.aria_moadian_state, "ready", "it was checked again")

    def test_answer_of_the_service_finds_the_product_without_id(self):
        other = self.env["product.product"].create({"name": "بی‌شناسه"})
        move = self.make_invoice({}, {"product_id": other.id})
        scope, record = move._aria_target("sstid")
        self.assertEqual((scope, record), ("line", other.product_tmpl_id))
        scope, record = move._aria_target("body[0].sstid")
        self.assertEqual((scope, record), ("line", self.product.product_tmpl_id))

    def test_wrong_keys(self):
        move = self.make_invoice().with_user(self.accountant)
        for key in (-1, 99, "0", None, True):
            with self.assertRaises(UserError):
                self.rpc(self.accountant, "account.move", "action_aria_moadian_fix", move.ids, key)

    def test_sent_invoices_are_not_judged_again(self):
        move = self.make_invoice()
        move.action_aria_moadian_send()
        self.product.aria_sstid = False
        self.rpc(self.accountant, "account.move", "action_aria_moadian_recheck", move.ids)
        self.assertEqual(move.aria_moadian_state, "sent")

    def test_rate_of_the_goods_list(self):
        goods = self.env["aria.moadian.good"]
        goods._take_rows({"2710000138624": ("کالا", 9.0, None)})
        move = self.make_invoice(post=False)
        warning = [row for row in self.issues(move) if "2710000138624" in row["text"]]
        self.assertEqual([row["severity"] for row in warning], ["warning"])
        action = move.with_user(self.accountant).action_aria_moadian_fix(warning[0]["key"])
        self.assertEqual((action["res_model"], action["res_id"]), ("account.tax", self.vat.id))
        goods._take_rows({"2710000138624": ("کالا", 10.0, None)})
        self.assertFalse([row for row in self.issues(move) if row["severity"] == "warning"])
