from odoo import models
from odoo.exceptions import RedirectWarning, UserError

NEW, IN, OUT = "new_third_party_checks", "in_third_party_checks", "out_third_party_checks"


class AccountJournal(models.Model):
    _inherit = "account.journal"

    def _aria_get_method_line(self, payment_type, *codes):
        """Return the first method of this journal, by the order of ``codes``, empty when there is none.

        :param str payment_type: ``inbound`` or ``outbound``
        """
        lines = self._get_available_payment_method_lines(payment_type)
        for code in codes:
            if found := lines.filtered(lambda line, code=code: line.code == code):
                return found[:1]
        return lines[:0]

    def _aria_get_cheque_line(self, payment_type, code):
        """Return the method ``code`` of this journal of cheques.

        :raise RedirectWarning: there is none
        """
        line = self._aria_get_method_line(payment_type, code)
        if not line:
            # sudo: the name of a method of Odoo's, for the message
            method = (
                self.env["account.payment.method"].sudo().search([("code", "=", code)], limit=1)
            )
            self._aria_refuse_journal(
                self.env._(
                    "Journal “%(journal)s” lacks the payment method “%(method)s”; add it to the journal.",
                    journal=self.display_name,
                    method=method.name,
                )
            )
        return line

    def _aria_get_collection_line(self):
        """Return the incoming method of this bank, and the account where cheques in collection stand.

        :return: (method line, account)
        :raise UserError: the journal is no bank, or it would count as paid what is only deposited
        """
        self.ensure_one()
        if self.type != "bank":
            raise UserError(
                self.env._(
                    "“%(journal)s” is not a bank; choose the bank where the cheques are deposited.",
                    journal=self.display_name,
                )
            )
        lines = self._get_available_payment_method_lines("inbound")
        own = lines.filtered(
            lambda line: (
                line.payment_account_id.reconcile
                and line.payment_account_id != self.default_account_id
            )
        )[:1]
        if own:
            return own, own.payment_account_id
        # methods without an account of their own stand on Odoo's account for outstanding receipts
        common = lines.filtered(lambda line: not line.payment_account_id)[:1]
        template = self.env["account.chart.template"].with_company(self.company_id.root_id)
        account = template.ref("account_journal_payment_debit_account_id", raise_if_not_found=False)
        if not (common and account and account.reconcile):
            self._aria_refuse_journal(
                self.env._(
                    "Bank “%(journal)s” has no account for cheques in collection; give one of its incoming"
                    " payment methods an outstanding account that can be reconciled.",
                    journal=self.display_name,
                )
            )
        return common, account

    def _aria_refuse_journal(self, message):
        """Refuse with ``message`` and the way to the journal."""
        action = {
            "type": "ir.actions.act_window",
            "res_model": "account.journal",
            "res_id": self.id,
            "views": [(False, "form")],
        }
        raise RedirectWarning(message, action, self.env._("Open the Journal"))
