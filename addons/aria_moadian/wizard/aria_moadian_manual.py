import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.aria_persian.tools.letters import search_key, to_latin_digits

from ..lib.constants import MAX_PACKETS

COLUMNS = {
    "taxid": ("شماره منحصر به فرد مالیاتی", "شماره مالیاتی", "taxid", "شماره مالیاتی صورتحساب"),
    "status": ("وضعیت", "وضعیت صورتحساب", "نتیجه", "status"),
    "message": ("خطا", "شرح خطا", "پیام", "توضیحات", "شرح", "message", "error"),
    "reference": ("شماره پیگیری", "کد پیگیری", "شماره مرجع", "referenceNumber"),
}
ACCEPTED = (
    "SUCCESS",
    "موفق",
    "ثبت شده",
    "پذیرفته شده",
    "تایید شده",
    "تایید سیستمی",
    "در انتظار واکنش",
    "عدم نیاز به واکنش",
    "عدم امکان واکنش",
    "رد شده",  # by the buyer: it was taken before; with an error beside it, by the organisation
)
REFUSED = ("FAILED", "ناموفق", "خطا", "نامعتبر", "دارای خطا")
WAITING = ("IN_PROGRESS", "PENDING", "در حال بررسی", "در حال پردازش", "در صف")


class AriaMoadianManualExport(models.TransientModel):
    """Hands waiting packets over as the tables of the tax portal, and takes them out of the queue."""

    _name = "aria.moadian.manual.export"
    _description = "Handing Over by Hand"
    _inherit = ["aria.moadian.sheet.mixin"]

    submission_ids = fields.Many2many("aria.moadian.submission", string="Packets")
    count = fields.Integer("Packets Handed Over", readonly=True)
    waiting_count = fields.Integer(compute="_compute_waiting_count")

    @api.depends("submission_ids")
    def _compute_waiting_count(self):
        for wizard in self:
            wizard.waiting_count = len(
                wizard.submission_ids.filtered(lambda row: row.state == "queued")
            )

    @api.model
    def default_get(self, names):
        # EXTENDS 'base'
        values = super().default_get(names)
        if "submission_ids" in names and not values.get("submission_ids"):
            waiting = self.env["aria.moadian.submission"].search(
                [("state", "=", "queued"), ("company_id", "in", self.env.companies.ids)],
                order="id",
                limit=MAX_PACKETS,
            )
            values["submission_ids"] = [fields.Command.set(waiting.ids)]
        return values

    def action_export(self):
        """Make the file; from then on these packets are not sent by the service's queue."""
        self.ensure_one()
        self._demand_accountant()
        self.submission_ids.check_access("read")
        taken, data = self.submission_ids._hand_over()
        moment = fields.Datetime.context_timestamp(self, fields.Datetime.now())
        self.write(
            {
                "file": base64.b64encode(data),
                "file_name": f"moadian-{moment:%Y%m%d-%H%M%S}.xlsx",
                "count": len(taken),
            }
        )
        return self._reopen()


class AriaMoadianManualResult(models.TransientModel):
    """Takes the portal's table of what became of invoices handed over by hand."""

    _name = "aria.moadian.manual.result"
    _description = "Result of the Tax Portal"
    _inherit = ["aria.moadian.sheet.mixin"]

    state = fields.Selection([("file", "File"), ("done", "Done")], default="file", readonly=True)
    accepted_count = fields.Integer("Accepted", readonly=True)
    refused_count = fields.Integer("Refused", readonly=True)
    waiting_count = fields.Integer("Still Waiting", readonly=True)

    def action_import(self):
        """Move packets on by the table; each row that cannot be used is told by its number."""
        self.ensure_one()
        self._demand_accountant()
        rows = list(self._read_sheet(COLUMNS, ("taxid", "status")))
        packets, bad = self._find_packets(rows), []
        verdicts = {"accepted": {}, "refused": {}, "waiting": {}}
        for number, row in rows:
            packet = packets.get(_number(row))
            verdict, reason = self._judge(row, packet)
            if any(packet in rows_of for rows_of in verdicts.values()):
                reason = self.env._(
                    "%(number)s stands in the file twice; the first row counts.",
                    number=packet.taxid,
                )
            if reason:
                bad.append((number, reason))
            elif verdict:
                verdicts[verdict][packet] = row
        for verdict in ("accepted", "refused"):
            self._conclude(verdict, verdicts[verdict])
        counts = {f"{name}_count": len(found) for name, found in verdicts.items()}
        self.write({"state": "done", "file": False, **counts, **self._tell_bad(bad)})
        return self._reopen()

    def _find_packets(self, rows):
        """Return {tax number: packet} of the rows, locked where they are to be moved on."""
        found = self.env["aria.moadian.submission"].search(
            [
                ("taxid", "in", [_number(row) for _n, row in rows]),
                ("company_id", "in", self.env.companies.ids),
            ]
        )
        manual = found.filtered(lambda row: row.state == "manual")
        if len(manual._lock_in("manual")) < len(manual):
            raise UserError(
                self.env._(
                    "Some of these packets are just being asked for; import again in a minute."
                )
            )
        return {row.taxid: row for row in found}

    def _judge(self, row, packet):
        """Return (what a row says of its packet or None, why the row cannot be used)."""
        verdict = _verdict(row)
        if not packet:
            return None, self.env._(
                "“%(number)s” is no tax number of this database.", number=row["taxid"]
            )
        if not verdict:
            return None, self.env._(
                "%(number)s: “%(status)s” is no known state.",
                number=packet.taxid,
                status=row["status"],
            )
        if packet.state == "manual":
            return verdict, None
        final = {"warned": "accepted"}.get(packet.state, packet.state)
        if verdict in ("waiting", final):
            return None, None  # known already
        return None, self.env._(
            "%(number)s was not handed over by hand, or its result is known already (%(state)s); it stays as it is.",
            number=packet.taxid,
            state=dict(packet._fields["state"]._description_selection(self.env))[packet.state],
        )

    def _conclude(self, verdict, found):
        # sudo: the addon moves packets on; the rights were checked
        packets = self.env["aria.moadian.submission"].sudo().union(*found)
        notes = {packet.id: row.get("message") or row["status"] for packet, row in found.items()}
        findings = {
            packet.id: [
                {
                    "code": "",
                    "path": "",
                    "severity": "error",
                    "fa": notes[packet.id],
                    "en": notes[packet.id],
                }
            ]
            for packet in packets
        }
        packets._move_on(
            verdict,
            notes,
            findings=findings if verdict == "refused" else None,
            reference_number={
                packet.id: row.get("reference") or packet.reference_number
                for packet, row in found.items()
            },
            next_try=None,
        )


def _number(row):
    return to_latin_digits(row["taxid"]).strip().upper()


def _verdict(row):
    """Return accepted, refused or waiting, or None when a row's state is none of the portal's."""
    status = search_key(row["status"])
    for verdict, texts in (("accepted", ACCEPTED), ("refused", REFUSED), ("waiting", WAITING)):
        if status in {search_key(text) for text in texts}:
            buyer = status == search_key("رد شده")
            return "refused" if buyer and row.get("message") else verdict
    return None
