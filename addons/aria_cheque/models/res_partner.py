from odoo import api, fields, models
from odoo.tools import SQL

FLUSHED = {
    "account.payment": ["currency_id", "move_id"],
    "l10n_latam.check": [
        "amount",
        "aria_cheque_state",
        "aria_is_guarantee",
        "company_id",
        "operation_ids",
        "partner_id",
        "payment_date",
        "payment_id",
    ],
}
COUNTED = ("received", "deposited")
"""states of cheques that the bank may still refuse"""


class ResPartner(models.Model):
    """What a customer owes by cheques: paid on paper, and not yet by the bank."""

    _inherit = "res.partner"

    @api.model
    def _aria_flush_documents(self):
        # EXTENDS 'aria_sales_approval'
        result = super()._aria_flush_documents()
        for model, names in FLUSHED.items():
            self.env[model].flush_model(names)
        return result

    def _aria_get_credit_parts(self, company):
        # EXTENDS 'aria_sales_approval'
        parts = super()._aria_get_credit_parts(company)
        companies = SQL(
            "ANY(ARRAY(SELECT id FROM res_company WHERE parent_path LIKE %s))",
            f"{company.parent_path}%",
        )
        parts["cheques"] = self._aria_sql_cheques(company, companies)
        if company.aria_credit_count_guarantee_cheques:
            parts["guarantee_cheques"] = self._aria_sql_guarantee_cheques(companies)
        return parts

    @api.model
    def _aria_sql_cheques(self, company, companies):
        """Cheques that the bank may still refuse; a bounced one is a receivable again by its entry."""
        endorsed = SQL("")
        if company.aria_credit_count_endorsed:
            endorsed = SQL(
                "OR c.aria_cheque_state = 'endorsed' AND c.payment_date + %s >= %s",
                company.aria_credit_endorsed_days,
                fields.Date.context_today(self),
            )
        return SQL(
            """
            SELECT p.commercial_partner_id, 'cheques', pay.currency_id, SUM(c.amount)
              FROM l10n_latam_check c
              JOIN account_payment pay ON pay.id = c.payment_id
              JOIN aria_debtors p ON p.id = c.partner_id
             WHERE c.company_id = %(companies)s
               AND c.aria_is_guarantee IS NOT TRUE
               AND (c.aria_cheque_state IN %(counted)s %(endorsed)s)
             GROUP BY p.commercial_partner_id, pay.currency_id
            """,
            companies=companies,
            counted=COUNTED,
            endorsed=endorsed,
        )

    @api.model
    def _aria_sql_guarantee_cheques(self, companies):
        """Cheques kept as a guarantee reduce the exposure; they stand in the currency of their company."""
        return SQL(
            """
            SELECT p.commercial_partner_id, 'guarantees', company.currency_id, -SUM(c.amount)
              FROM l10n_latam_check c
              JOIN res_company company ON company.id = c.company_id
              JOIN aria_debtors p ON p.id = c.partner_id
             WHERE c.company_id = %(companies)s
               AND c.aria_is_guarantee
               AND c.aria_cheque_state = 'received'
             GROUP BY p.commercial_partner_id, company.currency_id
            """,
            companies=companies,
        )

    @api.model
    def _aria_get_uncleared_condition(self, company):
        # EXTENDS 'aria_sales_approval': an item of a cheque counts with the cheque, once
        condition = super()._aria_get_uncleared_condition(company)
        if not company._aria_counts("cheques"):
            return condition
        return SQL(
            """
            %s AND NOT EXISTS (
                SELECT FROM account_payment pay
                 WHERE pay.move_id = l.move_id
                   AND (EXISTS (SELECT FROM l10n_latam_check c
                                 WHERE c.payment_id = pay.id AND c.aria_cheque_state IS NOT NULL)
                        OR EXISTS (SELECT FROM l10n_latam_check_account_payment_rel rel
                                    WHERE rel.payment_id = pay.id)))
            """,
            condition,
        )
