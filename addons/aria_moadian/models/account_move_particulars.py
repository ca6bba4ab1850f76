from odoo import api, fields, models

from ..invoice_lines import LEADING
from ..lib.constants import PATTERNS, SALE

PARTICULAR_FIELDS = (
    "aria_moadian_contract",
    "aria_moadian_bill",
    "aria_moadian_flight",
    "aria_moadian_agency_id",
    "aria_moadian_passport",
    "aria_moadian_licence",
    "aria_moadian_customs",
    "aria_moadian_declaration",
    "aria_moadian_declaration_date",
    "aria_moadian_waybill",
    "aria_moadian_waybill_before",
    "aria_moadian_from_country",
    "aria_moadian_from_city",
    "aria_moadian_to_country",
    "aria_moadian_to_city",
    "aria_moadian_sender_id",
    "aria_moadian_receiver_id",
    "aria_moadian_transport",
    "aria_moadian_vehicle",
    "aria_moadian_driver",
    "aria_moadian_goods_ids",
    "aria_moadian_notice",
    "aria_moadian_notice_date",
    "aria_moadian_policy",
    "aria_moadian_endorsement",
)


class AccountMove(models.Model):
    """What single patterns of the electronic invoice say beside amounts: contract, bill, flight, waybill, policy, …"""

    _name = "account.move"
    _inherit = ["account.move"]

    aria_moadian_used_pattern = fields.Char(compute="_compute_aria_moadian_used_pattern")
    aria_moadian_contract = fields.Char(
        "Contract Number", help="Number of the contract in the tax portal (up to 12 digits)."
    )
    aria_moadian_bill = fields.Char("Bill Identifier", copy=False, help="Up to 19 digits.")
    aria_moadian_flight = fields.Selection([("1", "Domestic"), ("2", "International")], "Flight")
    aria_moadian_agency_id = fields.Many2one("res.partner", "Travel Agency", index="btree_not_null")
    aria_moadian_passport = fields.Char(
        "Passport of the Buyer",
        copy=False,
        help="Nine characters, for a foreigner who has no national identifier.",
    )
    aria_moadian_licence = fields.Char("Customs Licence", copy=False, help="Up to 14 digits.")
    aria_moadian_customs = fields.Char("Customs Office", help="Code of five digits.")
    aria_moadian_declaration = fields.Char("Customs Declaration", copy=False)
    aria_moadian_declaration_date = fields.Date("Date of the Declaration", copy=False)
    aria_moadian_waybill = fields.Char("Waybill Number", copy=False, help="Up to 18 digits.")
    aria_moadian_waybill_before = fields.Char("Previous Waybill", copy=False)
    aria_moadian_from_country = fields.Char(
        "From Country", help="Code of three digits; 033 is Iran."
    )
    aria_moadian_from_city = fields.Char("From City", help="Code of the city, up to five digits.")
    aria_moadian_to_country = fields.Char("To Country", help="Code of three digits; 033 is Iran.")
    aria_moadian_to_city = fields.Char("To City", help="Code of the city, up to five digits.")
    aria_moadian_sender_id = fields.Many2one(
        "res.partner", "Sender of the Goods", index="btree_not_null"
    )
    aria_moadian_receiver_id = fields.Many2one(
        "res.partner", "Receiver of the Goods", index="btree_not_null"
    )
    aria_moadian_transport = fields.Selection(
        [("1", "Road"), ("2", "Rail"), ("3", "Air"), ("4", "Sea")], "Transport"
    )
    aria_moadian_vehicle = fields.Char("Vehicle Number")
    aria_moadian_driver = fields.Char(
        "Driver", help="National code of the driver (10 or 12 digits)."
    )
    aria_moadian_goods_ids = fields.Many2many(
        "product.template",
        "aria_moadian_carried_goods",
        "move_id",
        "product_tmpl_id",
        "Goods Carried",
        copy=False,
    )
    aria_moadian_notice = fields.Char("Sales Notice of the Exchange", copy=False)
    aria_moadian_notice_date = fields.Date("Date of the Notice", copy=False)
    aria_moadian_policy = fields.Char("Insurance Policy", copy=False, help="9 to 12 digits.")
    aria_moadian_endorsement = fields.Char("Endorsement", copy=False, help="9 to 12 digits.")

    @api.depends(
        "aria_moadian_pattern", "invoice_line_ids.product_id.product_tmpl_id.aria_moadian_role"
    )
    def _compute_aria_moadian_used_pattern(self):
        for move in self:
            move.aria_moadian_used_pattern = str(move._get_aria_moadian_pattern())

    def _get_aria_moadian_pattern(self):
        """Return the number of the pattern of an invoice: as chosen, else as its products say, else a sale."""
        self.ensure_one()
        if self.aria_moadian_pattern:
            return int(self.aria_moadian_pattern)
        roles = set(self.invoice_line_ids.product_id.product_tmpl_id.mapped("aria_moadian_role"))
        return next((number for number, role in LEADING.items() if role in roles), SALE)

    @api.model
    def _aria_pattern_name(self, number, env):
        """Return what a pattern is called in the language of an environment."""
        fa, en = PATTERNS[number]
        return fa if (env.lang or "").startswith("fa") else en
