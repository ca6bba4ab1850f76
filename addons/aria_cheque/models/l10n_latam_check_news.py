from odoo import api, fields, models
from odoo.tools import SQL, formatLang

QUEUE = "aria.cheque.event"


class L10nLatamCheck(models.Model):
    """History of cheques, and what sales is told."""

    _inherit = "l10n_latam.check"  # pylint: disable=consider-merging-classes-inherited

    # ------------------------------------------------------------------ history
    def _compute_field_value(self, field):
        # EXTENDS 'mail': every change of state passes here, whatever entry has made it
        result = super()._compute_field_value(field)
        if field.name == "aria_cheque_state":
            self._aria_queue_events()
        return result

    def _aria_queue_events(self):
        queued = self.env.cr.precommit.data.setdefault(QUEUE, set())
        if not queued:
            self.env.cr.precommit.add(self.browse()._aria_write_events)
        queued.update(id_ for id_ in self.ids if id_)

    @api.model
    def _aria_write_events(self, date=None, reason=None):
        """Write a row of history for each cheque whose state is not that of its last row.

        :param date: accounting date; nothing: that of the payment that moved the cheque
        :param str reason: why, where somebody said it
        """
        self.env["l10n_latam.check"].flush_model(["aria_cheque_state"])
        ids = self.env.cr.precommit.data.pop(QUEUE, set())
        # sudo: the history is the engine's; who moved the cheque was asked where it was moved
        checks = self.sudo().browse(sorted(ids)).exists()
        before = checks._aria_get_last_states()
        moved = checks.filtered(lambda c: (c.aria_cheque_state or None) != before.get(c.id))
        self.env["aria.cheque.event"]._aria_engine_create(
            [c._aria_prepare_event_vals(before.get(c.id), date, reason) for c in moved]
        )
        moved.filtered(lambda c: c.aria_cheque_state == "bounced")._aria_tell_sales()

    def _aria_get_last_states(self):
        """Return the state after the last step of each cheque that has a history: {id: state or None}."""
        if not self:
            return {}
        return dict(
            self.env.execute_query(
                SQL(
                    "SELECT DISTINCT ON (check_id) check_id, to_state FROM aria_cheque_event"
                    " WHERE check_id IN %s ORDER BY check_id, id DESC",
                    tuple(self.ids),
                )
            )
        )

    def _aria_prepare_event_vals(self, before, date, reason):
        last = self._get_last_operation()
        is_ours = last.partner_id == self.company_id.partner_id
        return {
            "check_id": self.id,
            "company_id": self.company_id.id,
            "partner_id": (self.partner_id if is_ours or not last else last.partner_id).id,
            "from_state": before,
            "to_state": self.aria_cheque_state,
            "date": date or last.date or fields.Date.context_today(self),
            "user_id": self.env.uid,
            "reason": reason,
            "payment_id": last.id,
        }

    # ------------------------------------------------------------------ sales
    def _aria_tell_sales(self):
        """Refer these (superuser) bounced cheques to the customers' salespersons, else to the unit of sales."""
        if not self:
            return
        # a cheque that somebody holds already changes hands: one piece of work for one cheque
        self._aria_cancel_open_referrals()
        sales = self.env.ref("aria_workflow.unit_sales", raise_if_not_found=False)
        for (user, customer), checks in self.grouped(
            lambda c: (c._aria_get_salesperson(), c.partner_id)
        ).items():
            unit = self.env["aria.unit"].browse() if user else sales and sales.filtered("active")
            if user or unit:
                checks._aria_open_referrals(
                    unit,
                    user,
                    summary=self.env._(
                        "Bounced cheque of %(customer)s", customer=customer.display_name
                    ),
                    note=self.env._("Talk to the customer: the amount is owed again."),
                    priority="1",
                )

    def _aria_get_salesperson(self):
        """Return who looks after this cheque's customer and can be told, empty when nobody can."""
        customer = self.partner_id
        for user in (customer.user_id, customer.commercial_partner_id.user_id):
            if user.active and not user.share and self.company_id in user.company_ids:
                return user
        return self.env["res.users"].sudo()  # empty

    def _aria_referral_card(self):
        # EXTENDS 'aria_workflow': sales sees no books, so the card says what has happened
        cards = super()._aria_referral_card()
        for check in self:
            amount = formatLang(self.env, check.amount, currency_obj=check.currency_id)
            cards[check.id] += [
                (self.env._("Amount"), amount),
                (self.env._("Due on"), self._aria_format_date(check.payment_date)),
            ]
            if check.aria_cheque_state == "bounced":
                day = self._aria_format_date(check.aria_bounce_date)
                cards[check.id] += [
                    (self.env._("Bounced on"), day),
                    (self.env._("Reason"), check.aria_bounce_reason or "–"),
                ]
        return cards

    def _aria_referral_closed(self, referrals):
        # EXTENDS 'aria_workflow': what sales answered stands on the cheque, where the accountant reads it
        result = super()._aria_referral_closed(referrals)
        for referral in referrals.filtered("answer"):
            check = self.filtered(lambda c, referral=referral: c.id == referral.res_id)
            check.message_post(body=referral.answer)
        return result
