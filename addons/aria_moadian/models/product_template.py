import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from odoo.addons.aria_persian.tools.letters import to_latin_digits


class ProductTemplate(models.Model):
    _inherit = "product.template"

    aria_sstid = fields.Char(
        "Goods/Service ID",
        size=13,
        index="btree_not_null",
        help="The 13 digits of stuffid.tax.gov.ir. When empty, that of the category counts.",
    )

    aria_has_sstid = fields.Boolean(
        "Has a Goods/Service ID",
        compute="_compute_aria_has_sstid",
        search="_search_aria_has_sstid",
        help="Its own, or that of its category or a category above.",
    )
    aria_moadian_role = fields.Selection(
        [
            ("gold", "Gold, Jewellery or Platinum"),
            ("consfee", "Making Fee of Gold"),
            ("spro", "Seller's Profit on Gold"),
            ("bros", "Commission on Gold"),
            ("currency", "Foreign Currency"),
            ("margin", "Margin on Currency"),
        ],
        "Moadian Kind of Goods",
        help="Gold and currency have patterns of their own; fees and the margin are lines after the one they belong to.",
    )
    aria_moadian_purity = fields.Float(
        "Purity", digits=(6, 2), help="Parts of gold in a thousand: 750 for 18 carat."
    )
    aria_moadian_currency_id = fields.Many2one(
        "res.currency", "Currency Sold", index="btree_not_null"
    )

    _aria_purity_check = models.Constraint(
        "CHECK(aria_moadian_purity IS NULL OR aria_moadian_purity BETWEEN 0 AND 1000)",
        "The purity is parts in a thousand: from 0 to 1000.",
    )

    @api.depends("aria_sstid", "categ_id.aria_sstid", "categ_id.parent_id")
    def _compute_aria_has_sstid(self):
        for product in self:
            product.aria_has_sstid = bool(product._get_aria_sstid())

    @api.model
    def _search_aria_has_sstid(self, operator, value):
        if operator != "in":
            return NotImplemented
        categories = self.env["product.category"].search([("aria_sstid", "!=", False)])
        having = Domain("aria_sstid", "!=", False) | Domain("categ_id", "child_of", categories.ids)
        wanted = {bool(each) for each in value}
        if len(wanted) != 1:
            return Domain.TRUE if wanted else Domain.FALSE
        return having if wanted == {True} else ~having

    @api.constrains("aria_sstid")
    def _check_aria_sstid(self):
        check_sstid(self)

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'product'
        return super().create([with_latin_sstid(vals) for vals in vals_list])

    def write(self, vals):
        # EXTENDS 'product'
        return super().write(with_latin_sstid(vals))

    def _get_aria_sstid(self):
        """Return the goods/service id of a product: its own, else that of its category or a category above."""
        self.ensure_one()
        if self.aria_sstid:
            return self.aria_sstid
        category = self.categ_id
        while category:
            if category.aria_sstid:
                return category.aria_sstid
            category = category.parent_id
        return False


def with_latin_sstid(vals):
    """Return values with the digits of ``aria_sstid`` in Latin, blanks taken out."""
    if not vals.get("aria_sstid"):
        return vals
    return {**vals, "aria_sstid": re.sub(r"\s", "", to_latin_digits(str(vals["aria_sstid"])))}


def check_sstid(records):
    """Raise when a record's goods/service id has not 13 digits."""
    for record in records.filtered("aria_sstid"):
        if not re.fullmatch("[0-9]{13}", record.aria_sstid):
            raise ValidationError(
                records.env._(
                    "The goods/service id of “%(name)s” is %(value)s; it has to have 13 digits, as on stuffid.tax.gov.ir.",
                    name=record.display_name,
                    value=record.aria_sstid,
                )
            )
