from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    aria_business_kind = fields.Selection(
        [
            ("trading", "Trading"),
            ("manufacturing", "Manufacturing"),
            ("brokerage", "Brokerage"),
            ("mixed", "Mixed: by the routes of each product"),
        ],
        string="Kind of Business",
        default="trading",
        required=True,
        help="Which flow new sales lines of goods enter; services have a short flow of their own.",
    )
