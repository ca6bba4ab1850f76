import json

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.aria_persian.tools import sheets

from ..lib import client as clients
from ..lib.constants import BODY, FIELDS, HEADER, MAX_PACKETS, PAYMENT

SHEETS = {HEADER: "Header", BODY: "Body", PAYMENT: "Payments"}


class AriaMoadianSubmission(models.Model):
    """Packets handed over by hand, for days when the service is down.

    Exported, a packet is "manual": the crons leave it alone, so it does not go out a second time when the service is
    back. It moves on by the portal's result, by the service knowing its tax number, or back into the queue when the
    service says that it does not; should the portal have it all the same, the service refuses the double, and the
    packet is then found by its number.
    """

    _name = "aria.moadian.submission"
    _inherit = ["aria.moadian.submission"]

    def action_export_manual(self):
        """Open the export of packets that wait, as the tables of the tax portal."""
        self._demand_accountant()
        wizard = self.env["aria.moadian.manual.export"].create(
            {"submission_ids": [fields.Command.set(self.ids)]}
        )
        return wizard._reopen()

    def action_take_back(self):
        """Ask the service for packets handed over by hand; those it does not know go back into the queue."""
        self._demand_accountant()
        taken = self._lock_in("manual")
        if not taken:
            raise UserError(
                self.env._(
                    "None of these packets was handed over by hand, or another is at them now."
                )
            )
        try:
            unknown = taken._ask_by_number()
        except clients.MoadianError as error:
            raise UserError(taken.memory_id[:1]._tell(error)) from None
        unknown._send_again()
        return True

    def _demand_accountant(self):
        if not self.env.su and not self.env.user.has_group("aria_moadian.group_user"):
            raise AccessError(
                self.env._(
                    "Only accountants of the group “Moadian” may do this; ask for the right."
                )
            )
        self.check_access("read")

    def _lock_in(self, state):
        """Return, as superuser, those packets that are in a state and that no cron holds."""
        # sudo: the addon moves packets on; its callers have checked the rights
        rows = self.sudo().try_lock_for_update(allow_referencing=True)
        return rows.filtered(lambda row: row.state == state)

    def _hand_over(self):
        """Take waiting packets out of the queue and return the Excel file of them.

        :return: (packets, bytes of the file)
        """
        taken = self._lock_in("queued").sorted("id")
        if not taken:
            raise UserError(
                self.env._(
                    "None of these packets waits in the queue: what was sent, or may have been, is not handed over a"
                    " second time."
                )
            )
        # having gone out once, a double is asked for by its number, not taken for a refusal
        attempts = {row.id: row.attempts + 1 for row in taken}
        now = fields.Datetime.now()
        taken._move_on("manual", attempts=attempts, sent_at=now, next_try=None, findings=None)
        return taken, sheets.write(taken._get_sheets())

    def _get_sheets(self):
        """Return {sheet: rows} of packets: the instruction's field names, their Persian titles, and the values."""
        tables = {name: [] for name in SHEETS}
        for row in self:
            invoice = json.loads(row.content, parse_float=str)
            taxid = invoice["header"]["taxid"]
            tables[HEADER].append(invoice["header"])
            for name in (BODY, PAYMENT):
                tables[name] += [{"taxid": taxid, **part} for part in invoice.get(name) or ()]
        return {title: _table(tables[name]) for name, title in SHEETS.items()}

    # ------------------------------------------------------------------ what became of them
    def _ask_by_number(self):
        """Accept the packets whose tax numbers the service knows; return the others."""
        unknown = self.browse()
        for memory, rows in self.grouped("memory_id").items():
            with memory._connected() as client:
                answers = client.invoice_status(rows.mapped("taxid"))
            known = rows.filtered(
                lambda row, answers=answers: (
                    row.taxid in answers and not answers[row.taxid].get("error")
                )
            )
            known._move_on("accepted", next_try=None, findings=None)
            unknown |= rows - known
        return unknown

    @api.model
    def _cron_manual(self):
        """Ask for packets handed over by hand, a thousand at a time, as soon as the service answers again."""
        progress = self.env["ir.cron"]
        domain = [("state", "=", "manual")]
        progress._commit_progress(remaining=self.search_count(domain))
        for memory in self._memories_of(domain):
            rows, last = self, 0
            while rows := self._manual_after(memory, last):
                last = rows[-1].id
                try:
                    rows._lock_in("manual")._ask_by_number()
                except (UserError, clients.MoadianError):
                    break  # the service is still away
                if not progress._commit_progress(len(rows)):
                    return

    @api.model
    def _manual_after(self, memory, last):
        domain = [("state", "=", "manual"), ("memory_id", "=", memory.id), ("id", ">", last)]
        return self.search(domain, order="id", limit=MAX_PACKETS)


def _table(rows):
    """Return a sheet's rows: names, Persian titles, then the values in the order of the instruction's fields."""
    present = {name for row in rows for name in row}
    names = ["taxid", *(name for name in FIELDS if name in present and name != "taxid")]
    titles = [FIELDS[name].fa if name in FIELDS else name for name in names]
    return [names, titles, *([row.get(name) for name in names] for row in rows)]
