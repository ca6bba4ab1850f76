from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    aria_alternative_ids = fields.Many2many(
        "product.template",
        "aria_product_alternative_rel",
        "product_tmpl_id",
        "alternative_id",
        string="Alternatives",
        check_company=True,
        domain="[('id', '!=', id), ('sale_ok', '=', True)]",
        help="What a seller may offer when this product is not available.",
    )
