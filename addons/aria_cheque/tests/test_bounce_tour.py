from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.aria_workflow.tests.hands import HandsCase

from .common import make_books, make_receipt


@tagged("post_install", "-at_install")
class TestBounceTour(HandsCase):
    """A cheque bounces, the ceiling bites: by the accountant and the seller, in Persian."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = make_books(cls.env, "بازرگانی آزمون چک")
        cls.env = cls.env(
            context={**cls.env.context, "allowed_company_ids": cls.company.ids, "lang": "fa_IR"}
        )
        cls.company = cls.company.with_env(cls.env)
        # a company that trusts cheques until they bounce
        cls.company.aria_credit_count_cheques = False
        options = {"company_id": cls.company.id, "company_ids": [Command.set(cls.company.ids)]}
        cls.accountant = cls.make_person(
            "bounce_accountant", "حسابدار", "account.group_account_invoice", **options
        )
        cls.seller = cls.make_person(
            "bounce_seller", "فروشنده", "sales_team.group_sale_salesman", **options
        )
        cls.env.ref("aria_workflow.unit_sales").member_ids = [Command.link(cls.seller.id)]
        cls.env["aria.approval.policy"].search([]).active = False
        cls.customer = cls.env["res.partner"].create(
            {
                "name": "بازرگانی سهند",
                "is_company": True,
                "user_id": cls.seller.id,
                "credit_limit": 10_000_000,
            }
        )
        cls.check = cls.make_deposited(9_000_000)
        cls.product = cls.env["product.product"].create(
            {"name": "ورق فولادی", "type": "service", "list_price": 4_000_000, "taxes_id": False}
        )

    @classmethod
    def get_addons(cls):
        return ["aria_cheque"]

    @classmethod
    def make_deposited(cls, amount):
        """Return a cheque that paid an invoice over ``amount`` and lies at the bank."""
        invoice = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": cls.customer.id,
                "invoice_date": fields.Date.today(),
                "invoice_line_ids": [
                    Command.create({"name": "کالا", "price_unit": amount, "tax_ids": False})
                ],
            }
        )
        invoice.action_post()
        env = cls.env(user=cls.accountant)
        payment = make_receipt(env, cls.company.with_env(env), cls.customer.with_env(env), amount)
        bank = env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
        )
        check = payment.l10n_latam_new_check_ids
        check.action_aria_deposit(bank)
        receivable = (invoice.line_ids | payment.move_id.line_ids).filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        receivable.reconcile()
        return check.with_env(cls.env)

    def make_quotation(self):
        return (
            self.env["sale.order"]
            .with_user(self.seller)
            .create(
                {
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "order_line": [
                        Command.create({"product_id": self.product.id, "product_uom_qty": 1})
                    ],
                }
            )
            .sudo()
        )

    def play(self, device):
        phone = device == "phone"
        first, second = self.make_quotation(), self.make_quotation()
        first.with_user(self.seller).action_confirm()
        self.assertEqual(first.state, "sale", "4 of 10 million: nothing stops it")
        self.do_tour(f"aria_cheque_bounce_{device}", self.accountant, "/odoo/aria-cheques", phone)
        self.assertEqual(self.check.aria_cheque_state, "bounced")
        found = self.customer.aria_credit_exposure(self.company)
        self.assertEqual((found["receivable"], found["orders"]), (9_000_000, 4_000_000))
        self.do_tour(f"aria_cheque_told_{device}", self.seller, phone=phone)
        self.do_tour(
            f"aria_cheque_refused_{device}",
            self.seller,
            f"/odoo/action-sale.action_quotations_with_onboarding/{second.id}",
            phone,
        )
        self.assertEqual(second.state, "draft")

    def test_at_the_desk(self):
        self.play("desk")

    def test_on_the_phone(self):
        self.play("phone")
