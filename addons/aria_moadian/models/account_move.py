import json
import re
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..engine import update_many
from ..invoice import InvoiceBuilder
from ..lib import rules
from ..lib.codes import content_code, explain
from ..lib.constants import END_CODE, FROZEN_BY_REFERENCE, LIMIT, MISSING, PATTERNS, STRUCTURE
from ..lib.packet import canonical_json
from ..sentences import Unfit, in_both
from .aria_moadian_submission import ACCEPTED, REACTIONS

STATES = [
    ("none", "Not for the Tax Organisation"),
    ("to_check", "To Check"),
    ("ready", "Ready"),
    ("sent", "Sent"),
    ("in_process", "In Process"),
    ("accepted", "Accepted"),
    ("warned", "Accepted with Warnings"),
    ("refused", "Refused"),
    ("cancelled", "Cancelled"),
]
SENDABLE = ("to_check", "ready", "refused")
LOCKED = ("sent", "in_process", "cancelled")  # an accepted one is changed and sent as a correction
NOT_COMPARED = ("taxid", "inno", "indatim", "indati2m", "insr", "ins", "irtaxid")
MOST_MESSAGES = 20
MISFIT_LINE = re.compile(r"body\[(\d+)\]")


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "aria.moadian.guard.mixin"]
    _aria_guarded = (
        "aria_moadian_state",
        "aria_moadian_findings",
        "aria_taxid",
        "aria_moadian_deadline",
        "aria_moadian_reaction",
    )

    aria_moadian_state = fields.Selection(
        STATES, "Moadian", default="none", readonly=True, copy=False, index=True
    )
    aria_moadian_findings = fields.Json(readonly=True, copy=False)
    aria_moadian_message = fields.Text(
        "Moadian Message",
        compute="_compute_aria_moadian_message",
        help="What is wrong, and what to do.",
    )
    aria_taxid = fields.Char("Tax Number", readonly=True, copy=False, index="btree_not_null")
    aria_moadian_deadline = fields.Date("Moadian Deadline", readonly=True, copy=False)
    aria_moadian_days_left = fields.Integer("Days Left", compute="_compute_aria_moadian_days_left")
    aria_moadian_reaction = fields.Selection(
        REACTIONS,
        "Reaction of the Buyer",
        readonly=True,
        copy=False,
        help="What the buyer said to the invoice in the tax portal; after 30 days the system approves it.",
    )
    aria_moadian_pattern = fields.Selection(
        [(str(number), en) for number, (_, en) in PATTERNS.items()],
        "Moadian Pattern",
        help="Pattern of the electronic invoice; “Sale” when empty.",
    )
    aria_moadian_settlement = fields.Selection(
        [("cash", "Cash"), ("credit", "Credit")],
        "Moadian Settlement",
        copy=False,
        help="When empty it follows from payments and due date; a part paid is sent as such.",
    )
    aria_moadian_submission_ids = fields.One2many(
        "aria.moadian.submission", "move_id", "Moadian Packets", groups="aria_moadian.group_user"
    )

    # ------------------------------------------------------------------ computed
    @api.depends("aria_moadian_findings")
    @api.depends_context("lang")
    def _compute_aria_moadian_message(self):
        name = "fa" if (self.env.lang or "").startswith("fa") else "en"
        for move in self:
            rows = move.aria_moadian_findings or []
            told = [
                f"{row.get('code', '')} {row.get(name, '')}".strip() for row in rows[:MOST_MESSAGES]
            ]
            move.aria_moadian_message = "\n".join(told) or False

    @api.depends("aria_moadian_deadline", "aria_moadian_state")
    def _compute_aria_moadian_days_left(self):
        today = fields.Date.context_today(self)
        for move in self:
            open_ = move.aria_moadian_deadline and move.aria_moadian_state in SENDABLE
            move.aria_moadian_days_left = (move.aria_moadian_deadline - today).days if open_ else 0

    @api.depends("aria_moadian_state")
    def _compute_show_reset_to_draft_button(self):
        # EXTENDS 'account'
        result = super()._compute_show_reset_to_draft_button()
        self.filtered(
            lambda move: move.aria_moadian_state in LOCKED
        ).show_reset_to_draft_button = False
        return result

    # ------------------------------------------------------------------ life of an invoice
    def _post(self, soft=True):
        # EXTENDS 'account'
        posted = super()._post(soft)
        moves = posted.sudo()  # whoever may post need not be one who sends; nothing is shown to him
        checked = moves._aria_moadian_check()
        moves._aria_moadian_enqueue(
            {move: row for move, row in checked.items() if row[0].auto_send}
        )
        return posted

    @api.ondelete(at_uninstall=False)
    def _unlink_except_at_the_tax_organisation(self):
        self._aria_demand_not_kept()

    def _aria_demand_no_return(self):
        """Refuse to change an invoice of which a return or cancellation is at the organisation, or on its way."""
        # sudo: whoever changes invoices need not see packets; only the name of the invoice is told
        for move in self.filtered(lambda move: move.aria_moadian_state in ACCEPTED).sudo():
            notes = move.reversal_move_ids.filtered(
                lambda note: note.aria_moadian_state in (*ACCEPTED, "sent", "in_process")
            )
            if notes:
                raise UserError(
                    self.env._(
                        "%(invoice)s has the credit note %(note)s at the tax organisation and cannot be corrected any"
                        " more; what is left to change is taken back by another credit note.",
                        invoice=move.name,
                        note=notes[0].name,
                    )
                )

    def _aria_demand_not_kept(self):
        """Refuse to lose an invoice that the tax organisation keeps as valid."""
        # sudo: whoever cancels invoices need not see packets; only the name of the invoice is told
        for move in self.sudo():
            if move.aria_moadian_state not in LOCKED and move._aria_kept():
                raise UserError(
                    self.env._(
                        "%(invoice)s is kept by the tax organisation as %(number)s; post it, then make a credit note or"
                        " cancel it there.",
                        invoice=move.display_name,
                        number=move._aria_kept().taxid,
                    )
                )

    def _aria_kept(self):
        """Return the accepted packet of an invoice that stands at the organisation, which a change would correct."""
        self.ensure_one()
        found = self.aria_moadian_submission_ids.filtered(lambda row: row.state in ACCEPTED)
        if any(row.subject == "3" for row in found):
            return found.browse()
        return found.sorted("id")[-1:]

    def _aria_kept_note(self):
        """Return what an invoice that was reset to draft shows while the organisation keeps it."""
        kept = self._aria_kept()
        if not kept:
            return None
        texts = in_both(
            self.env,
            lambda env: env._(
                "The tax organisation keeps this invoice as %(number)s; what you change is sent as a correction when it"
                " is posted.",
                number=kept.taxid,
            ),
        )
        return [{"code": "", "path": "", "severity": "warning", **texts}]

    @api.model
    def _aria_plain(self, state, findings=None):
        return {"aria_moadian_state": state, "aria_moadian_findings": findings}

    def _aria_moadian_candidates(self):
        """Return {move: memory} of posted sales documents in Rial companies that have a memory."""
        moves = self.filtered(
            lambda move: move.state == "posted" and move.move_type in ("out_invoice", "out_refund")
        )
        # a credit note of what was never sent has nothing to return
        moves = moves.filtered(
            lambda move: move.move_type == "out_invoice" or move._aria_reference()
        )
        memories = self.env["aria.moadian.memory"]._get_for(moves.company_id) if moves else {}
        return {
            move: memories[move.company_id.id] for move in moves if move.company_id.id in memories
        }

    def _aria_moadian_check(self):
        """Judge posted invoices before they are sent; those under way are left alone.

        :return: {move: (memory, invoice without number)} of those that nothing stands against
        """
        open_moves = self.filtered(lambda move: move.aria_moadian_state in ("none", *SENDABLE))
        rows, ready = {}, {}
        for move, memory in open_moves._aria_moadian_candidates().items():
            invoice, findings = move._aria_moadian_prepare(memory)
            blocked = any(row["severity"] == "error" for row in findings)
            if not blocked:
                ready[move] = (memory, invoice)
            date = move.invoice_date or fields.Date.context_today(move)
            rows[move.id] = {
                **self._aria_plain("to_check" if blocked else "ready", findings or None),
                "aria_moadian_deadline": date + timedelta(days=memory.deadline_days),
            }
            if not blocked and move._aria_is_unchanged(invoice):
                rows[move.id].update(self._aria_plain(move._aria_kept().state))
                del ready[move]
        update_many(self, rows)
        return ready

    def _aria_is_unchanged(self, invoice):
        """Whether the organisation keeps just this: posted again as it was, there is nothing to correct."""
        kept = self._aria_kept() if self.move_type == "out_invoice" else None
        if not kept:
            return False
        before, after = (
            {name: value for name, value in document["header"].items() if name not in omitted}
            for document, omitted in (
                (kept._document(), (*NOT_COMPARED, *FROZEN_BY_REFERENCE)),
                (invoice, NOT_COMPARED),
            )
        )
        return _plain([before, kept._document()["body"]]) == _plain([after, invoice["body"]])

    # ------------------------------------------------------------------ building
    def _aria_moadian_prepare(self, memory):
        """Return (invoice without number, findings as dictionaries) of one document."""
        now = datetime.now(timezone.utc)
        builder = InvoiceBuilder(self, now)
        try:
            invoice = self._aria_moadian_document(builder)
            invoice["header"].update(builder.late_fields(invoice["header"], memory.deadline_days))
            invoice = memory._number(invoice, (memory.last_serial or 0) + 1)
        except Unfit as unfit:
            return None, [self._aria_told(unfit)]
        except ValueError as error:
            return None, [self._aria_misfit(str(error))]
        found = rules.check(
            invoice, int(now.timestamp() * 1000), deadline_days=memory.deadline_days
        )
        notes = [
            {"code": "", "path": "body", "severity": "warning", **note} for note in builder.notes
        ]
        told = [self._aria_finding(finding, invoice) for finding in found]
        return invoice, [*told, *notes, *self._aria_difference_findings(invoice)]

    def _aria_moadian_document(self, builder):
        """Return the document of this move: an original, or what a credit note makes of its reference."""
        if self.move_type == "out_invoice":
            kept = self._aria_kept()
            if not kept:
                return builder.build()
            self._aria_demand_standing(kept)
            return builder.build_correction(kept._document(), kept._original()._document())
        reference = self._aria_reference()
        content = reference._document()
        left = builder.remaining(content)
        if any(left.values()):
            return builder.build_return(content, left)
        return builder.build_cancellation(content)

    def _aria_demand_standing(self, kept):
        """A correction is a reference of another only when the buyer has approved it, or need not."""
        if kept.subject != "1" and kept.reaction in ("awaiting_reaction", "rejected"):
            raise Unfit(
                self.env,
                lambda env: env._(
                    "The correction %(number)s is not approved by the buyer; it can be corrected again once it is, or"
                    " cancelled at the tax organisation.",
                    number=kept.taxid,
                ),
            )

    def _aria_reference(self):
        """Return the accepted packet that a credit note changes: the latest of its invoice and earlier returns."""
        self.ensure_one()
        original = self.reversed_entry_id
        found = (
            original.aria_moadian_submission_ids
            | original.reversal_move_ids.aria_moadian_submission_ids
        )
        found = found.filtered(
            lambda row: row.state in ("accepted", "warned") and row.move_id != self
        )
        if any(row.subject == "3" for row in found):
            return found.browse()
        return found.sorted("id")[-1:]

    @api.model
    def _aria_told(self, unfit):
        return {
            "code": "",
            "path": unfit.path,
            "severity": "error",
            "fa": unfit.fa,
            "en": unfit.en,
        }

    @api.model
    def _aria_misfit(self, text):
        """Return a finding of what the library could not compute with: ``body[0].fee: a value is missing.``"""
        path, _sep, reason = text.partition(": ")
        field = path.rpartition(".")[2]
        missing = reason.startswith("a value is missing")
        code = content_code(MISSING if missing else STRUCTURE, field, LIMIT)
        texts, line = explain(code, field), MISFIT_LINE.match(path)
        number = int(line[1]) + 1 if line else 0
        return {
            "code": code,
            "path": path,
            "severity": "error",
            "fa": f"ردیف {number}: {texts.fa}" if line else texts.fa,
            "en": f"Line {number}: {texts.en}" if line else texts.en,
        }

    def _aria_finding(self, finding, invoice):
        """Return a finding as it is kept, with the name of the line it stands in."""
        fa, en = finding.fa, finding.en
        if finding.path.startswith("body["):
            index = int(finding.path[5 : finding.path.index("]")])
            name = invoice["body"][index].get("sstt", "") if index < len(invoice["body"]) else ""
            fa, en = f"ردیف {index + 1} «{name}»: {fa}", f"Line {index + 1} “{name}”: {en}"
        return {
            # a newer field has no number: its code would read as the end of a list
            "code": "" if finding.code == END_CODE else finding.code,
            "path": finding.path,
            "severity": finding.severity,
            "fa": fa,
            "en": en,
        }

    # ------------------------------------------------------------------ actions
    def action_aria_moadian_check(self):
        """Judge the invoices again, after data was corrected."""
        self._aria_moadian_demand_right()
        self._aria_moadian_check()
        return True

    def action_aria_moadian_send(self):
        """Put the invoices that nothing stands against into the queue; the others say what is wrong."""
        self._aria_moadian_demand_right()
        unfit = self.filtered(lambda move: move.state != "posted")
        if unfit:
            raise UserError(
                self.env._(
                    "%(invoice)s is not posted; post it before it is sent.",
                    invoice=unfit[0].display_name,
                )
            )
        self._aria_moadian_enqueue(self._aria_moadian_check())
        return True

    def action_aria_moadian_cancel(self):
        """Cancel accepted invoices at the tax organisation; the books are changed by a credit note of Odoo."""
        self._aria_moadian_demand_right()
        for move in self:
            if move.aria_moadian_state not in ("accepted", "warned"):
                raise UserError(
                    self.env._(
                        "%(invoice)s is not accepted by the tax organisation; there is nothing to cancel.",
                        invoice=move.display_name,
                    )
                )
        memories = self.env["aria.moadian.memory"]._get_for(self.company_id)
        now, prepared = datetime.now(timezone.utc), []
        self._aria_claim(("accepted", "warned"))
        for move in self:
            reference = move.sudo().aria_moadian_submission_ids.filtered(
                lambda row: row.state in ("accepted", "warned")
            )
            reference = reference.sorted("id")[-1:]  # the packet itself is for reading only
            memory = reference.memory_id or memories[move.company_id.id]
            builder = InvoiceBuilder(move, now)
            invoice = builder.build_cancellation(reference._document())
            invoice["header"]["indatim"] = max(
                int(now.timestamp() * 1000), invoice["header"]["indatim"]
            )
            prepared.append((move, memory, invoice, reference))
        self.env["aria.moadian.submission"]._enqueue(prepared)
        return True

    def _aria_moadian_demand_right(self):
        if not self.env.su and not self.env.user.has_group("aria_moadian.group_user"):
            raise AccessError(
                self.env._(
                    "Only accountants of the group “Moadian” may send invoices to the tax organisation."
                )
            )
        self.check_access("write")

    @api.model
    def _aria_moadian_enqueue(self, ready):
        """Queue checked invoices, each once however many ask at the same time.

        :param ready: what :meth:`_aria_moadian_check` returned
        """
        nothing = self.env["aria.moadian.submission"]
        prepared = []
        for move in self.browse([move.id for move in ready])._aria_claim(("ready",)):
            memory, invoice = ready[move]
            prepared.append(
                (
                    move,
                    memory,
                    invoice,
                    move._aria_kept()
                    if move.move_type == "out_invoice"
                    else move._aria_reference(),
                )
            )
        if prepared:
            nothing._enqueue(prepared)

    def _aria_claim(self, states):
        """Move invoices in one of the states on to "sent" and return them.

        The row of the invoice is where two at once meet: the second is replayed by Odoo and finds it sent.
        """
        self.flush_recordset(["aria_moadian_state"])
        if not self:
            return self
        rows = self.env.execute_query(
            SQL(
                "UPDATE account_move SET aria_moadian_state = 'sent' WHERE id IN %s AND aria_moadian_state IN %s"
                " RETURNING id",
                tuple(self.ids),
                tuple(states),
            )
        )
        self.invalidate_recordset(["aria_moadian_state"])
        return self.browse(row[0] for row in rows)


def _plain(document):
    """Return a document as it would be sent, numbers in one form, to compare it with another."""
    return json.loads(canonical_json(document), parse_float=Decimal)
