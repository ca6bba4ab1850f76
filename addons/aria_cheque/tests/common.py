from itertools import count

from odoo import fields
from odoo.fields import Command

from odoo.addons.aria_workflow.tests.common import AriaCase

TODAY = fields.Date.to_date("2026-06-10")
EARLIER = fields.Date.to_date("2026-05-20")
NUMBERS = count(1)


def make_books(env, name="بازرگانی چک"):
    """Return a new Persian company with a chart of accounts and a journal of cheques."""
    rial = env.ref("base.IRR")
    rial.write({"active": True, "rounding": 1})
    company = env["res.company"].create({"name": name, "currency_id": rial.id})
    env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
    company.write(
        {
            "currency_id": rial.id,
            "account_fiscal_country_id": env.ref("base.ir").id,
            "country_id": env.ref("base.ir").id,
        }
    )
    env["res.company"].browse(company.id).with_company(company).action_aria_set_up_cheques()
    return company


def make_receipt(env, company, partner, *amounts, post=True, **values):
    """Return the payment of ``partner`` with a cheque for each of ``amounts``."""
    journal = company._aria_get_cheque_journals()
    payment = (
        env["account.payment"]
        .with_company(company)
        .create(
            {
                "partner_id": partner.id,
                "payment_type": "inbound",
                "partner_type": "customer",
                "journal_id": journal.id,
                "date": EARLIER,
                "payment_method_line_id": journal._aria_get_method_line(
                    "inbound", "new_third_party_checks"
                ).id,
                "l10n_latam_new_check_ids": [
                    Command.create(
                        {
                            "name": f"{next(NUMBERS):08}",
                            "payment_date": "2026-07-01",
                            "amount": amount,
                            **values,
                        }
                    )
                    for amount in amounts
                ],
            }
        )
    )
    if post:
        payment.action_post()
    return payment


class ChequeCase(AriaCase):
    """A Persian company, its accountant, a seller, a customer with a salesperson, and a vendor."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = make_books(cls.env)
        cls.env = cls.env(
            context={**cls.env.context, "allowed_company_ids": cls.company.ids, "lang": "en_US"}
        )
        cls.company = cls.company.with_env(cls.env)
        options = {"company_id": cls.company.id, "company_ids": [Command.set(cls.company.ids)]}
        cls.accountant = cls.make_user("c_accountant", "account.group_account_invoice", **options)
        cls.seller = cls.make_user(
            "c_seller",
            "sales_team.group_sale_salesman",
            unit=cls.env.ref("aria_workflow.unit_sales"),
            **options,
        )
        cls.customer, cls.vendor = cls.env["res.partner"].create(
            [{"name": "خریدار", "user_id": cls.seller.id}, {"name": "فروشنده"}]
        )
        cls.bank = cls.env["account.journal"].search(
            [("company_id", "=", cls.company.id), ("type", "=", "bank")], limit=1
        )

    @classmethod
    def receive(cls, *amounts, **values):
        """Return cheques of the customer for ``amounts``, received and posted by the accountant."""
        env = cls.env(user=cls.accountant)
        payment = make_receipt(env, cls.company.with_env(env), cls.customer, *amounts, **values)
        return payment.l10n_latam_new_check_ids.with_env(cls.env)

    def act(self, checks, step, *args, user=None):
        """Let the accountant take a step over RPC."""
        result = self.rpc(user or self.accountant, checks, f"action_aria_{step}", *args)
        self.env.invalidate_all()
        return result

    def states(self, checks):
        return checks.mapped("aria_cheque_state")

    def owed(self, partner, kind="asset_receivable"):
        """Return the balance of ``partner`` on its accounts of a kind."""
        lines = self.env["account.move.line"].search(
            [
                ("partner_id", "=", partner.id),
                ("account_type", "=", kind),
                ("parent_state", "=", "posted"),
                ("company_id", "=", self.company.id),
            ]
        )
        return sum(lines.mapped("balance"))

    def balance(self, account):
        lines = self.env["account.move.line"].search(
            [("account_id", "=", account.id), ("parent_state", "=", "posted")]
        )
        return sum(lines.mapped("balance"))
