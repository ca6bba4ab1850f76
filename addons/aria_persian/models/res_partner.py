import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import identifiers
from ..tools.identifiers import IdentifierError, parse_phone
from ..tools.letters import normalise, to_latin_digits

TEXTS = ("name", "company_name", "function", "street", "street2", "city")
"""typed in Persian letters"""

LATIN = ("aria_national_id", "aria_economic_code", "zip", "vat", "ref", "company_registry", "phone")
"""numbers: their digits are Latin"""

NUMBERS = {
    "aria_national_id": identifiers.national_id,
    "aria_economic_code": identifiers.economic_code,
    "zip": identifiers.postal_code,
}
PERSIAN_SPEAKING = (False, "IR", "AF")
PERSON_LENGTHS = (10, 12)
PREFIX = re.compile(r"\s*(\+|00)\s*98")


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "aria.search.mixin"]
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

    aria_national_id = fields.Char(
        "National ID",
        copy=False,
        help="National code of a person (10 digits), national id of a company (11) or code of a foreigner (12)."
        " Digits of any keyboard are accepted.",
    )
    aria_economic_code = fields.Char(
        "Economic Code",
        copy=False,
        help="Economic code of the tax administration: 11 digits for companies, 14 for persons.",
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

    # ------------------------------------------------------------------ one form for what is stored
    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'base'
        return super().create(
            [self._aria_normalise(vals, self._aria_get_country_code(vals)) for vals in vals_list]
        )

    def write(self, vals):
        # EXTENDS 'base'
        if not {*TEXTS, *LATIN}.intersection(vals):
            return super().write(vals)
        for code, partners in self.grouped(lambda p: p._aria_get_country_code(vals)).items():
            super(ResPartner, partners).write(self._aria_normalise(vals, code))
        return True

    def _aria_get_country_code(self, vals):
        """Return the code of the country that this partner, or a new one, will have with ``vals``."""
        country = self.country_id
        if "country_id" in vals:
            country = country.browse(vals["country_id"])
        return country.code

    @api.model
    def _aria_normalise(self, vals, country_code):
        """Return a copy of ``vals`` with letters and numbers in their one form; wrong numbers stay wrong."""
        done = dict(vals)
        texts = TEXTS if country_code in PERSIAN_SPEAKING else ()
        for name in texts:
            if isinstance(done.get(name), str):
                done[name] = normalise(done[name])
        for name in LATIN:
            if isinstance(done.get(name), str):
                done[name] = self._aria_normalise_number(name, done[name].strip(), country_code)
        return done

    @api.model
    def _aria_normalise_number(self, name, value, country_code):
        latin = to_latin_digits(value)
        if name == "phone":
            # 0212… is Tehran or a house in Düsseldorf: the country says, or a Persian keyboard
            means_iran = country_code == "IR" or (
                not country_code and (latin != value or self.env.company.country_code == "IR")
            )
            phone = parse_phone(latin) if means_iran or PREFIX.match(latin) else None
            return str(phone or latin)
        if name == "zip" and country_code not in (False, "IR"):
            return latin
        try:
            return NUMBERS[name](latin) if name in NUMBERS else latin
        except IdentifierError:
            return latin  # the constraint names the record and what is wrong

    # ------------------------------------------------------------------ checks
    @api.constrains("aria_national_id", "is_company")
    def _check_aria_national_id(self):
        for partner in self.filtered("aria_national_id"):
            partner._aria_check_number("aria_national_id")
            if not partner.is_company and len(partner.aria_national_id) not in PERSON_LENGTHS:
                raise ValidationError(
                    self.env._(
                        "%(number)s is the national id of a company, but “%(partner)s” is a person;"
                        " type the national code of 10 digits, or make the contact a company.",
                        number=partner.aria_national_id,
                        partner=partner.display_name,
                    )
                )

    @api.constrains("aria_economic_code")
    def _check_aria_economic_code(self):
        for partner in self.filtered("aria_economic_code"):
            partner._aria_check_number("aria_economic_code")

    @api.constrains("zip", "country_id")
    def _check_aria_zip(self):
        for partner in self.filtered(lambda p: p.zip and p.country_code == "IR"):
            partner._aria_check_number("zip")

    def _aria_check_number(self, name):
        """Refuse a number that cannot be right, saying why.

        :raise ValidationError: with the name of the partner and the remedy
        """
        self.ensure_one()
        try:
            NUMBERS[name](self[name])
        except IdentifierError as error:
            raise ValidationError(
                self.env._(
                    "%(number)s cannot be the %(field)s of “%(partner)s”: %(reason)s",
                    number=self[name],
                    field=self._aria_get_number_labels()[name],
                    partner=self.display_name,
                    reason=self._aria_explain(error.reason, name),
                )
            ) from error

    @api.model
    def _aria_get_number_labels(self):
        return {
            "aria_national_id": self.env._("national id"),
            "aria_economic_code": self.env._("economic code"),
            "zip": self.env._("postal code"),
        }

    @api.model
    def _aria_explain(self, reason, name):
        """Return the sentence for a reason of an ``IdentifierError`` and what to do about it."""
        lengths = {
            "aria_national_id": self.env._(
                "it has 10 digits for a person, 11 for a company and 12 for a foreigner; type all of them."
            ),
            "aria_economic_code": self.env._(
                "it has 11 digits for a company and 14 for a person; type all of them."
            ),
            "zip": self.env._("in Iran it has 10 digits; type all of them."),
        }
        return {
            "length": lengths[name],
            "characters": self.env._("it consists of digits only; take the other characters out."),
            "repeated": self.env._(
                "the same digit throughout is nobody's number; type the real one."
            ),
            "check": self.env._("its check digit does not match; look for a mistyped digit."),
        }[reason]
