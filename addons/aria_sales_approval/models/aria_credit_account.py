from odoo import api, fields, models
from odoo.tools import SQL

from .res_company import CATEGORIES
from .res_partner_credit import BY_CLASS

LAST_PAYMENTS, LAST_ROWS = 10, 80


class AriaCreditAccount(models.Model):
    """A customer's credit with a (root) company: the row on which checks meet, and the statement of it.

    No amount is stored: what the statement shows is summed when it is read.
    """

    _name = "aria.credit.account"
    _inherit = "aria.referable.mixin"
    _description = "Customer Credit"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    ceiling = fields.Monetary(compute="_compute_amounts", compute_sudo=True)
    has_ceiling = fields.Boolean(compute="_compute_amounts", compute_sudo=True)
    class_id = fields.Many2one(
        "aria.customer.class",
        string="Ceiling of the Class",
        compute="_compute_amounts",
        compute_sudo=True,
        help="The customer has no ceiling of his own: that of his class holds.",
    )
    exposure = fields.Monetary(compute="_compute_amounts", compute_sudo=True)
    free = fields.Monetary("Free Credit", compute="_compute_amounts", compute_sudo=True)
    usage = fields.Float("Ceiling Used (%)", compute="_compute_amounts", compute_sudo=True)
    receivable = fields.Monetary("Receivables", compute="_compute_amounts", compute_sudo=True)
    overdue = fields.Monetary("Of Which Overdue", compute="_compute_amounts", compute_sudo=True)
    orders = fields.Monetary("Orders Not Invoiced", compute="_compute_amounts", compute_sudo=True)
    draft_invoices = fields.Monetary(compute="_compute_amounts", compute_sudo=True)
    proformas = fields.Monetary("Valid Pro-Formas", compute="_compute_amounts", compute_sudo=True)
    uncleared = fields.Monetary(
        "Payments Not Cleared", compute="_compute_amounts", compute_sudo=True
    )
    cheques = fields.Monetary("Cheques Not Cleared", compute="_compute_amounts", compute_sudo=True)
    guarantees = fields.Monetary(compute="_compute_amounts", compute_sudo=True)
    not_due = fields.Monetary(compute="_compute_aging", compute_sudo=True)
    due_30 = fields.Monetary("Overdue 1–30 Days", compute="_compute_aging", compute_sudo=True)
    due_60 = fields.Monetary("Overdue 31–60 Days", compute="_compute_aging", compute_sudo=True)
    due_90 = fields.Monetary("Overdue 61–90 Days", compute="_compute_aging", compute_sudo=True)
    due_older = fields.Monetary("Overdue over 90 Days", compute="_compute_aging", compute_sudo=True)
    check_ids = fields.One2many("aria.credit.check", compute="_compute_history", string="Checks")
    change_ids = fields.One2many(
        "aria.credit.change", compute="_compute_history", string="Changes of the Ceiling"
    )
    class_change_ids = fields.One2many(
        "aria.customer.class.change", compute="_compute_history", string="Changes of Class"
    )
    payment_ids = fields.Many2many(
        "account.payment",
        compute="_compute_payment_ids",
        string="Last Payments",
        groups="account.group_account_invoice,account.group_account_readonly",
    )

    _account_uniq = models.Constraint(
        "UNIQUE(partner_id, company_id)", "This customer has a credit account already."
    )

    def _compute_amounts(self):
        for company, accounts in self.grouped("company_id").items():
            found = accounts.partner_id._aria_get_exposures(company)
            for account in accounts:
                amounts = found[account.partner_id.id]
                for category in CATEGORIES:
                    account[category] = amounts[category]
                account._aria_set_ceiling(amounts)

    def _aria_set_ceiling(self, amounts):
        partner = self.partner_id.with_company(self.company_id)
        ceiling = partner._aria_get_ceiling(self.company_id, amounts)
        by_class = amounts[BY_CLASS] and not (
            partner.aria_no_credit or partner._aria_has_own_ceiling()
        )
        self.class_id = partner.aria_class_id if by_class else False
        self.exposure = self.partner_id._aria_sum_exposure(amounts, self.company_id)
        self.has_ceiling = ceiling is not None
        self.ceiling = ceiling or 0
        self.free = self.ceiling - self.exposure if self.has_ceiling else 0
        self.usage = 100 * self.exposure / ceiling if ceiling else 100.0 * self.has_ceiling

    def _compute_aging(self):
        names = ("not_due", "due_30", "due_60", "due_90", "due_older")
        for company, accounts in self.grouped("company_id").items():
            rows = {row[0]: row[1:] for row in accounts.partner_id._aria_get_aging(company)}
            for account in accounts:
                account.update(
                    dict(zip(names, rows.get(account.partner_id.id, [0.0] * 5), strict=True))
                )

    def _compute_history(self):
        changes, moves = self.env["aria.credit.change"], self.env["aria.customer.class.change"]
        may_read_moves = moves.has_access("read")
        for account in self:
            partner, company = account.partner_id.id, ("company_id", "=", account.company_id.id)
            own = [("partner_id", "=", partner), company]
            account.check_ids = self.env["aria.credit.check"].search(own, limit=LAST_ROWS)
            account.change_ids = changes.search(
                ["|", ("partner_id", "=", partner), ("class_id", "=", account._aria_get_class().id or 0), company],
                limit=LAST_ROWS,
            )  # fmt: skip
            account.class_change_ids = may_read_moves and moves.search(own, limit=LAST_ROWS)

    def _aria_get_class(self):
        """Return the class in which this customer stands now."""
        partner = self.sudo().partner_id.with_company(self.company_id)  # which class it is
        return partner.aria_class_id

    def _compute_payment_ids(self):
        for account in self:
            account.payment_ids = self.env["account.payment"].search(
                [
                    ("partner_id", "child_of", account.partner_id.id),
                    ("company_id", "child_of", account.company_id.id),
                    ("payment_type", "=", "inbound"),
                    ("state", "not in", ("draft", "canceled", "rejected")),
                ],
                limit=LAST_PAYMENTS,
                order="date desc, id desc",
            )

    # ------------------------------------------------------------------ meeting
    @api.model
    def _take(self, debtors, company):
        """Meet on the rows of these customers, before their exposure is read; make the rows there are not.

        Two transactions that take the same row never both go on: Odoo replays the second on a snapshot that holds what
        the first has written. A lock alone would not help: who waited would sum up an old snapshot.

        :return: {debtor id: account id}
        """
        rows = self.env.execute_query(
            SQL(
                # a plain insert's clash is not replayed, a conflict that updates is
                """
                INSERT INTO aria_credit_account (partner_id, company_id) VALUES %s
                ON CONFLICT (partner_id, company_id) DO UPDATE SET partner_id = EXCLUDED.partner_id
                RETURNING partner_id, id
                """,
                SQL(", ").join(SQL("(%s, %s)", key, company.id) for key in sorted(debtors.ids)),
            )
        )
        return dict(rows)

    @api.model
    def _aria_get_account(self, partner, company):
        """Return the account (superuser) of a customer's commercial entity with the root of ``company``."""
        # sudo: ids of the two
        debtor, root = partner.sudo().commercial_partner_id, company.sudo().root_id
        # sudo: the row is the engine's; whoever asked for it has been checked
        return self.sudo().browse(self._take(debtor, root)[debtor.id])

    # ------------------------------------------------------------------ what eats the ceiling
    def action_open_category(self):
        """Open the documents behind a category; its name stands in the context."""
        self.ensure_one()
        self.check_access("read")
        category = self.env.context.get("aria_category")
        actions = self._aria_get_category_actions()
        if category not in actions:
            category = "receivable"
        model, domain = actions[category]
        return {
            "type": "ir.actions.act_window",
            "name": self._fields[category]._description_string(self.env),
            "res_model": model,
            "view_mode": "list,form",
            "domain": domain,
            "context": {"create": False},
        }

    def _aria_get_category_actions(self):
        """Return {category: (model, domain)} of what can be opened; extended by addons with more."""
        debtor, companies = self.partner_id.id, ("company_id", "child_of", self.company_id.id)
        items = [("partner_id", "child_of", debtor), ("parent_state", "=", "posted"), companies]
        receivable = [
            *items, ("account_id.account_type", "=", "asset_receivable"), ("reconciled", "=", False),
        ]  # fmt: skip
        order = [("partner_invoice_id.commercial_partner_id", "=", debtor), companies]
        today = fields.Date.context_today(self)
        accounts = self.company_id.sudo().aria_credit_uncleared_account_ids.ids  # of the settings
        return {
            "receivable": ("account.move.line", receivable),
            "overdue": ("account.move.line", [*receivable, ("date_maturity", "<", today)]),
            "orders": (
                "sale.order", [*order, ("state", "=", "sale"), ("invoice_status", "!=", "invoiced")],
            ),
            "draft_invoices": (
                "account.move",
                [("commercial_partner_id", "=", debtor), companies, ("state", "=", "draft"),
                 ("move_type", "in", ("out_invoice", "out_refund", "out_receipt"))],
            ),
            "proformas": (
                "sale.order",
                [*order, ("state", "in", ("draft", "sent")), ("aria_proforma_number", "!=", False),
                 ("aria_proforma_valid_until", ">=", today)],
            ),
            "uncleared": (
                "account.move.line", [*items, ("account_id", "in", accounts), ("reconciled", "=", False)],
            ),
        }  # fmt: skip
