"""Payments of an invoice as the electronic invoice lists them: what was paid before it is sent.

Odoo keeps a payment in one of two ways: as an entry that is reconciled with the invoice, or, in a journal without an
outstanding account, as a payment that is matched with the invoice until the line of the bank statement comes.
"""

from datetime import date
from typing import NamedTuple

from odoo import models

from odoo.addons.aria_persian.tools.letters import to_latin_digits

from .lib.constants import CREDIT
from .moments import TEHRAN, issue_moment, milliseconds

# the number of each way of payment in an invoice; the notice of a payment has words for them
NUMBERS = {
    "CHEQUE": 1,
    "BARTER": 2,
    "CASH": 3,
    "POS": 4,
    "INTERNET": 5,
    "CARD": 6,
    "TRANSFER": 7,
    "OTHER": 8,
}
PAYER_DIGITS = 12
STANDING = ("in_process", "paid")


class Paid(NamedTuple):
    """A part of an invoice that was paid: Rial, the day, where, Odoo's payment if any, and whether it has an entry."""

    amount: int
    day: date
    journal: models.Model
    payment: models.Model
    booked: bool


def paid_of(move):
    """Return what was paid of an invoice, by day: a list of :class:`Paid`. Credit notes pay nothing."""
    waiting = [row for row in move.matched_payment_ids if not row.move_id and row.state in STANDING]
    found = []
    for partial in _partials(move):
        line, amount = partial.credit_move_id, int(partial.amount)
        payment = line.move_id.origin_payment_id
        if line.move_id.statement_line_id:  # the bank tells of what was matched before
            known = next((row for row in waiting if _rial(row) == amount), None)
            if known:
                waiting.remove(known)
                payment = known
        if payment:  # what was written off along with it was not paid
            amount = min(amount, _rial(payment))
        found.append(Paid(amount, line.date, line.move_id.journal_id, payment, True))
    found += [Paid(_rial(row), row.date, row.journal_id, row, False) for row in waiting]
    return sorted(found, key=lambda paid: paid.day)


def payment_rows(move, header, now):
    """Return the rows of ``payments``: what was paid by now, together at most the total of the invoice.

    A sale on credit has none: the instruction wants 0 for it.
    """
    if header.get("setm") == CREDIT:
        return []
    rows, rest, today = [], header.get("tbill", 0), now.astimezone(TEHRAN).date()
    for paid in paid_of(move):
        amount = min(paid.amount, rest)
        if amount > 0 and paid.day <= today:
            rows.append(_row(move, paid, amount, now))
            rest -= amount
    return rows


def _partials(move):
    """Return the reconciliations of an invoice with entries of payments; differences of currency pay nothing."""
    if move.amount_residual == move.amount_total:
        return []
    exchange = move.company_id.currency_exchange_journal_id
    lines = [line for line in move.line_ids if line.display_type == "payment_term"]
    return [
        partial
        for line in lines
        for partial in line.matched_credit_ids
        if partial.credit_move_id.move_id.move_type == "entry"
        and partial.credit_move_id.journal_id != exchange
    ]


def _rial(payment):
    return int(abs(payment.amount_company_currency_signed))


def _row(move, paid, amount, now):
    journal, payment = paid.journal, paid.payment
    payer = (payment.partner_id or move.partner_id).commercial_partner_id.aria_national_id or ""
    values = {
        "iinn": _digits(journal.aria_moadian_switch),
        "acn": _digits(journal.aria_moadian_acceptor),
        "trmn": _digits(journal.aria_moadian_terminal),
        "pmt": NUMBERS[_method(paid)],
        "trn": _digits(payment.aria_moadian_tracking),
        "pcn": _digits(payment.aria_moadian_card),
        "pid": _digits(payer) if len(payer) <= PAYER_DIGITS else None,
        "pdt": milliseconds(issue_moment(paid.day, now)),
        "pv": amount,
    }
    return {name: value for name, value in values.items() if value}


def _method(paid):
    return paid.payment.aria_moadian_method or paid.journal.aria_moadian_payment_method or "OTHER"


def _digits(text):
    """Return digits in Latin without blanks and hyphens; None when there are none, or something else."""
    found = to_latin_digits(text or "").replace(" ", "").replace("-", "")
    return found if found.isascii() and found.isdigit() else None
