from contextlib import suppress
from datetime import datetime, time, timedelta, timezone

from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.aria_persian.tools.letters import to_latin_digits

from ..lib import client as clients
from ..lib.constants import DAY_MS, MAX_INQUIRY_DAYS, MAX_PAGE_SIZE
from ..lib.packet import PacketFault
from ..lib.taxid import parse_taxid
from ..moments import TEHRAN

LATE_DAYS = 60  # so long after a period its invoices may still have come in
MOST_INVOICES = 10000  # more are compared by the file of the portal, not over the service
MOST_PAGES = 200  # of a window of seven days
ROUNDING = 3  # Rial that a line may differ: three amounts are cut off where the books round
COLUMNS = {
    "taxid": ("شماره منحصر به فرد مالیاتی", "شماره مالیاتی", "taxid", "شماره مالیاتی صورتحساب"),
    "total": ("مجموع صورتحساب", "مبلغ صورتحساب", "مبلغ کل", "مبلغ کل صورتحساب", "tbill"),
    "status": ("وضعیت", "وضعیت صورتحساب", "status"),
}


class AriaMoadianReconcile(models.TransientModel):
    """Compares the books of a period with what the tax organisation holds: over the service, or by the portal's file."""

    _name = "aria.moadian.reconcile"
    _description = "Reconciliation"
    _inherit = ["aria.moadian.period.mixin", "aria.moadian.sheet.mixin"]

    line_ids = fields.One2many("aria.moadian.reconcile.line", "reconcile_id", readonly=True)
    compared = fields.Integer(readonly=True)
    done = fields.Boolean(readonly=True)

    def action_compare(self):
        """Compare, by the file when one is given, else over the service; the form lists what differs."""
        self._check_asked()
        self.line_ids.unlink()
        found = self._read_portal() if self.file else self._ask_service()
        moves = self._get_moves()
        packets = self._get_packets(moves)
        rows = [
            *self._compare_books(moves, packets, found),
            *self._find_strangers(found),
        ]
        self.write(
            {
                "line_ids": [fields.Command.create(row) for row in rows],
                "compared": len(moves),
                "done": True,
                "file": False,
            }
        )
        return self._show()

    # ------------------------------------------------------------------ the books
    def _get_moves(self):
        return self.env["account.move"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "=", "posted"),
                ("move_type", "in", ("out_invoice", "out_refund")),
                ("invoice_date", ">=", self.date_start),
                ("invoice_date", "<=", self.date_end),
            ],
            order="invoice_date, id",
        )

    def _get_packets(self, moves):
        """Return {move: its latest accepted packet}."""
        rows = self.env["aria.moadian.submission"].search(
            [("move_id", "in", moves.ids), ("state", "in", ("accepted", "warned"))], order="id"
        )
        return {row.move_id: row for row in rows}

    def _compare_books(self, moves, packets, found):
        """Yield the rows of documents that the organisation does not have, or has otherwise."""
        for move in moves:
            packet = packets.get(move)
            if move.aria_moadian_state == "cancelled" and not self._is_reversed(move):
                yield self._row("differs", move, move.aria_taxid, self._tell_open(move))
            elif not packet:
                if move.move_type == "out_invoice" or move.aria_moadian_state != "none":
                    yield self._row("books_only", move, note=self._tell_open(move))
            elif packet.taxid not in found:
                note = self.env._(
                    "It was accepted, but is not found there; look in the tax portal."
                )
                yield self._row("books_only", move, packet.taxid, note)
            else:
                yield from self._compare_one(move, packet, found[packet.taxid])

    def _is_reversed(self, move):
        return any(note.state == "posted" for note in move.reversal_move_ids)

    def _tell_open(self, move):
        texts = {
            "none": self.env._("It was never checked: press Send to Moadian on the invoice."),
            "to_check": self.env._("Mend what stands against it, and send it."),
            "ready": self.env._("It is ready: send it."),
            "sent": self.env._("It is on its way."),
            "in_process": self.env._("It is on its way."),
            "refused": self.env._("It was refused: mend it and send it again."),
            "cancelled": self.env._("It is cancelled there; the books need a credit note."),
        }
        return texts.get(move.aria_moadian_state)

    def _compare_one(self, move, packet, there):
        status, total = there.get("status"), there.get("total")
        if status == "CANCELED" and move.aria_moadian_state != "cancelled":
            note = self.env._("It is cancelled there, but stands in the books.")
            yield self._row("differs", move, packet.taxid, note, total)
        elif (
            total is not None
            and packet.subject == "1"
            and abs(total - abs(move.amount_total_signed)) > ROUNDING * len(move.invoice_line_ids)
        ):
            note = self.env._("The amounts differ by more than rounding does.")
            yield self._row("differs", move, packet.taxid, note, total)

    def _row(self, kind, move, taxid=False, note=False, total=None):
        return {
            "kind": kind,
            "move_id": move.id,
            "taxid": taxid,
            "date": move.invoice_date,
            "book_total": abs(move.amount_total_signed),
            "there_total": total or 0,
            "note": note,
        }

    # ------------------------------------------------------------------ what is there
    def _find_strangers(self, found):
        """Yield a row for each tax number of the period there that no packet of this database has."""
        # sudo: a number may belong to another company that sends through the same memory; only its existence counts
        rows = self.env["aria.moadian.submission"].sudo()
        known = set(rows.search([("taxid", "in", list(found))]).mapped("taxid"))
        for taxid, there in found.items():
            if taxid in known or not self._is_of_period(taxid):
                continue
            yield {
                "kind": "there_only",
                "taxid": taxid,
                "date": self._date_of(taxid),
                "there_total": there.get("total") or 0,
                "note": self.env._(
                    "It is not in the books: another program sent it, or the invoice was lost; enter it, or cancel it in the portal."
                ),
            }

    def _date_of(self, taxid):
        with suppress(ValueError):
            moment = datetime.fromtimestamp(parse_taxid(taxid).day * DAY_MS / 1000, timezone.utc)
            return moment.date()
        return False

    def _is_of_period(self, taxid):
        day = self._date_of(taxid)
        return not day or self.date_start <= day <= self.date_end

    def _read_portal(self):
        """Return {tax number: {total, status}} of the portal's file; rows that are none are told."""
        found, bad = {}, []
        for number, row in self._read_sheet(COLUMNS, ("taxid",)):
            taxid = to_latin_digits(row["taxid"]).strip().upper()
            try:
                parse_taxid(taxid)
            except ValueError:
                bad.append((number, self.env._("“%(text)s” is no tax number.", text=row["taxid"])))
                continue
            total = to_latin_digits(row.get("total") or "").replace(",", "").replace("٬", "")
            found[taxid] = {
                "total": int(total) if total.isascii() and total.isdigit() else None,
                "status": "CANCELED" if "ابطال" in (row.get("status") or "") else None,
            }
        self.write(self._tell_bad(bad))
        return found

    def _ask_service(self):
        """Return {tax number: {status}} of what the service holds for the company's memory."""
        memory = self.env["aria.moadian.memory"]._get_for(self.company_id).get(self.company_id.id)
        if not memory:
            raise UserError(self.company_id._tell_no_aria_memory())
        packets = self._get_packets(self._get_moves())
        if len(packets) > MOST_INVOICES:
            raise UserError(
                self.env._(
                    "%(count)s invoices are too many to ask for one by one; choose a month, or give the file of the portal.",
                    count=len(packets),
                )
            )
        try:
            with memory._connected() as client:
                found = self._list_service(client)
                taxids = [row.taxid for row in packets.values()]
                for taxid, answer in client.invoice_status(taxids).items() if taxids else ():
                    if not answer.get("error"):
                        found[taxid] = {"status": answer.get("invoiceStatus")}
        except clients.MoadianError as error:
            raise UserError(memory._tell(error)) from None
        return found

    def _list_service(self, client):
        """Return {tax number: {}} of the packets that came in from the period's start on, by their signed receipts."""
        found = {}
        for start, end in self._windows():
            for page in range(1, MOST_PAGES + 1):
                results = client.inquiry(start, end, page, status="SUCCESS")
                for result in results:
                    with suppress(PacketFault, KeyError, TypeError):
                        found[client.verify_receipt(result)["taxId"]] = {}
                if len(results) < MAX_PAGE_SIZE:
                    break
        return found

    def _windows(self):
        """Yield (start, end) of at most seven days each, from the start of the period until its invoices are in."""
        start = datetime.combine(self.date_start, time(), TEHRAN)
        last = datetime.combine(self.date_end, time.max, TEHRAN) + timedelta(days=LATE_DAYS)
        last = min(last, datetime.now(timezone.utc) + timedelta(minutes=5))
        while start < last:
            end = min(start + timedelta(days=MAX_INQUIRY_DAYS), last)
            yield start, end
            start = end


class AriaMoadianReconcileLine(models.TransientModel):
    _name = "aria.moadian.reconcile.line"
    _description = "Row of the Reconciliation"

    reconcile_id = fields.Many2one(
        "aria.moadian.reconcile", required=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection(
        [
            ("books_only", "In the Books, Not There"),
            ("there_only", "There, Not in the Books"),
            ("differs", "Differs"),
        ]
    )
    move_id = fields.Many2one("account.move", "Invoice")
    taxid = fields.Char("Tax Number")
    date = fields.Date()
    currency_id = fields.Many2one(related="reconcile_id.company_id.currency_id")
    book_total = fields.Monetary("Total in the Books")
    there_total = fields.Monetary("Total There")
    note = fields.Text("What to Do")
