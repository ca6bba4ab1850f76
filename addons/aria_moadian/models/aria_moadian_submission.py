import hashlib
import json
import uuid
from contextlib import closing
from datetime import timedelta, timezone
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .. import watermark
from ..engine import update_many, with_token
from ..lib import client as clients
from ..lib import packet
from ..lib.constants import CANCELLATION, MAX_INQUIRY_DAYS, MAX_PACKETS, REACTION_DAYS, SUBJECTS

STATES = [
    ("queued", "Waiting"),
    ("sending", "Being Sent"),
    ("taken", "Taken by the Service"),
    ("unknown", "Answer Lost"),
    ("manual", "Handed over by Hand"),
    ("accepted", "Accepted"),
    ("warned", "Accepted with Warnings"),
    ("refused", "Refused"),
]
REACTIONS = [
    ("awaiting_reaction", "Awaited"),
    ("approved", "Approved"),
    ("systemic_approved", "Approved by the System"),
    ("rejected", "Rejected"),
    ("no_need_reaction", "Not Needed"),
    ("impossible_reaction", "Impossible"),
    ("canceled", "Cancelled"),
]
ACCEPTED = ("accepted", "warned")
FINAL = (*ACCEPTED, "refused")
OPEN = ("queued", "sending", "taken", "unknown")
ASKED = ("sending", "taken", "unknown")
# what an invoice shows for a state of its packet
MOVE_STATES = {
    "queued": "sent",
    "sending": "sent",
    "taken": "in_process",
    "unknown": "in_process",
    "manual": "in_process",
}
FIRST_INQUIRY = timedelta(seconds=10)
STALE = timedelta(minutes=3)  # a packet "being sent" for longer was left by a process that died
RESEND_AFTER = timedelta(minutes=10)  # a lost packet that is not found by then never arrived
LONGEST_PAUSE = timedelta(hours=1)
REACTION_PAUSE = timedelta(hours=4)
REACTION_SPAN = timedelta(days=REACTION_DAYS + 10)
DUPLICATE_CODES = ("05001", "0300101")
UNREADABLE_CODE = "04150"
MOST_ATTEMPTS = 5
MAX_NOTE = 4000


