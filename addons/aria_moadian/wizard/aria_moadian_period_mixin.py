from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.aria_persian.tools import jalali

KINDS = [("month", "Month"), ("quarter", "Quarter"), ("year", "Year")]
MONTHS = [
    ("1", "Farvardin"),
    ("2", "Ordibehesht"),
    ("3", "Khordad"),
    ("4", "Tir"),
    ("5", "Mordad"),
    ("6", "Shahrivar"),
    ("7", "Mehr"),
    ("8", "Aban"),
    ("9", "Azar"),
    ("10", "Dey"),
    ("11", "Bahman"),
    ("12", "Esfand"),
]
QUARTERS = [("1", "Spring"), ("2", "Summer"), ("3", "Autumn"), ("4", "Winter")]


class AriaMoadianPeriodMixin(models.AbstractModel):
    """A wizard over the sales of one company in one Jalali month, quarter or year."""

    _name = "aria.moadian.period.mixin"
    _description = "Jalali Period"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    kind = fields.Selection(KINDS, "Period", required=True, default="month")
    year = fields.Integer(required=True, default=lambda self: self._this("year").year)
    month = fields.Selection(
        MONTHS, required=True, default=lambda self: str(self._this("month").number)
    )
    quarter = fields.Selection(
        QUARTERS, required=True, default=lambda self: str(self._this("quarter").number)
    )
    date_start = fields.Date("From", compute="_compute_dates")
    date_end = fields.Date("To", compute="_compute_dates")

    @api.model
    def _this(self, kind):
        return jalali.period_of(kind, fields.Date.context_today(self))

    @api.depends("kind", "year", "month", "quarter")
    def _compute_dates(self):
        for wizard in self:
            known = wizard.year in jalali.YEARS
            period = wizard._get_period() if known else None
            wizard.date_start = period and period.start
            wizard.date_end = period and period.end

    @api.depends("kind", "year", "month", "quarter")
    def _compute_display_name(self):
        # EXTENDS 'base'
        title = self.env["ir.model"]._get(self._name).name
        for wizard in self:
            wizard.display_name = f"{title}: {wizard._get_period()}"

    def _get_period(self):
        number = {"month": int(self.month), "quarter": int(self.quarter), "year": 0}[self.kind]
        return jalali.Period(self.kind, self.year, number)

    def _check_asked(self):
        """Refuse whoever may not see the company's sales, and years that are none."""
        self.ensure_one()
        if not self.env.su and not self.env.user.has_group("aria_moadian.group_user"):
            raise AccessError(
                self.env._(
                    "Only accountants of the group “Moadian” may do this; ask for the right."
                )
            )
        if self.company_id not in self.env.companies:
            raise AccessError(
                self.env._("You do not work for %(name)s.", name=self.company_id.name)
            )
        if not self.date_start:
            raise UserError(
                self.env._("%(year)s is no year of the Jalali calendar.", year=self.year)
            )

    def _show(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "current",
        }
