import re

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.aria_persian.tools.letters import to_latin_digits

MODELS = {"product.template": "product_ids", "product.category": "category_ids"}


class AriaMoadianAssign(models.TransientModel):
    """Gives products, or whole categories, one goods/service id, looked up in the organisation's list."""

    _name = "aria.moadian.assign"
    _description = "Goods/Service ID"
    _inherit = ["aria.moadian.sheet.mixin"]

    product_ids = fields.Many2many("product.template", string="Products")
    category_ids = fields.Many2many("product.category", string="Product Categories")
    good_id = fields.Many2one(
        "aria.moadian.good", "Goods of the List", help="Type a part of its name."
    )
    sstid = fields.Char(
        "Goods/Service ID",
        size=13,
        compute="_compute_sstid",
        store=True,
        readonly=False,
        help="The 13 digits of stuffid.tax.gov.ir.",
    )
    vat_rate = fields.Float(related="good_id.vat_rate")
    move_id = fields.Many2one(
        "account.move", help="The invoice that waits for it; it is checked again."
    )

    @api.depends("good_id")
    def _compute_sstid(self):
        for wizard in self:
            wizard.sstid = wizard.good_id.sstid or wizard.sstid

    @api.model
    def default_get(self, names):
        # EXTENDS 'base'
        values = super().default_get(names)
        name = MODELS.get(self.env.context.get("active_model"))
        if name in names and self.env.context.get("active_ids"):
            values[name] = [fields.Command.set(self.env.context["active_ids"])]
        return values

    def action_apply(self):
        """Write the id to the products and categories, and check the waiting invoice again."""
        self.ensure_one()
        self._demand_accountant()
        sstid = re.sub(r"\s", "", to_latin_digits(self.sstid or ""))
        if not re.fullmatch("[0-9]{13}", sstid):
            raise UserError(
                self.env._("A goods/service id has 13 digits; choose one of the list, or type it.")
            )
        for records in (self.product_ids, self.category_ids):
            records.check_access("read")
            # sudo: an accountant who does not manage products gives them their tax id, and nothing else
            records.sudo().write({"aria_sstid": sstid})
        if self.move_id:
            self.move_id._aria_moadian_check_again()
        return {"type": "ir.actions.act_window_close"}