class AriaMoadianSubmission(models.Model):
    """A packet for the tax organisation: what was sent, under which number, and what became of it.

    The content never changes; state, reference number and trace id are moved on by the two crons only. Before a
    packet leaves, its trace id is committed: after a kill or a lost answer it is asked for, never sent as a new one.
    """

    _name = "aria.moadian.submission"
    _description = "Packet for the Tax Organisation"
    _inherit = ["aria.moadian.log.mixin"]
    _order = "id desc"
    _rec_name = "taxid"

    move_id = fields.Many2one(
        "account.move", "Invoice", required=True, index=True, ondelete="restrict"
    )
    memory_id = fields.Many2one(
        "aria.moadian.memory", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, index=True, ondelete="restrict")
    subject = fields.Selection(
        [(str(number), en) for number, (_, en) in SUBJECTS.items()], required=True
    )
    reference_id = fields.Many2one(
        "aria.moadian.submission", "Refers to", index=True, ondelete="restrict"
    )
    serial = fields.Integer(required=True)
    taxid = fields.Char("Tax Number", required=True)
    uid = fields.Char("Trace ID", required=True, index=True)
    state = fields.Selection(STATES, required=True, index=True)
    reference_number = fields.Char()
    content = fields.Text(required=True, help="The invoice as it was signed (JSON).")
    packet_hash = fields.Char(required=True, help="SHA-256 of the content.")
    receipt = fields.Text(
        "Signed Receipt", help="What the service signed when it accepted (JWS): the proof of it."
    )
    findings = fields.Json()
    sent_at = fields.Datetime()
    next_try = fields.Datetime(index=True)
    attempts = fields.Integer("Sent (times)")
    tries = fields.Integer(help="Fruitless tries since the last step; they make the pauses longer.")
    reaction = fields.Selection(REACTIONS, "Reaction of the Buyer")
    reaction_asked_at = fields.Datetime()
    event_ids = fields.One2many("aria.moadian.event", "submission_id")

    _taxid_uniq = models.Constraint("UNIQUE(taxid)", "A tax number is used once.")
    _serial_uniq = models.Constraint("UNIQUE(memory_id, serial)", "A serial is used once.")
    _live_uniq = models.UniqueIndex(
        "(move_id, subject, COALESCE(reference_id, 0)) WHERE state != 'refused'",
        "This invoice is on its way already.",
    )
    _queue_idx = models.Index("(memory_id, id) WHERE state = 'queued'")

    # ------------------------------------------------------------------ making
    @api.model
    def _enqueue(self, prepared):
        """Put packets into the queue.

        :param prepared: list of (move, memory, invoice without number, reference submission or empty record); the
            caller has moved the invoices on and holds their rows
        """
        by_memory = {}
        for row in prepared:
            by_memory.setdefault(row[1], []).append(row)
        values = [
            vals for memory, rows in by_memory.items() for vals in self._prepare_vals(memory, rows)
        ]
        submissions = with_token(self).create(values)
        submissions._log("queued")
        self.env.ref("aria_moadian.ir_cron_send")._trigger()
        return submissions

    def _prepare_vals(self, memory, rows):
        first = memory._take_serials(len(rows))
        for serial, (move, _memory, invoice, reference) in enumerate(rows, start=first):
            numbered = memory._number(invoice, serial)
            content = packet.canonical_json(numbered)
            yield {
                "move_id": move.id,
                "memory_id": memory.id,
                "company_id": move.company_id.id,
                "subject": str(numbered["header"]["ins"]),
                "reference_id": reference.id,
                "serial": serial,
                "taxid": numbered["header"]["taxid"],
                "uid": str(uuid.uuid4()),
                "state": "queued",
                "content": content.decode(),
                "packet_hash": hashlib.sha256(content).hexdigest(),
            }

    def _log(self, state, notes=None):
        """Add a row of the log for each packet, in one statement: the ORM would need one for each hundred."""
        notes = notes or {}
        rows = [
            (row.id, row.company_id.id, row.uid, (notes.get(row.id) or "")[:MAX_NOTE] or None)
            for row in self
        ]
        if not rows:
            return
        user, now = self.env.uid, fields.Datetime.now()
        values = SQL(", ").join(
            SQL("(%s, %s, %s, %s, %s, %s, %s, %s, %s)", *row, state, user, now, user, now)
            for row in rows
        )
        self.env.cr.execute(
            SQL(
                "INSERT INTO aria_moadian_event (submission_id, company_id, uid, note, state, create_uid, create_date,"
                " write_uid, write_date) VALUES %s",
                values,
            )
        )
        self.invalidate_recordset(["event_ids"], flush=False)

    def _move_on(self, state, notes=None, **columns):
        """Move packets on to a state, with a row of the log each; ``columns``: {field: value or {id: value}}."""
        if not self:
            return
        rows = {}
        for row in self:
            given = {
                name: value.get(row.id) if isinstance(value, dict) else value
                for name, value in columns.items()
            }
            rows[row.id] = {"state": state, **given}
        update_many(self, rows)
        self._log(state, notes)
        self._show_on_moves()

    def _show_on_moves(self):
        """Let the invoices show what became of their packets, in one statement."""
        rows = {}
        for row in self.sorted("id"):
            rows[row.move_id.id] = row._move_values()
            if row.subject == str(CANCELLATION) and row.state in ACCEPTED:
                for cancelled in row._chain():
                    rows[cancelled.move_id.id] = cancelled._cancelled_values()
        update_many(self.env["account.move"], rows)

    def _is_own_cancellation(self):
        return self.subject == str(CANCELLATION) and self.reference_id.move_id == self.move_id

    def _move_values(self):
        """Return what the invoice of a packet shows; a refused number is no number of the invoice."""
        if self._is_own_cancellation():
            # while it is under way the invoice is in process; refused, the invoice stands as before
            state = MOVE_STATES.get(self.state, self.reference_id.state)
            number = self.reference_id.taxid
        else:
            state = MOVE_STATES.get(self.state, self.state)
            own = (
                self.reference_id.move_id == self.move_id
            )  # a refused correction leaves what it corrects
            refused = self.reference_id.taxid if own else None
            number = self.taxid if self.state != "refused" else refused
        return {
            "aria_moadian_state": state,
            "aria_moadian_findings": self.findings or None,
            "aria_taxid": number,
        }

    def _cancelled_values(self):
        return {
            "aria_moadian_state": "cancelled",
            "aria_moadian_findings": None,
            "aria_taxid": self.taxid,
        }

    def _document(self):
        """Return the invoice of a packet as a dictionary, fractions exact."""
        return json.loads(self.content, parse_float=Decimal)

    def _original(self):
        """Return the packet of the original that this one corrects, itself when it is one."""
        return (self | self._chain()).sorted("id")[:1]

    def _chain(self):
        """Return the packets that this one refers to, up to the original."""
        found, row = self.browse(), self.reference_id
        while row:
            found |= row
            row = row.reference_id
        return found

    # ------------------------------------------------------------------ sending
    @api.model
    def _cron_send(self):
        """Send what waits, memory by memory, up to 1,000 packets in one call, with a commit before and after it."""
        progress = self.env["ir.cron"]
        progress._commit_progress(remaining=self.search_count(self._queue_domain()))
        for memory in self._memories_of([("state", "=", "queued")]):
            while batch := self._next_batch(memory):
                batch._send(memory)
                if not progress._commit_progress(len(batch)):
                    return
                if any(row.state == "queued" for row in batch):
                    break  # the service cannot be reached: later

    @api.model
    def _memories_of(self, domain):
        """Return the fiscal memories of packets, archived ones too: what was queued is brought to its end."""
        return [memory for (memory,) in self._read_group(domain, ["memory_id"])]

    @api.model
    def _queue_domain(self):
        return [
            ("state", "=", "queued"),
            ("memory_id.halted", "=", False),
            *self._due_domain(),
        ]

    @api.model
    def _due_domain(self):
        """Return the domain of packets whose pause is over; one that is longer than any was set by a wrong clock."""
        now = fields.Datetime.now()
        never = now + LONGEST_PAUSE + STALE
        return [
            *("|", ("next_try", "=", False)),
            *("|", ("next_try", "<=", now), ("next_try", ">", never)),
        ]

    @api.model
    def _waiting_of(self, memory):
        return self.search([("state", "=", "queued"), ("memory_id", "=", memory.id)])

    def _ask_before_sending(self):
        """Ask for packets that wait: in a restored database they may have been sent in the time that was lost."""
        self._move_on("unknown", sent_at={row.id: row.create_date for row in self}, next_try=None)
        self.env.ref("aria_moadian.ir_cron_inquire")._trigger()

    @api.model
    def _next_batch(self, memory):
        """Return locked packets of a memory that wait; another worker's are left to it."""
        waiting = self.search(
            [*self._queue_domain(), ("memory_id", "=", memory.id)], order="id", limit=MAX_PACKETS
        )
        return waiting.try_lock_for_update(allow_referencing=True).filtered(
            lambda row: row.state == "queued"
        )

    def _send(self, memory):
        try:
            client = memory._make_client()
        except UserError as error:
            self._put_off("queued", error)
            return
        with closing(client):
            try:
                if memory._stop_if_restored(client):
                    self._put_off("queued", UserError(memory.halt_note))
                    return
                packets = [client.make_packet(row.content, row.uid) for row in self]
            except clients.MoadianError as error:
                self._put_off("queued", error)
                return
            sends = {row.id: row.attempts + 1 for row in self}
            self._move_on("sending", sent_at=fields.Datetime.now(), attempts=sends, tries=0)
            # from here on the trace ids are safe: whatever happens, they can be asked for
            self.env["ir.cron"]._commit_progress()
            watermark.raise_to(self.env.cr.dbname, memory.name, max(self.mapped("serial")))
            self._post_packets(client, packets)

    def _post_packets(self, client, packets):
        try:
            receipts = client.send(packets)
        except clients.OutcomeUnknown as error:
            self._put_off("unknown", error)
        except clients.MoadianError as error:
            self._put_off("queued", error)
        else:
            self._take_receipts(receipts)

    def _take_receipts(self, receipts):
        numbers = {receipt.uid: receipt.reference_number for receipt in receipts}
        taken = self.filtered(lambda row: row.uid in numbers)
        soon = fields.Datetime.now() + FIRST_INQUIRY
        references = {row.id: numbers[row.uid] for row in taken}
        taken._move_on("taken", reference_number=references, next_try=soon, findings=None)
        (self - taken)._move_on("unknown", next_try=soon)
        self.env.ref("aria_moadian.ir_cron_inquire")._trigger(soon)

    def _put_off(self, state, error=None):
        """Leave packets in a state and try again later, at growing distances; the invoices show why."""
        now = fields.Datetime.now()
        pauses = {
            row.id: now + min(FIRST_INQUIRY * 2 ** min(row.tries, 12), LONGEST_PAUSE)
            for row in self
        }
        columns = {"next_try": pauses, "tries": {row.id: row.tries + 1 for row in self}}
        if error is not None:
            columns["findings"] = [_told(error)]
        self._move_on(state, dict.fromkeys(self.ids, str(error or "")), **columns)
        cron = "ir_cron_send" if state == "queued" else "ir_cron_inquire"
        if pauses:
            self.env.ref(f"aria_moadian.{cron}")._trigger(min(pauses.values()))

    # ------------------------------------------------------------------ asking
    @api.model
    def _cron_inquire(self):
        """Ask for the fate of what was sent, memory by memory, up to 1,000 packets between two commits."""
        progress = self.env["ir.cron"]
        progress._commit_progress(remaining=self.search_count(self._asked_domain()))
        for memory in self._memories_of([("state", "in", ASKED)]):
            domain = [*self._asked_domain(), ("memory_id", "=", memory.id)]
            while batch := self.search(domain, order="id", limit=MAX_PACKETS).try_lock_for_update(
                allow_referencing=True
            ):
                batch._inquire(memory)
                if not progress._commit_progress(len(batch)):
                    return

    @api.model
    def _asked_domain(self):
        now = fields.Datetime.now()
        # sent in the future: the clock was ahead
        left = ["|", ("sent_at", "<", now - STALE), ("sent_at", ">", now + STALE)]
        asked = ["&", ("state", "in", ("taken", "unknown")), *self._due_domain()]
        return ["|", *asked, "&", ("state", "=", "sending"), *left]

    def _inquire(self, memory):
        try:
            with memory._connected() as client:
                results = self._ask(client)
                self._settle(results, client)
        except (UserError, clients.MoadianError) as error:
            for state, rows in (
                self.filtered(lambda row: row.state in ASKED).grouped("state").items()
            ):
                rows._put_off(_after_asking(state), error)

    def _ask(self, client):
        """Return {uid: result}, asking in the window around each time of sending, or up to now if that lies ahead."""
        now = fields.Datetime.now().replace(tzinfo=timezone.utc)
        found = {}
        for rows in self.grouped(lambda row: row.sent_at.date()).values():
            earliest = min(rows.mapped("sent_at")).replace(tzinfo=timezone.utc)
            if earliest > now:  # the clock was ahead: when it was sent nobody knows
                earliest = now - timedelta(days=MAX_INQUIRY_DAYS - 1)
            start, end = clients.window_around(earliest, now)
            for result in client.inquiry_by_uid(
                rows.mapped("uid"), start, end, self.memory_id.name
            ):
                found[result.uid] = result
        return found

    def _settle(self, results, client):
        for verdict, rows in self.grouped(lambda row: row._verdict(results.get(row.uid))).items():
            if verdict in FINAL:
                rows._conclude(verdict, results, client)
            elif verdict == "again":
                client.forget_server_key()  # the service may have changed it: what it cannot open, it never saw
                rows._send_again()
            else:
                for state, part in rows.grouped("state").items():
                    part._put_off(_after_asking(state))

    def _verdict(self, result):
        """Return what a result means for a packet: a final state, "again" or "wait"."""
        status = result.status if result else "NOT_FOUND"
        if status == "SUCCESS":
            return "warned" if result.warnings else "accepted"
        if status == "FAILED":
            closed = any(message.code == UNREADABLE_CODE for message in result.errors)
            return "again" if closed and self.attempts < MOST_ATTEMPTS else "refused"
        if status == "TIMEOUT":
            return "again"
        lost = status == "NOT_FOUND" and self.state != "taken"
        # a time far ahead is that of a wrong clock; sent too early again, it would be refused as its own double
        return (
            "again" if lost and abs(fields.Datetime.now() - self.sent_at) > RESEND_AFTER else "wait"
        )

    def _conclude(self, verdict, results, client):
        twice = self.filtered(
            lambda row: verdict == "refused" and row._was_stored_before(results[row.uid])
        )
        stored = twice._find_stored(client) if twice else twice
        for state, rows in (("accepted", stored), (verdict, self - stored)):
            rows._move_on(
                state,
                {row.id: _note(results[row.uid]) for row in rows},
                receipt={row.id: results[row.uid].sign or None for row in rows},
                findings={
                    row.id: _findings(results[row.uid]) if state != "accepted" else None
                    for row in rows
                },
                reference_number={
                    row.id: results[row.uid].reference_number or row.reference_number
                    for row in rows
                },
                next_try=None,
            )

    def _find_stored(self, client):
        """Return those of packets refused as doubles that are the double of themselves: the first was taken.

        Below the highest serial of a stop (a restored database) a number may be that of another invoice: there only
        the answer to the trace id of the first counts.
        """
        known = client.invoice_status(self.mapped("taxid"))
        earlier = {
            event.uid: row for row in self for event in row.event_ids if event.uid != row.uid
        }
        now = fields.Datetime.now().replace(tzinfo=timezone.utc)
        start, end = clients.window_around(now - timedelta(days=MAX_INQUIRY_DAYS - 1), now)
        answers = client.inquiry_by_uid([*earlier], start, end, self.memory_id.name)
        taken = {earlier[row.uid] for row in answers if row.status == "SUCCESS"}
        return self.filtered(
            lambda row: (
                row in taken
                or (
                    row.serial > row.memory_id.halt_serial
                    and not (known.get(row.taxid) or {"error": "NOT_FOUND"}).get("error")
                )
            )
        )

    def _was_stored_before(self, result):
        """Whether a packet that went out twice was refused as its own double."""
        return self.attempts > 1 and any(
            message.code.startswith(DUPLICATE_CODES) for message in result.errors
        )

    # ------------------------------------------------------------------ reactions of buyers
    @api.model
    def _cron_reactions(self):
        """Ask what buyers said to accepted invoices, a hundred at a time, until they said it or their days are over."""
        progress = self.env["ir.cron"]
        progress._commit_progress(remaining=self.search_count(self._awaiting_domain()))
        for memory in self._memories_of(self._awaiting_domain()):
            domain = [*self._awaiting_domain(), ("memory_id", "=", memory.id)]
            while batch := self.search(domain, order="id", limit=100).try_lock_for_update(
                allow_referencing=True
            ):
                try:
                    with memory._connected() as client:
                        batch._take_reactions(client.invoice_status(batch.mapped("taxid")))
                except (UserError, clients.MoadianError):
                    break  # the next run asks again
                if not progress._commit_progress(len(batch)):
                    return

    @api.model
    def _awaiting_domain(self):
        now = fields.Datetime.now()
        return [
            ("state", "in", ACCEPTED),
            ("subject", "!=", str(CANCELLATION)),
            ("reaction", "in", (False, "awaiting_reaction")),
            ("create_date", ">", now - REACTION_SPAN),
            *("|", ("reaction_asked_at", "=", False)),
            *(
                "|",
                ("reaction_asked_at", "<", now - REACTION_PAUSE),
                ("reaction_asked_at", ">", now),
            ),
        ]

    def _take_reactions(self, answers):
        """Keep what the service says of invoices; values it never documented are left out."""
        known, now = dict(REACTIONS), fields.Datetime.now()
        rows, moves = {}, {}
        for row in self:
            said = str((answers.get(row.taxid) or {}).get("invoiceStatus") or "").lower()
            reaction = said if said in known else row.reaction
            rows[row.id] = {"reaction": reaction or None, "reaction_asked_at": now}
            moves[row.move_id.id] = {"aria_moadian_reaction": reaction or None}
        update_many(self, rows)
        update_many(self.env["account.move"], moves)

    def _send_again(self):
        """Put packets that never arrived back into the queue: same number, same content, a new trace id."""
        self._move_on(
            "queued", uid={row.id: str(uuid.uuid4()) for row in self}, next_try=None, tries=0
        )
        self.env.ref("aria_moadian.ir_cron_send")._trigger()


def _after_asking(state):
    return "unknown" if state == "sending" else state


def _told(error):
    """Return an error of the library or of Odoo as an invoice shows it: a warning, for it is tried again."""
    fa, en = getattr(error, "fa", str(error)), getattr(error, "en", str(error))
    return {"code": "", "path": "", "severity": "warning", "fa": fa, "en": en}


def _note(result):
    """Return the answer of the service for the log; its signed receipt is kept apart."""
    raw = {name: value for name, value in result.raw.items() if name != "sign"}
    return json.dumps(raw, ensure_ascii=False) if result.messages else ""


def _findings(result):
    """Return the messages of a result as an invoice shows them."""
    return [
        {
            "code": message.code,
            "path": message.reading.field,
            "severity": message.severity,
            "fa": message.text or message.reading.fa,
            "en": message.reading.en,
        }
        for message in result.messages
        if message.code != "00000"
    ]
