from odoo import api, models
from odoo.exceptions import AccessError, UserError

LIVE = ("in_process", "paid")
CHEQUES = {"l10n_latam_new_check_ids", "l10n_latam_move_check_ids"}
FROZEN = {
    "amount",
    "company_id",
    "currency_id",
    "date",
    "destination_account_id",
    "journal_id",
    "move_id",
    "outstanding_account_id",
    "partner_id",
    "partner_type",
    "payment_method_line_id",
    "payment_type",
}
"""what says where the cheques of a payment are; Odoo takes it on posted ones, and leaves the entry as it was"""


class AccountPayment(models.Model):
    _inherit = "account.payment"

    def _aria_is_live(self):
        """Return whether this payment's entry stands in the books."""
        return self.state in LIVE and (not self.move_id or self.move_id.state == "posted")

    def write(self, vals):
        # EXTENDS 'l10n_latam_check': what moved cheques is taken back in order, and not exchanged afterwards
        if "state" in vals and vals["state"] not in LIVE:
            self.filtered(lambda p: p._aria_is_live())._aria_check_cheques_are_last()
        self._aria_refuse_changes(vals)
        return super().write(vals)

    def _aria_refuse_changes(self, vals):
        """Refuse to change posted payments, where cheques follow from them."""
        for payment in self if (CHEQUES | FROZEN).intersection(vals) else ():
            moves = payment.l10n_latam_new_check_ids | payment.l10n_latam_move_check_ids
            if (CHEQUES.intersection(vals) and payment.state != "draft") or (
                moves and payment._aria_is_live() and payment._aria_would_change(vals)
            ):
                raise UserError(
                    self.env._(
                        "%(payment)s is posted; reset it to draft before its cheques are changed.",
                        payment=payment.display_name,
                    )
                )

    def _aria_would_change(self, vals):
        return any(
            self._fields[name].convert_to_cache(vals[name], self)
            != self._fields[name].convert_to_cache(self[name], self)
            for name in FROZEN.intersection(vals)
        )

    def _aria_check_cheques_are_last(self):
        """Refuse to take these payments back while one of their cheques has moved on."""
        if not self:
            return
        self.env["l10n_latam.check"].flush_model(["operation_ids"])
        # sudo: whoever may take the payment back is told what stands in the way
        for payment in self.sudo():
            checks = payment.l10n_latam_new_check_ids | payment.l10n_latam_move_check_ids
            for check in checks.filtered("aria_cheque_state"):
                later = check._aria_get_operations_after(payment) - self
                if later:
                    raise UserError(
                        self.env._(
                            "Cheque %(cheque)s was moved on by %(later)s; take that back before %(payment)s.",
                            cheque=check.display_name,
                            later=later[-1].display_name,
                            payment=payment.display_name,
                        )
                    )

    # at_uninstall=True: otherwise the context key "_force_unlink" of any caller skips the check
    @api.ondelete(at_uninstall=True)
    def _unlink_except_cheques_with_history(self):
        # sudo: existence only
        event = (
            self.env["aria.cheque.event"]
            .sudo()
            .search(
                ["|", ("payment_id", "in", self.ids), ("check_id.payment_id", "in", self.ids)],
                limit=1,
            )
        )
        if event:
            raise AccessError(
                self.env._(
                    "Cheque %(cheque)s has a history; cancel the payment instead of deleting it.",
                    cheque=event.check_id.display_name,
                )
            )
