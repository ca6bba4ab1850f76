import json
from decimal import Decimal

from odoo import api, fields, models

from ..lib.constants import SETTLEMENTS
from ..sentences import in_both

# cut off where the books round: a Rial for each of three amounts of a line
MOST_PER_LINE = 3


class AccountMove(models.Model):
    """What an invoice is in the books and what it is at the tax organisation, in Rial, and why they differ."""

    _name = "account.move"
    _inherit = ["account.move"]

    aria_moadian_total = fields.Monetary(
        "Total at the Tax Organisation",
        compute="_compute_aria_moadian_total",
        compute_sudo=True,
        currency_field="company_currency_id",
        help="The organisation cuts amounts off where the books round; a difference of a Rial or two is normal.",
    )
    aria_moadian_settled = fields.Char(
        "Settlement Sent",
        compute="_compute_aria_moadian_total",
        compute_sudo=True,
        help="How the invoice is settled as the organisation has it, with its cash part and the payments listed.",
    )
    aria_moadian_difference = fields.Monetary(
        "Difference from the Books",
        compute="_compute_aria_moadian_difference",
        compute_sudo=True,
        currency_field="company_currency_id",
    )
    aria_moadian_difference_note = fields.Text(
        "Why It Differs", compute="_compute_aria_moadian_difference", compute_sudo=True
    )

    @api.depends("aria_moadian_submission_ids")
    @api.depends_context("lang")
    def _compute_aria_moadian_total(self):
        for move in self:
            document = move._aria_shown_document() or {}
            move.aria_moadian_total = float(document.get("header", {}).get("tbill") or 0)
            move.aria_moadian_settled = move._aria_tell_settlement(document)

    @api.model
    def _aria_tell_settlement(self, document):
        """Return the settlement of a packet in words: kind, cash part, payments; False when it says none."""
        header, payments = document.get("header", {}), document.get("payments") or []
        if header.get("setm") not in SETTLEMENTS:
            return False
        fa, en = SETTLEMENTS[header["setm"]]
        parts = [fa if (self.env.lang or "").startswith("fa") else en]
        if header.get("cap"):
            parts.append(self.env._("cash part %(amount)s Rial", amount=f"{header['cap']:,}"))
        if payments:
            parts.append(
                self.env._(
                    "%(count)s payments of %(amount)s Rial together",
                    count=len(payments),
                    amount=f"{sum(row.get('pv', 0) for row in payments):,}",
                )
            )
        return (", " if parts[0] == en else "، ").join(parts)

    @api.depends("aria_moadian_submission_ids", "aria_moadian_state", "amount_total_signed")
    @api.depends_context("lang")
    def _compute_aria_moadian_difference(self):
        for move in self:
            document = move.move_type == "out_invoice" and (
                move._aria_shown_document() or move._aria_coming_document()
            )
            parts = move._aria_compare(document) if document else []
            move.aria_moadian_difference = sum(there - books for _tell, books, there in parts)
            move.aria_moadian_difference_note = move._aria_tell_difference(parts)

    def _aria_shown_document(self):
        """Return the last packet of an invoice that was not refused, as a dictionary, or None."""
        rows = self.aria_moadian_submission_ids.filtered(
            lambda row: row.state != "refused" and row.subject != "3"
        )
        content = rows.sorted("id")[-1:].content
        return json.loads(content, parse_float=Decimal) if content else None

    def _aria_coming_document(self):
        """Return the invoice that would be sent now, or None when something stands against it."""
        if self.aria_moadian_state != "ready":
            return None
        memory = self.env["aria.moadian.memory"]._get_for(self.company_id).get(self.company_id.id)
        return memory and self._aria_moadian_prepare(memory)[0]

    def _aria_compare(self, document):
        """Return [(function that names an amount, Rial in the books, Rial there)] of those that differ."""
        header = document["header"]
        vat, other = self._aria_book_taxes()
        parts = (
            (
                lambda env: env._("price after discount"),
                abs(self.amount_untaxed_signed),
                header.get("tadis", header.get("torv", 0)),
            ),
            (lambda env: env._("VAT"), vat, header.get("tvam", 0)),
            (lambda env: env._("other taxes and sums"), other, header.get("todam", 0)),
        )
        found = [(tell, round(books, 2), float(there or 0)) for tell, books, there in parts]
        return [part for part in found if abs(part[1] - part[2]) >= 0.01]

    def _aria_book_taxes(self):
        """Return (VAT, other taxes and sums) of the books in Rial; taxes that are not sent are left out."""
        sums = {"vat": 0, "other": 0, "legal": 0}
        for line in self.line_ids:
            kind = line.tax_line_id.aria_moadian_kind
            if kind in sums:
                sums[kind] += line.balance
        sign = 1 if self.move_type == "out_refund" else -1
        return sign * sums["vat"], sign * (sums["other"] + sums["legal"])

    def _aria_tell_difference(self, parts):
        """Return the difference in a sentence for each amount, and why; False when there is none."""
        if not parts:
            return False
        sentences = [self._aria_tell_part(self.env, *part) for part in parts]
        if self._is_aria_cut_off(parts):
            sentences.append(
                self.env._("The organisation cuts amounts off to the Rial where the books round.")
            )
        return "\n".join(sentences)

    @api.model
    def _aria_tell_part(self, env, tell, books, there):
        return env._(
            "%(amount)s: %(books)s Rial in the books, %(there)s at the organisation.",
            amount=tell(env),
            books=f"{books:,.0f}",
            there=f"{there:,.0f}",
        )

    def _is_aria_cut_off(self, parts):
        """Whether differences are no greater than cutting off explains."""
        most = MOST_PER_LINE * max(len(self.invoice_line_ids), 1)
        return all(abs(books - there) <= most for _tell, books, there in parts)

    def _aria_difference_findings(self, document):
        """Warn when an invoice would be told with other amounts than the books have, beyond what cutting off explains."""
        parts = self._aria_compare(document) if self.move_type == "out_invoice" else []
        if self._is_aria_cut_off(parts):
            return []
        return [
            self._aria_warning("body", lambda env, part=part: self._aria_tell_part(env, *part))
            for part in parts
            if not self._is_aria_cut_off([part])
        ]

    @api.model
    def _aria_warning(self, path, tell):
        """Return a warning in both languages; ``tell`` gives the text in the language of an environment."""
        return {"code": "", "path": path, "severity": "warning", **in_both(self.env, tell)}
