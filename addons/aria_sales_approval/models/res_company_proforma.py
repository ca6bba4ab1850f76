from odoo import api, fields, models
from odoo.exceptions import ValidationError

MOST_DAYS = 3650

PREFIXES = {
    "jalali": "PF/%(range_jyear)s/",
    "gregorian": "PF/%(range_year)s/",
    "continuous": "PF/",
}


class ResCompany(models.Model):
    """How a company numbers its pro-formas, and how long they hold."""

    # a subject of its own, in a file of its own
    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    aria_proforma_days = fields.Integer(
        "Pro-formas Are Valid For",
        default=7,
        required=True,
        help="Days after the day of issue; on the last of them it still holds.",
    )
    aria_proforma_numbering = fields.Selection(
        [
            ("jalali", "Anew each Jalali year"),
            ("gregorian", "Anew each calendar year"),
            ("continuous", "On and on"),
        ],
        string="Numbers of Pro-formas",
        default="jalali",
        required=True,
    )

    @api.constrains("aria_proforma_days")
    def _check_aria_proforma_days(self):
        for company in self:
            if not 0 <= company.aria_proforma_days <= MOST_DAYS:
                raise ValidationError(
                    self.env._(
                        "Pro-formas of %(company)s cannot be valid for %(days)s days; type 0 to %(most)s.",
                        company=company.name,
                        days=company.aria_proforma_days,
                        most=MOST_DAYS,
                    )
                )

    def _aria_next_proforma_number(self, day):
        """Draw the next number of a pro-forma that is issued on ``day``."""
        self.ensure_one()
        sequence = self._aria_get_proforma_sequence().with_context(ir_sequence_date=str(day))
        return sequence.next_by_id(sequence_date=day)

    def _aria_get_proforma_sequence(self):
        """Return the sequence of this company's kind of numbers; made when it is first needed."""
        kind = self.aria_proforma_numbering
        code = f"aria.proforma.{kind}"
        # sudo: whoever issues needs no right to sequences; the caller holds the company's turn
        sequences = self.env["ir.sequence"].sudo()
        found = sequences.search([("code", "=", code), ("company_id", "=", self.id)], limit=1)
        return found or sequences.create(
            {
                "name": self.env._("Pro-formas of %(company)s", company=self.name),
                "code": code,
                "company_id": self.id,
                "prefix": PREFIXES[kind],
                "padding": 5,
                # accountants ask for every number: no gaps
                "implementation": "no_gap",
                "use_date_range": kind != "continuous",
                "aria_jalali": kind == "jalali",
            }
        )
