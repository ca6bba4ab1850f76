from odoo import api, fields, models
from odoo.exceptions import AccessError, RedirectWarning, UserError, ValidationError
from odoo.fields import Command

from .account_journal import IN, NEW, OUT

MAX_DAYS = 365


class ResCompany(models.Model):
    _inherit = "res.company"

    aria_credit_count_endorsed = fields.Boolean(
        "Count Endorsed Cheques",
        default=True,
        help="A cheque endorsed to a vendor may still bounce, and then comes back to its customer.",
    )
    aria_credit_endorsed_days = fields.Integer(
        "Days after the Due Date",
        default=5,
        help="An endorsed cheque of which nothing was heard so long after its due date counts as paid.",
    )
    aria_credit_count_guarantee_cheques = fields.Boolean(
        "Deduct Guarantee Cheques", help="Guarantee cheques at hand reduce what a customer owes."
    )

    @api.constrains("aria_credit_endorsed_days")
    def _check_aria_credit_endorsed_days(self):
        for company in self:
            if not 0 <= company.aria_credit_endorsed_days <= MAX_DAYS:
                raise ValidationError(
                    self.env._(
                        "The days that endorsed cheques of “%(company)s” count are between 0 and %(limit)s.",
                        company=company.name,
                        limit=MAX_DAYS,
                    )
                )

    def _aria_get_cheque_journals(self):
        """Return the journals of this company in which cheques of customers are received."""
        self.ensure_one()
        journals = self.env["account.journal"]
        return journals.search(
            [
                *journals._check_company_domain(self),
                ("type", "=", "cash"),
                ("inbound_payment_method_line_ids.code", "=", NEW),
            ]
        )

    def _aria_get_first_cheque_journal(self):
        """Return the journal where cheques of customers usually come in.

        :raise RedirectWarning: there is none; with the way to the settings that make one
        """
        journal = self._aria_get_cheque_journals()[:1]
        if not journal:
            raise RedirectWarning(
                self.env._(
                    "%(company)s has no journal of cheques; set it up in the settings of accounting.",
                    company=self.display_name,
                ),
                self.env.ref("account.action_account_config").id,
                self.env._("Open the Settings"),
            )
        return journal

    def action_aria_set_up_cheques(self):
        """Make the journal of cheques and its account, where the company has none; return what opens it.

        :raise AccessError: not an accounting manager
        :raise UserError: the company has no chart of accounts yet
        """
        self.ensure_one()
        if not self.env.user.has_group("account.group_account_manager"):
            raise AccessError(
                self.env._("Journals are made by accounting managers; ask one of them.")
            )
        journal = self._aria_get_cheque_journals()[:1] or self._aria_make_cheque_journal()
        return journal._get_records_action()

    def _aria_make_cheque_journal(self):
        if not self.root_id.chart_template:
            raise UserError(
                self.env._(
                    "%(company)s has no chart of accounts yet; install one in the settings of accounting.",
                    company=self.display_name,
                )
            )
        accounts = self.env["account.account"].with_company(self)
        account = accounts.create(
            {
                "name": self.env._("Cheques Receivable"),
                "code": accounts._search_new_account_code(self._aria_get_receivable().code),
                "account_type": "asset_current",
                "reconcile": True,
            }
        )
        # cheques come in and leave over one account: its balance is what lies in the drawer
        return self.env["account.journal"].create(
            {
                "name": self.env._("Cheques of Customers"),
                "type": "cash",
                "company_id": self.id,
                "default_account_id": account.id,
                "inbound_payment_method_line_ids": self._aria_prepare_methods(account, NEW, IN),
                "outbound_payment_method_line_ids": self._aria_prepare_methods(account, OUT),
            }
        )

    def _aria_get_receivable(self):
        """Return the usual receivable account of this company."""
        accounts = self.env["account.account"].with_company(self)
        return accounts.search(
            [
                *accounts._check_company_domain(self),
                ("account_type", "=", "asset_receivable"),
            ],
            limit=1,
        )

    def _aria_prepare_methods(self, account, *codes):
        methods = [
            self.env.ref(f"l10n_latam_check.account_payment_method_{code}") for code in codes
        ]
        return [
            Command.create(
                {
                    "payment_method_id": method.id,
                    "name": method.name,
                    "payment_account_id": account.id,
                }
            )
            for method in methods
        ]
