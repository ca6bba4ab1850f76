import re

from odoo import fields, models

from ..tools.jalali import from_date, period_of

_PLACEHOLDER = re.compile(r"%\((range_)?(jyear|jy|jmonth|jday)\)s")


class IrSequence(models.Model):
    """Numbers by the Jalali calendar: ``%(jyear)s``, ``%(jy)s``, ``%(jmonth)s``, ``%(jday)s`` and ``range_`` forms."""

    _inherit = "ir.sequence"

    aria_jalali = fields.Boolean(
        "Jalali Years",
        help="Date ranges that are made by themselves last a Jalali year: numbers begin anew at Nowruz.",
    )

    def _get_prefix_suffix(self, date=None, date_range=None):
        # EXTENDS 'base'
        texts = {name: self[name] or "" for name in ("prefix", "suffix")}
        if not any(_PLACEHOLDER.search(text) for text in texts.values()):
            return super()._get_prefix_suffix(date=date, date_range=date_range)
        days = {
            "": self._aria_get_day(date or self.env.context.get("ir_sequence_date")),
            "range_": self._aria_get_day(
                date_range or self.env.context.get("ir_sequence_date_range")
            ),
        }
        filled = {
            name: _PLACEHOLDER.sub(lambda found: self._aria_fill(found, days), text)
            for name, text in texts.items()
        }
        copy = self.new({"name": self.name, **filled})
        return super(IrSequence, copy)._get_prefix_suffix(date=date, date_range=date_range)

    def _aria_get_day(self, value):
        return fields.Date.to_date(value) if value else fields.Date.context_today(self)

    def _aria_fill(self, found, days):
        year, month, day = from_date(days[found[1] or ""])
        values = {"jyear": year, "jy": f"{year % 100:02}", "jmonth": f"{month:02}"}
        return str(values.get(found[2], f"{day:02}"))

    def _create_date_range_seq(self, date):
        # EXTENDS 'base'
        if not self.aria_jalali:
            return super()._create_date_range_seq(date)
        year = period_of("year", fields.Date.to_date(date))
        start, end = year.start, year.end
        # what a person has laid out stays, and the new range fills the gap
        for other in self.date_range_ids.sorted("date_from"):
            if other.date_to < fields.Date.to_date(date):
                start = max(start, fields.Date.add(other.date_to, days=1))
            elif other.date_from <= end:
                end = fields.Date.subtract(other.date_from, days=1)
                break
        # sudo: whoever draws a number needs no right to lay out ranges, as in core
        return (
            self.env["ir.sequence.date_range"]
            .sudo()
            .create({"sequence_id": self.id, "date_from": start, "date_to": end})
        )
