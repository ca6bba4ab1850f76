import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ..search import ensure_index
from ..tools import identifiers
from ..tools.identifiers import IdentifierError, parse_phone
from ..tools.letters import normalise, to_latin_digits

NUMBERS = {
    "aria_national_id": identifiers.national_id,
    "aria_economic_code": identifiers.economic_code,
    "zip": identifiers.postal_code,
}
PERSIAN_SPEAKING = (False, "IR", "AF")
PREFIX = re.compile(r"\s*(\+|00)\s*98")


class AriaIdentityMixin(models.AbstractModel):
    """Persons and companies whose names, telephones and identifiers are stored in one form.

    It happens in ``create`` and ``write``: forms, imports and other programs pass there. A model has a field
    ``country_id`` and names its columns in ``_aria_text_fields`` and ``_aria_number_fields``.
    """

    _name = "aria.identity.mixin"
    _description = "Person or company with identifiers"

    _aria_text_fields = ()
    """typed in Persian letters"""

    _aria_number_fields = ("aria_national_id", "aria_economic_code", "zip", "phone")
    """their digits are Latin"""

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

    @api.private
    def init(self):
        # EXTENDS 'base'
        result = super().init()
        if self._auto and not self._abstract:
            definition = SQL("btree (aria_national_id) WHERE aria_national_id IS NOT NULL")
            ensure_index(self.env.cr, self._table, "national_id", definition)
        return result

    # ------------------------------------------------------------------ one form for what is stored
    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'base'
        return super().create(
            [self._aria_normalise(vals, self._aria_get_country_code(vals)) for vals in vals_list]
        )

    def write(self, vals):
        # EXTENDS 'base'
        if not {*self._aria_text_fields, *self._aria_number_fields}.intersection(vals):
            return super().write(vals)
        for code, records in self.grouped(lambda r: r._aria_get_country_code(vals)).items():
            super(AriaIdentityMixin, records).write(self._aria_normalise(vals, code))
        return True

    def _aria_get_country_code(self, vals):
        """Return the code of the country that this record, or a new one, will have with ``vals``."""
        country = self.country_id
        if "country_id" in vals:
            country = country.browse(vals["country_id"])
        return country.code

    @api.model
    def _aria_normalise(self, vals, country_code):
        """Return a copy of ``vals`` with letters and numbers in their one form; wrong numbers stay wrong."""
        done = dict(vals)
        for name in self._aria_text_fields if country_code in PERSIAN_SPEAKING else ():
            if isinstance(done.get(name), str):
                done[name] = normalise(done[name])
        for name in self._aria_number_fields:
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
    @api.constrains("aria_national_id", "aria_economic_code")
    def _check_aria_identifiers(self):
        for name in ("aria_national_id", "aria_economic_code"):
            for record in self.filtered(name):
                record._aria_check_number(name)

    def _aria_check_number(self, name):
        """Refuse a number that cannot be right, saying why.

        :raise ValidationError: with the name of the record and the remedy
        """
        self.ensure_one()
        try:
            NUMBERS[name](self[name])
        except IdentifierError as error:
            raise ValidationError(
                self.env._(
                    "%(number)s cannot be the %(field)s of “%(name)s”: %(reason)s",
                    number=self[name],
                    field=self._aria_get_number_labels()[name],
                    name=self.display_name,
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
