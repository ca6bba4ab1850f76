from odoo import api, models
from odoo.tools import SQL

from .account_payment import LIVE


class AriaCustomerStanding(models.Model):
    _inherit = "aria.customer.standing"

    @api.model
    def _bounced_sql(self):
        # OVERRIDES 'aria_crm_lead', which knows no cheques: how often cheques of customers bounced within the months
        # looked back; a bounce whose entry was taken back does not count
        events, payments = self.env["aria.cheque.event"], self.env["account.payment"]
        events.flush_model(["check_id", "company_id", "to_state", "date", "payment_id"])
        payments.flush_model(["state"])
        return SQL(
            """
            SELECT customer.commercial_partner_id AS partner_id,
                   COUNT(DISTINCT event.payment_id)::int AS bounced_count
              FROM aria_cheque_event AS event
              JOIN l10n_latam_check AS cheque ON cheque.id = event.check_id
              JOIN res_partner AS customer ON customer.id = cheque.partner_id
              JOIN account_payment AS payment ON payment.id = event.payment_id AND payment.state IN %(live)s
             WHERE event.to_state = 'bounced' AND event.company_id = %(company)s AND %(recent)s
             GROUP BY customer.commercial_partner_id
            """,
            live=LIVE,
            company=self.env.company.id,
            recent=self._recent_sql("event.date"),
        )
