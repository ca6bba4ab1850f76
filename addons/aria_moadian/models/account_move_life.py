from odoo import api, models
from odoo.exceptions import UserError

from ..engine import update_many
from .account_move import LOCKED
from .account_move_particulars import PARTICULAR_FIELDS
from .aria_moadian_submission import ACCEPTED

SALES = ("out_invoice", "out_refund")
# what says to whom, when and for whom was sold: the packet says it too
FROZEN = (
    "partner_id",
    "invoice_date",
    "currency_id",
    "company_id",
    "move_type",
    "reversed_entry_id",
    "aria_moadian_pattern",
    "aria_moadian_settlement",
    *PARTICULAR_FIELDS,
)


class AccountMove(models.Model):
    """What may become of an invoice that the tax organisation has: guarded where every path passes."""

    _name = "account.move"
    _inherit = ["account.move"]

    def write(self, vals):
        # EXTENDS 'account'
        leaving = self._aria_leaving(vals.get("state"))
        leaving._aria_demand_free(vals.get("state"))
        self._aria_demand_unchanged(vals)
        result = super().write(vals)
        leaving._aria_take_back()
        if vals.get("state") == "posted":
            # sudo: posted past the button, a change of what the organisation keeps is judged all the same
            self.filtered("aria_moadian_findings").sudo()._aria_moadian_check()
        return result

    def _aria_leaving(self, state):
        """Return the sales documents that a change of state takes out of the posted ones, or from draft to cancelled."""
        if state not in ("draft", "cancel"):
            return self.browse()
        return self.filtered(lambda move: move.move_type in SALES and move.state != state)

    def _aria_demand_free(self, state):
        """Refuse to reset or cancel in the books what the organisation has, but by the way that it is told of."""
        for move in self:
            accepted_note = move.move_type == "out_refund" and move.aria_moadian_state in ACCEPTED
            if move.aria_moadian_state in LOCKED or accepted_note:
                raise UserError(
                    self.env._(
                        "%(invoice)s is at the tax organisation and cannot be reset to draft; make a credit note,"
                        " which is sent as a return or cancellation, or cancel it there first.",
                        invoice=move.name,
                    )
                )
        if state == "cancel":
            self._aria_demand_not_kept()
        else:
            self._aria_demand_no_return()

    def _aria_take_back(self):
        """Let documents that left the posted ones show nothing but what the organisation keeps of them."""
        # sudo: whoever resets an invoice need not see packets; only the number of the invoice is told
        shown = self.filtered(lambda move: move.aria_moadian_state != "none").sudo()
        update_many(
            shown, {move.id: self._aria_plain("none", move._aria_kept_note()) for move in shown}
        )

    def _aria_demand_unchanged(self, vals):
        """Refuse to change, under a posted document, what its packet says."""
        names = [name for name in FROZEN if name in vals]
        if not names or vals.get("state") == "draft":
            return
        for move in self.filtered(lambda move: move._is_aria_fixed()):
            if any(self._field_will_change(move, vals, name) for name in names):
                raise self._aria_fixed_error(move)

    def _is_aria_fixed(self):
        """Whether a posted document is at the tax organisation, or on its way: what it says stands in a packet."""
        return self.state == "posted" and self.aria_moadian_state in (*LOCKED, *ACCEPTED)

    @api.model
    def _aria_fixed_error(self, move):
        return UserError(
            self.env._(
                "%(invoice)s is at the tax organisation; reset it to draft to change it, or make a credit note.",
                invoice=move.name,
            )
        )

    def button_cancel(self):
        # EXTENDS 'account'
        # before core resets a posted one to draft
        self.filtered(lambda move: move.move_type in SALES)._aria_demand_not_kept()
        return super().button_cancel()
