from odoo import api, fields, models
from odoo.exceptions import ValidationError

PERSON_LENGTHS = (10, 12)


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "aria.identity.mixin", "aria.search.mixin"]
    _aria_text_fields = ("name", "company_name", "function", "street", "street2", "city")
    _aria_number_fields = (
        "aria_national_id",
        "aria_economic_code",
        "zip",
        "vat",
        "ref",
        "company_registry",
        "phone",
    )
    _aria_search_fields = (
        "complete_name",
        "email",
        "ref",
        "vat",
        "company_registry",
        "phone",
        "aria_national_id",
        "aria_economic_code",
    )

    aria_same_national_id_partner_id = fields.Many2one(
        "res.partner",
        string="Contact with the Same National ID",
        compute="_compute_aria_same_national_id_partner_id",
        compute_sudo=True,
    )

    @api.depends("aria_national_id", "company_id")
    def _compute_aria_same_national_id_partner_id(self):
        numbers = [number for number in self.mapped("aria_national_id") if number]
        found = self.search([("aria_national_id", "in", numbers)], order="id")
        twins = found.grouped("aria_national_id")
        for partner in self:
            others = twins.get(partner.aria_national_id, found.browse()) - partner._origin
            partner.aria_same_national_id_partner_id = others.filtered(
                lambda other, company=partner.company_id: (
                    not company or not other.company_id or other.company_id == company
                )
            )[:1]

    @api.constrains("aria_national_id", "is_company")
    def _check_aria_kind_of_national_id(self):
        for partner in self.filtered("aria_national_id"):
            if not partner.is_company and len(partner.aria_national_id) not in PERSON_LENGTHS:
                raise ValidationError(
                    self.env._(
                        "%(number)s is the national id of a company, but “%(partner)s” is a person;"
                        " type the national code of 10 digits, or make the contact a company.",
                        number=partner.aria_national_id,
                        partner=partner.display_name,
                    )
                )

    @api.constrains("zip", "country_id")
    def _check_aria_zip(self):
        for partner in self.filtered(lambda p: p.zip and p.country_code == "IR"):
            partner._aria_check_number("zip")
