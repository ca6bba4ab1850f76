"""A company that keeps its books in Rial, and invoices for it in one line each."""

from odoo import fields
from odoo.fields import Command

from odoo.addons.aria_workflow.tests.common import AriaCase


class InvoicingCase(AriaCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        rial = cls.env.ref("base.IRR")
        rial.write({"active": True, "rounding": 1})
        cls.company = cls.make_company("Aria Test", rial)
        options = {"company_id": cls.company.id, "company_ids": [Command.set(cls.company.ids)]}
        cls.seller = cls.make_user("t_seller", "sales_team.group_sale_salesman", **options)
        cls.colleague = cls.make_user("t_colleague", "sales_team.group_sale_salesman", **options)
        cls.leader = cls.make_user("t_leader", "sales_team.group_sale_salesman", **options)
        cls.manager = cls.make_user("t_manager", "sales_team.group_sale_manager", **options)
        cls.clerk = cls.make_user("t_clerk", **options)
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": cls.company.ids})
        cls.team = cls.env["crm.team"].create(
            {"name": "T", "user_id": cls.leader.id, "company_id": cls.company.id}
        )
        cls.goods = cls.env["product.category"].create({"name": "Goods"})
        cls.pipes = cls.env["product.category"].create({"name": "Pipes", "parent_id": cls.goods.id})
        cls.product = cls.env["product.product"].create(
            {"name": "Pipe", "categ_id": cls.pipes.id, "taxes_id": [Command.clear()]}
        )

    @classmethod
    def make_company(cls, name, currency):
        """Return a new company with the accounts and journals that an invoice needs."""
        company = cls.env["res.company"].create({"name": name, "currency_id": currency.id})
        accounts = {}
        for code, kind in (
            ("101", "asset_receivable"),
            ("401", "income"),
            ("201", "liability_payable"),
        ):
            accounts[kind] = cls.env["account.account"].create(
                {
                    "name": kind,
                    "code": code,
                    "account_type": kind,
                    "reconcile": kind != "income",
                    "company_ids": [Command.set(company.ids)],
                }
            )
        for side, kind in (("receivable", "asset_receivable"), ("payable", "liability_payable")):
            cls.env["ir.default"].set(
                "res.partner",
                f"property_account_{side}_id",
                accounts[kind].id,
                company_id=company.id,
            )
        for kind in ("sale", "purchase", "general"):
            cls.env["account.journal"].create(
                {
                    "name": kind,
                    "code": kind[:3].upper(),
                    "type": kind,
                    "company_id": company.id,
                    "default_account_id": accounts["income"].id,
                }
            )
        cls.income = getattr(cls, "income", {}) | {company: accounts["income"]}
        return company

    @classmethod
    def invoice(cls, partner, amount, date=None, kind="out_invoice", post=True, **values):
        """Return an invoice of ``amount`` in the company's currency.

        :param values: ``quantity``, ``product`` and ``currency`` of the line, others of the invoice
        """
        company = values.pop("company", cls.company)
        line = {
            "account_id": cls.income[company].id,
            "product_id": values.pop("product", cls.product).id,
            "quantity": values.pop("quantity", 1),
            "price_unit": amount,
            "tax_ids": [Command.clear()],
        }
        move = cls.env["account.move"].create(
            {
                "move_type": kind,
                "partner_id": partner.id,
                "company_id": company.id,
                "invoice_date": date or fields.Date.today(),
                "invoice_line_ids": [Command.create(line)],
                **values,
            }
        )
        if post:
            move.action_post()
        return move
