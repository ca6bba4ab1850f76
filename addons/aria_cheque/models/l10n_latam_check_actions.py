from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import SQL

from odoo.addons.aria_persian.tools.dates import format_day
from odoo.addons.aria_workflow.arguments import to_date, to_record, to_text
from odoo.addons.aria_workflow.engine import without_context

from .account_journal import IN, NEW, OUT

ALLOWED = {
    "deposit": ("received",),
    "clear": ("deposited", "endorsed"),
    "bounce": ("received", "deposited", "endorsed"),
    "return": ("received", "deposited", "bounced"),
    "endorse": ("received",),
    "call": ("received",),
}
"""states in which a step may be taken"""


class L10nLatamCheck(models.Model):
    """What an accountant does with cheques: thin steps over Odoo's own payments, one payment for each cheque."""

    _inherit = "l10n_latam.check"  # pylint: disable=consider-merging-classes-inherited

    # ------------------------------------------------------------------ public
    def action_aria_deposit(self, journal=None, date=None):
        """Give these cheques, which are at hand, to a bank for collection.

        :param journal: ``account.journal`` record or id of the bank
        :param date: date or text; nothing is today
        :return: the incoming ``account.payment`` of the bank, one for each cheque
        :raise UserError: not an accountant, a cheque that is not at hand, a journal that cannot collect
        """
        date = self._aria_begin("deposit", date)
        bank = to_record(self.env, "account.journal", journal)
        if not bank:
            raise UserError(self.env._("Choose the bank where the cheques are deposited."))
        line, account = bank._aria_get_collection_line()
        self._aria_check_company(bank.company_id, bank.display_name)
        out = self._aria_pay([c._aria_prepare_transfer_out_vals(date) for c in self])
        into = self._aria_pay(
            [c._aria_prepare_transfer_in_vals(bank, line, account, date) for c in self]
        )
        for sent, got in zip(out, into, strict=True):
            self._aria_reconcile(sent._seek_for_lines()[1] + got._seek_for_lines()[1])
        return self._aria_end(into, date)

    def action_aria_clear(self, date=None):
        """Record that the bank has paid these cheques: deposited ones into our account, endorsed ones to the vendor.

        Not needed where the bank's statement is reconciled in Odoo: the state follows the reconciliation.

        :param date: date of the bank, not in the future; nothing is today
        :return: True
        """
        date = self._aria_begin("clear", date, past=True)
        deposited = self.filtered(lambda c: c.aria_cheque_state == "deposited")
        for check in self - deposited:
            check._aria_engine_write({"aria_closing_payment_id": check._get_last_operation().id})
        deposited._aria_collect(date)
        self._aria_end(None, date)
        return True

    def action_aria_bounce(self, reason=None, date=None):
        """Record that these cheques were not paid: each is owed by its customer again, by a journal entry.

        :param str reason: what the bank has certified
        :param date: date of the bank, not in the future; nothing is today
        :return: the ``account.payment`` that put the amounts back on the customers
        :raise UserError: a cheque that has bounced, was cleared or returned, or is a guarantee
        """
        self._aria_check_accountant()
        reason = to_text(
            self.env, reason, self.env._("Say why the cheque bounced; it is told to sales.")
        )
        date = self._aria_begin("bounce", date, past=True)
        self.filtered(lambda c: c.aria_cheque_state == "endorsed")._aria_take_back(date)
        payments = self._aria_pay(
            [c._aria_prepare_give_back_vals(date, bounced=True) for c in self]
        )
        for check, payment in zip(self, payments, strict=True):
            check._aria_engine_write(
                {
                    "aria_bounce_payment_id": payment.id,
                    "aria_bounce_date": date,
                    "aria_bounce_reason": reason,
                }
            )
        return self._aria_end(payments, date, reason)

    def action_aria_return(self, reason=None, date=None):
        """Give these cheques back to their customers, who owe the amounts again.

        A bounced cheque is owed already, and a guarantee pays nothing: only the paper is given back.

        :param str reason: optional
        :param date: date or text; nothing is today
        :return: the ``account.payment`` that put the amounts back on the customers
        """
        date = self._aria_begin("return", date)
        paper = self.filtered(lambda c: c.aria_is_guarantee or c.aria_cheque_state == "bounced")
        others = self - paper
        payments = self._aria_pay([c._aria_prepare_give_back_vals(date) for c in others])
        for check in paper:
            check._aria_engine_write({"aria_closing_payment_id": check._get_last_operation().id})
        self._aria_engine_write({"aria_return_date": date})
        return self._aria_end(payments, date, reason if isinstance(reason, str) else None)

    def action_aria_endorse(self, partner=None, date=None):
        """Pay a vendor with these cheques.

        :param partner: ``res.partner`` record or id of the vendor
        :param date: date or text; nothing is today
        :return: the ``account.payment`` to the vendor, one for each cheque
        """
        date = self._aria_begin("endorse", date)
        vendor = to_record(self.env, "res.partner", partner)
        if not vendor:
            raise UserError(self.env._("Choose the vendor to whom the cheques are endorsed."))
        for check in self:
            if check.partner_id.commercial_partner_id == vendor.commercial_partner_id:
                raise UserError(
                    self.env._(
                        "Cheque %(cheque)s came from %(partner)s; return it instead of endorsing it.",
                        cheque=check.display_name,
                        partner=vendor.display_name,
                    )
                )
        payments = self._aria_pay([c._aria_prepare_endorse_vals(vendor, date) for c in self])
        return self._aria_end(payments, date)

    def action_aria_call(self, reason=None, date=None, journal=None):
        """Call these guarantee cheques in: each becomes a payment of its customer, by a journal entry.

        From then on it is a cheque like any other: deposited, cleared, bounced, endorsed or returned.

        :param str reason: what the customer has failed to do
        :param date: date or text; nothing is today
        :param journal: ``account.journal`` record or id of the journal of cheques; nothing: the company's first
        :return: the incoming ``account.payment`` of the customers, one for each cheque
        :raise UserError: no reason, or a cheque that is no guarantee or was returned
        """
        self._aria_check_accountant()
        reason = to_text(
            self.env,
            reason,
            self.env._("Say why the guarantee is called in; it is kept in its history."),
        )
        date = self._aria_begin("call", date)
        journal = to_record(self.env, "account.journal", journal)
        if journal:
            self._aria_check_company(journal.company_id, journal.display_name)
        payments = self.env["account.payment"]
        for check in self:
            payments += check._aria_call_in(
                journal or check.company_id._aria_get_first_cheque_journal(), date
            )
        payments.action_post()
        self.env["aria.cheque.event"]._aria_engine_create(
            [
                # sudo: the history is the engine's
                check.sudo()._aria_prepare_event_vals(check.aria_cheque_state, date, reason)
                for check in self
            ]
        )
        return self._aria_end(payments, date)

    def _aria_call_in(self, journal, date):
        """Turn this guarantee into the cheque of a draft payment of its customer; return the payment."""
        line = journal._aria_get_cheque_line("inbound", NEW)
        payment = self._aria_without_defaults(self.env["account.payment"]).create(
            {
                "partner_id": self.partner_id.id,
                "payment_type": "inbound",
                "partner_type": "customer",
                "company_id": self.company_id.id,
                "currency_id": self.currency_id.id,
                "journal_id": journal.id,
                "payment_method_line_id": line.id,
                "date": date,
                "amount": self.amount,
                "memo": self.env._(
                    "Guarantee cheque %(cheque)s called in", cheque=self.display_name
                ),
            }
        )
        # Odoo takes bank and issuer from the customer when a cheque gets its payment; the paper says whose it is
        paper = {"bank_id": self.bank_id.id, "issuer_vat": self.issuer_vat}
        self._aria_engine_write(
            {"payment_id": payment.id, "aria_is_guarantee": False, "aria_call_date": date}
        )
        self.flush_recordset()
        self.write({name: value for name, value in paper.items() if value})
        return payment

    # ------------------------------------------------------------------ before and after a step
    def _aria_check_accountant(self):
        """Refuse those who are no accountants, and cheques that they may not write."""
        if not (self.env.su or self.env.user.has_group("account.group_account_invoice")):
            raise AccessError(
                self.env._("Cheques are moved by accountants only; ask the accounts department.")
            )
        if not self:
            raise UserError(self.env._("Choose at least one cheque."))
        if len(set(self.ids)) != len(self.ids):
            raise UserError(self.env._("A cheque is chosen twice; choose each one once."))
        self.check_access("write")

    def _aria_begin(self, step, date, past=False):
        """Ask the rights, meet others who move the same cheques, and refuse what the state does not allow.

        :return: the date of the step
        """
        self._aria_check_accountant()
        # two at once meet here: the second is replayed by Odoo and told who was first
        self.flush_recordset()
        self.env.execute_query(
            SQL(
                "SELECT id FROM l10n_latam_check WHERE id IN %s ORDER BY id FOR UPDATE",
                tuple(self.ids),
            )
        )
        self._aria_write_events()  # what this transaction has done before stands as a step of its own
        for check in self:
            check._aria_check_step(step)
        day = to_date(self.env, date)
        for check in self:
            check._aria_check_date(day, past)
        return day

    @api.model
    def _aria_without_defaults(self, model):
        """Return ``model`` without the values that a caller's context proposes."""
        return without_context(model, lambda key: key.startswith("default_"))

    def _aria_check_step(self, step):
        """Refuse ``step`` where the state of this cheque does not allow it."""
        name, state = self.display_name, self.aria_cheque_state
        if not state:
            raise UserError(
                self.env._(
                    "Cheque %(cheque)s is not in the books; confirm the payment it came with first.",
                    cheque=name,
                )
            )
        if self.aria_is_guarantee and step not in ("return", "call"):
            raise UserError(
                self.env._("Cheque %(cheque)s is a guarantee; call it in first.", cheque=name)
            )
        if step == "call" and not self.aria_is_guarantee:
            raise UserError(
                self.env._(
                    "Cheque %(cheque)s is no guarantee that could be called in.", cheque=name
                )
            )
        if step == "bounce" and state == "bounced":
            raise UserError(
                self.env._(
                    "Cheque %(cheque)s bounced on %(date)s already and cannot bounce twice; if the customer has"
                    " given it again, register that payment first.",
                    cheque=name,
                    date=self._aria_format_date(self.aria_bounce_date),
                )
            )
        if state not in ALLOWED[step]:
            raise UserError(self._aria_explain_state(step))

    def _aria_explain_state(self, step):
        """Return why this cheque cannot take ``step``, with who moved it last."""
        names = dict(self._fields["aria_cheque_state"]._description_selection(self.env))
        event = self.sudo().aria_event_ids[:1]  # who was first, for the message
        return self.env._(
            "Cheque %(cheque)s is “%(state)s” (%(user)s, %(date)s); this step is for cheques that are %(allowed)s.",
            cheque=self.display_name,
            state=names[self.aria_cheque_state],
            user=event.user_id.name or "–",
            date=self._aria_format_date(event.date),
            allowed=", ".join(names[state] for state in ALLOWED[step]),
        )

    def _aria_check_date(self, day, past):
        last = self._get_last_operation().date
        if last and day < last:
            raise UserError(
                self.env._(
                    "Cheque %(cheque)s was moved on %(last)s; choose that day or a later one.",
                    cheque=self.display_name,
                    last=self._aria_format_date(last),
                )
            )
        if past and day > fields.Date.context_today(self):
            raise UserError(
                self.env._(
                    "%(date)s has not come yet; record what the bank has done when it is done.",
                    date=self._aria_format_date(day),
                )
            )

    @api.model
    def _aria_format_date(self, day):
        return format_day(self.env, day) or "–"

    def _aria_check_company(self, company, name):
        """Refuse cheques of other companies than ``company`` and its branches."""
        for check in self.filtered(lambda c: company not in c.company_id.parent_ids)[:1]:
            raise UserError(
                self.env._(
                    "“%(target)s” does not belong to %(company)s, whose cheque %(cheque)s is; choose another.",
                    target=name,
                    company=check.company_id.display_name,
                    cheque=check.display_name,
                )
            )

    def _aria_end(self, payments, date, reason=None):
        """Write the history of the step; return ``payments`` or none."""
        self._aria_write_events(date, reason)
        return payments if payments is not None else self.env["account.payment"]

    # ------------------------------------------------------------------ payments
    def _aria_get_place(self):
        """Return the journal item on which this cheque stands now, and its account."""
        self.ensure_one()
        last = self._get_last_operation()
        lines = last._seek_for_lines()[0]
        return lines, lines.account_id[:1] or last.outstanding_account_id

    def _aria_prepare_payment_vals(self, date, **values):
        """Return the values of a payment that moves this cheque."""
        return {
            "amount": self.amount,
            "currency_id": self.currency_id.id,
            "company_id": self.company_id.id,
            "date": date,
            "memo": self.env._("Cheque %(cheque)s", cheque=self.display_name),
            "l10n_latam_move_check_ids": [Command.link(self.id)],
            **values,
        }

    def _aria_prepare_out_vals(self, date, **values):
        """Return the values of a payment by which this cheque leaves the journal where it is."""
        journal = self._get_last_operation().journal_id
        if journal.type == "bank":
            line = journal._aria_get_method_line("outbound", "manual")
            line = line or journal._get_available_payment_method_lines("outbound")[:1]
        else:
            line = journal._aria_get_cheque_line("outbound", OUT)
        place = self._aria_get_place()[1]
        return self._aria_prepare_payment_vals(
            date,
            payment_type="outbound",
            journal_id=journal.id,
            payment_method_line_id=line.id,
            outstanding_account_id=place.id,
            **values,
        )

    def _aria_prepare_transfer_out_vals(self, date):
        # to the company's own partner: that is how Odoo's transfer of cheques is told apart
        return self._aria_prepare_out_vals(
            date,
            partner_id=self.company_id.partner_id.id,
            destination_account_id=self.company_id.transfer_account_id.id,
        )

    def _aria_prepare_transfer_in_vals(self, bank, line, account, date):
        return self._aria_prepare_payment_vals(
            date,
            payment_type="inbound",
            partner_id=self.company_id.partner_id.id,
            destination_account_id=self.company_id.transfer_account_id.id,
            journal_id=bank.id,
            payment_method_line_id=line.id,
            outstanding_account_id=account.id,
        )

    def _aria_prepare_give_back_vals(self, date, bounced=False):
        """Return the values of the payment that puts the amount back on the customer's receivable account."""
        memo = (
            self.env._("Cheque %(cheque)s bounced", cheque=self.display_name)
            if bounced
            else self.env._("Cheque %(cheque)s returned", cheque=self.display_name)
        )
        return self._aria_prepare_out_vals(
            date,
            partner_type="customer",
            partner_id=self.partner_id.id,
            destination_account_id=self.payment_id.destination_account_id.id,
            memo=memo,
        )

    def _aria_prepare_endorse_vals(self, vendor, date):
        payable = vendor.with_company(self.company_id).property_account_payable_id
        return self._aria_prepare_out_vals(
            date,
            partner_type="supplier",
            partner_id=vendor.id,
            destination_account_id=payable.id,
        )

    def _aria_take_back(self, date):
        """Take endorsed cheques, which were not paid, back from the vendors, who are owed again."""
        vals_list = []
        for check in self:
            last = check._get_last_operation()
            line = last.journal_id._aria_get_cheque_line("inbound", IN)
            vals_list.append(
                check._aria_prepare_payment_vals(
                    date,
                    payment_type="inbound",
                    partner_type="supplier",
                    partner_id=last.partner_id.id,
                    destination_account_id=last.destination_account_id.id,
                    journal_id=last.journal_id.id,
                    payment_method_line_id=line.id,
                    outstanding_account_id=last.outstanding_account_id.id,
                )
            )
        return self._aria_pay(vals_list)

    def _aria_pay(self, vals_list):
        """Create and post payments; match those that leave with the items on which their cheques stand.

        :return: ``account.payment`` in the order of ``vals_list``
        """
        accounts = [vals.pop("outstanding_account_id") for vals in vals_list]
        payments = self._aria_without_defaults(self.env["account.payment"]).create(vals_list)
        for payment, account in zip(payments, accounts, strict=True):
            # where the cheque stands, whatever account the method proposes: create would compute it anew
            payment.outstanding_account_id = account
        leaving = [
            (payment, payment.l10n_latam_move_check_ids._aria_get_place()[0])
            for payment in payments
            if payment.payment_type == "outbound"
        ]
        # the key says that the cheques stay on a bank's payment, whose method knows none; it opens nothing
        payments.with_context(l10n_ar_skip_remove_check=True).action_post()
        for payment, place in leaving:
            self._aria_reconcile(place + payment._seek_for_lines()[0])
        return payments

    @api.model
    def _aria_reconcile(self, lines):
        lines = lines.filtered(lambda line: line.account_id.reconcile and not line.reconciled)
        if len(lines) > 1 and len(lines.account_id) == 1:
            lines.reconcile()

    # ------------------------------------------------------------------ paid by the bank
    def _aria_collect(self, date):
        """Record the bank's payment of each of these deposited cheques as a transaction of the bank."""
        places = [check._aria_get_place() for check in self]
        vals_list = [
            check._aria_prepare_transaction_vals(account, date)
            for check, (_lines, account) in zip(self, places, strict=True)
        ]
        # sudo: Odoo gives transactions of a bank to higher groups; who may clear cheques was asked above
        model = self._aria_without_defaults(self.env["account.bank.statement.line"].sudo())
        transactions = model.create(vals_list)
        for check, (lines, account), transaction in zip(self, places, transactions, strict=True):
            line = transaction.move_id.line_ids.filtered(
                lambda item, account=account: item.account_id == account
            )
            self._aria_reconcile(lines.sudo(transaction.env.su) + line)
            check._aria_engine_write({"aria_clearing_line_id": line.id})

    def _aria_prepare_transaction_vals(self, account, date):
        """Return the values of the bank's transaction that pays this cheque."""
        journal = self._get_last_operation().journal_id
        currency = journal.currency_id or journal.company_id.currency_id
        vals = {
            "journal_id": journal.id,
            "date": date,
            "payment_ref": self.env._(
                "Cheque %(cheque)s of %(partner)s",
                cheque=self.display_name,
                partner=self.partner_id.display_name,
            ),
            "amount": self.amount,
            "counterpart_account_id": account.id,
        }
        if currency != self.currency_id:
            vals |= {
                "amount": self.currency_id._convert(
                    self.amount, currency, journal.company_id, date
                ),
                "foreign_currency_id": self.currency_id.id,
                "amount_currency": self.amount,
            }
        return vals
