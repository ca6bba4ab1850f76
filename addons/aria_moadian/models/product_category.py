from odoo import api, fields, models

from .product_template import check_sstid, with_latin_sstid


class ProductCategory(models.Model):
    _inherit = "product.category"

    aria_sstid = fields.Char(
        "Goods/Service ID",
        size=13,
        help="The 13 digits of stuffid.tax.gov.ir, for products of this category that have none of their own.",
    )

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
