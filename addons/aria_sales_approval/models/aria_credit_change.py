from odoo import api, fields, models


class AriaCreditChange(models.Model):
    """One change of how much a customer may owe: who, when, from what, to what, why.

    Of a customer's own ceilings, of that of a class of customers, of a temporary raise or of a guarantee.
    """

    _name = "aria.credit.change"
    _inherit = "aria.append.only.mixin"
    _description = "Change of a Credit Ceiling"
    _order = "id desc"

    kind = fields.Selection(
        [
            ("ceiling", "Ceiling"),
            ("cheques", "Ceiling for Cheques"),
            ("class", "Ceiling of a Class"),
            ("raise", "Temporary Raise"),
            ("guarantee", "Guarantee"),
        ],
        required=True,
        readonly=True,
        default="ceiling",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    class_id = fields.Many2one(
        "aria.customer.class", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    user_id = fields.Many2one(
        "res.users", string="By", required=True, readonly=True, index=True, ondelete="restrict"
    )
    old_ceiling = fields.Monetary("From", readonly=True)
    new_ceiling = fields.Monetary("To", readonly=True)
    old_no_credit = fields.Boolean("No Credit Before", readonly=True)
    new_no_credit = fields.Boolean("No Credit After", readonly=True)
    old_date_from = fields.Date("Began Before", readonly=True)
    old_date_to = fields.Date("Ended Before", readonly=True)
    new_date_from = fields.Date("Begins", readonly=True)
    new_date_to = fields.Date("Ends", readonly=True)
    reason = fields.Text(readonly=True)

    _has_subject = models.Constraint(
        "CHECK(partner_id IS NOT NULL OR class_id IS NOT NULL)",
        "A change is of a customer or of a class of customers.",
    )

    @api.depends("partner_id", "class_id")
    def _compute_display_name(self):
        for change in self:
            change.display_name = change.partner_id.display_name or change.class_id.name
