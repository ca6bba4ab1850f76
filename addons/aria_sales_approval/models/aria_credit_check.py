from odoo import fields, models

OCCASIONS = [
    ("proforma", "Pro-Forma"),
    ("confirmation", "Confirmation"),
    ("growth", "Growth of an Order"),
    ("debtor", "Change of Debtor"),
    ("exit", "Exit Permit"),
    ("release", "Release by Finance"),
]


class AriaCreditCheck(models.Model):
    """One check of a customer's ceiling, or one release; written once, for ever."""

    _name = "aria.credit.check"
    _inherit = "aria.append.only.mixin"
    _description = "Credit Check"
    _order = "id desc"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    order_id = fields.Many2one(
        "sale.order", readonly=True, index="btree_not_null", ondelete="set null"
    )
    order_name = fields.Char("Document", readonly=True)
    occasion = fields.Selection(OCCASIONS, required=True, readonly=True)
    verdict = fields.Selection(
        [("passed", "Passed"), ("refused", "Refused"), ("released", "Released")],
        required=True,
        readonly=True,
        index=True,
    )
    exposure = fields.Monetary(
        readonly=True, help="What the customer owed when it was checked, the document included."
    )
    ceiling = fields.Monetary(readonly=True)
    requested = fields.Monetary(readonly=True, help="Amount of the document, with tax.")
    details = fields.Json("Exposure by Category", readonly=True)
    user_id = fields.Many2one(
        "res.users", string="By", required=True, readonly=True, index=True, ondelete="restrict"
    )
    released_by_id = fields.Many2one(
        "res.users", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    reason = fields.Text(readonly=True)
    until = fields.Date("Holds until", readonly=True)
