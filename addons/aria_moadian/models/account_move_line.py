from odoo import api, models

SOLD = ("product_id", "quantity", "product_uom_id", "price_unit", "discount", "tax_ids")


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'account'
        lines = super().create(vals_list)
        lines._aria_demand_open()
        return lines

    def write(self, vals):
        # EXTENDS 'account'
        moves = self.env["account.move"]
        names = [name for name in SOLD if name in vals]
        if names:
            self.filtered(
                lambda line: any(moves._field_will_change(line, vals, name) for name in names)
            )._aria_demand_open()
        return super().write(vals)

    def _aria_demand_open(self):
        """Refuse to change what was sold by a posted document that the tax organisation has."""
        for move in self.filtered(lambda line: line.display_type == "product").move_id:
            if move._is_aria_fixed():
                raise move._aria_fixed_error(move)

    def _get_aria_goods(self):
        """Return the product template whose goods/service id a line is sent with; empty when there is none.

        A hook for lines that stand for other goods than their own, as down payments do.
        """
        return self.product_id.product_tmpl_id

    def _get_aria_sstid(self):
        """Return the goods/service id of a line, or False."""
        goods = self._get_aria_goods()
        return goods._get_aria_sstid() if goods else False

    def _has_aria_fixed_vat(self):
        """Return whether VAT is a fixed sum for each unit, so that no rate can be compared."""
        self.ensure_one()
        return any(
            tax.aria_moadian_kind == "vat" and tax.amount_type == "fixed"
            for tax in self.tax_ids.flatten_taxes_hierarchy()
        )

    def _get_aria_vat_rate(self):
        """Return the percent of VAT on a line, by the kinds that the taxes have for the organisation."""
        self.ensure_one()
        taxes = self.tax_ids.flatten_taxes_hierarchy()
        return sum(
            tax.amount
            for tax in taxes
            if tax.aria_moadian_kind == "vat" and tax.amount_type == "percent"
        )
