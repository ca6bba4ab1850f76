import re
from functools import cache

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.aria_persian.tools import jalali

UNDER_WAY = ("sent", "in_process")
ACCEPTED = ("accepted", "warned")
# what the board groups by; invoices of other years stand in a group without a name
GROUPS = {
    "aria_moadian_month": "month",
    "aria_moadian_quarter": "quarter",
    "aria_moadian_year": "year",
}
GROUP_YEARS = range(1380, 1451)
GROUP_START = jalali.to_date(GROUP_YEARS[0], 1, 1)
GROUP_END = jalali.to_date(GROUP_YEARS[-1] + 1, 1, 1)
QUARTER = re.compile(r"(1[34][0-9]{2})/([1-4]) \S+")


def _label(period):
    """Return a period as the name of a group, which sorts by time: 1405/07, «1405/3 پاییز», 1405."""
    if period.kind == "month":
        return f"{period.year}/{period.number:02}"
    if period.kind == "quarter":
        return f"{period.year}/{period.number} {jalali.SEASONS[period.number - 1]}"
    return str(period.year)


def _parse_label(text):
    quarter = QUARTER.fullmatch(text)
    if quarter:
        return jalali.Period("quarter", int(quarter[1]), int(quarter[2]))
    return jalali.parse_period(text)


def _domain_of(period):
    return Domain("invoice_date", ">=", period.start) & Domain("invoice_date", "<=", period.end)


@cache
def _steps(kind):
    """Return (first days, names) of all periods of a kind, and of the one after the last."""
    period, starts, labels = jalali.period_of(kind, GROUP_START), [], []
    while period.start <= GROUP_END:
        starts.append(period.start)
        labels.append(_label(period))
        period = period.next()
    return starts, labels


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move"]

    aria_moadian_period = fields.Char(
        "Jalali Period",
        store=False,
        search="_search_aria_moadian_period",
        exportable=False,
        help="A month, quarter or year of the Jalali calendar: 1405/07, مهر 1405, پاییز 1405, 1405.",
    )

    aria_moadian_month = fields.Char(
        "Jalali Month", compute="_compute_aria_moadian_periods", search="_search_aria_moadian_group"
    )
    aria_moadian_quarter = fields.Char(
        "Jalali Quarter",
        compute="_compute_aria_moadian_periods",
        search="_search_aria_moadian_group",
    )
    aria_moadian_year = fields.Char(
        "Jalali Year", compute="_compute_aria_moadian_periods", search="_search_aria_moadian_group"
    )

    @api.depends("invoice_date")
    def _compute_aria_moadian_periods(self):
        for move in self:
            for name, kind in GROUPS.items():
                known = move.invoice_date and GROUP_START <= move.invoice_date < GROUP_END
                move[name] = known and _label(jalali.period_of(kind, move.invoice_date))

    def _field_to_sql(self, alias, fname, query=None):
        # EXTENDS 'account'
        if fname not in GROUPS:
            return super()._field_to_sql(alias, fname, query)
        starts, labels = _steps(GROUPS[fname])
        # the place of a date among the first days of the periods; before the first and after the last there is none
        return SQL(
            "(%s::varchar[])[width_bucket(%s, %s::date[])]",
            [*labels[:-1], None],
            super()._field_to_sql(alias, "invoice_date", query),
            starts,
        )

    @api.model
    def _search_aria_moadian_group(self, operator, value):
        if operator != "in":
            return NotImplemented
        periods = [_parse_label(str(text)) for text in value if text]
        found = Domain.OR([_domain_of(period) for period in periods if period])
        return found | Domain("invoice_date", "=", False) if False in value else found

    @api.model
    def _search_aria_moadian_period(self, operator, value):
        if operator == "in":
            values = list(value)
        elif operator in ("ilike", "=ilike"):
            values = [value]
        else:
            return NotImplemented
        periods = [self._aria_moadian_parse_period(str(text)) for text in values if text]
        return Domain.OR([_domain_of(period) for period in periods])

    @api.model
    def _aria_moadian_parse_period(self, text):
        """Return the period that a text means: ``this_month``, ``last_quarter``, …, or a month, quarter or year."""
        which, _sep, kind = text.partition("_")
        if which in ("this", "last") and kind in ("month", "quarter", "year"):
            period = jalali.period_of(kind, fields.Date.context_today(self))
            return period if which == "this" else period.next(-1)
        period = jalali.parse_period(text)
        if period is None:
            raise UserError(
                self.env._(
                    "“%(text)s” is no period; type a month (1405/07 or مهر 1405), a quarter (پاییز 1405) or a year (1405).",
                    text=text,
                )
            )
        return period

    # ------------------------------------------------------------------ many at once
    def action_aria_moadian_send_many(self):
        """Send the invoices that can be sent and show for each what happened."""
        self._aria_moadian_demand_right()
        memories = self.env["aria.moadian.memory"]._get_for(self.company_id)
        missing = {
            company: company.id not in memories and company._tell_no_aria_memory()
            for company in self.company_id
        }
        reasons = {move: move._aria_not_sendable(missing[move.company_id]) for move in self}
        return self._aria_moadian_each("action_aria_moadian_send", reasons)

    def action_aria_moadian_check_many(self):
        """Judge the invoices again and show for each what stands against it."""
        self._aria_moadian_demand_right()
        reasons = {move: move._aria_not_sendable(False) for move in self}
        return self._aria_moadian_each("action_aria_moadian_check", reasons)

    def action_aria_moadian_cancel_many(self):
        """Cancel the accepted invoices there and show for each what happened."""
        self._aria_moadian_demand_right()
        reasons = {
            move: move.aria_moadian_state not in ACCEPTED
            and self.env._(
                "It is not accepted by the tax organisation; there is nothing to cancel."
            )
            for move in self
        }
        return self._aria_moadian_each("action_aria_moadian_cancel", reasons)

    def _aria_not_sendable(self, missing):
        """Return why an invoice cannot be sent now, or False."""
        if self.state != "posted":
            return self.env._("It is not posted.")
        if self.aria_moadian_state in UNDER_WAY:
            return self.env._("It is on its way already.")
        if self.aria_moadian_state in ACCEPTED:
            return self.env._("It is accepted already.")
        if self.aria_moadian_state == "cancelled":
            return self.env._("It is cancelled there.")
        return missing

    def _aria_moadian_each(self, name, reasons):
        """Call a method on the records without a reason against it; one that fails does not stop the others.

        :return: the action that shows a result for each
        """
        able = self.filtered(lambda move: not reasons[move])
        failed = able._aria_call_apart(name)
        lines = []
        for move in self:
            reason = reasons[move] or failed.get(move)
            outcome = "skipped" if reasons[move] else "failed" if reason else move._aria_outcome()
            message = reason or move.aria_moadian_message
            lines.append({"move_id": move.id, "outcome": outcome, "message": message})
        wizard = self.env["aria.moadian.result"].create(
            {"line_ids": [fields.Command.create(line) for line in lines]}
        )
        return wizard._show()

    def _aria_call_apart(self, name):
        """Call a method on all; when it refuses, on each apart. Return {record: why it was refused}."""
        if not self:
            return {}
        try:
            with self.env.cr.savepoint():
                getattr(self, name)()
            return {}
        except UserError as error:
            if len(self) == 1:
                return {self: str(error)}
        failed = {}
        for move in self:
            failed.update(move._aria_call_apart(name))
        return failed

    def _aria_outcome(self):
        if self.aria_moadian_state in UNDER_WAY:
            return "queued"
        return "blocked" if self.aria_moadian_state in ("to_check", "refused") else "fine"
