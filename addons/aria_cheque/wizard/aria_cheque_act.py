from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..models.l10n_latam_check_actions import ALLOWED


class AriaChequeAct(models.TransientModel):
    """Asks what a step of cheques needs; the methods of the cheque do the rest."""

    _name = "aria.cheque.act"
    _description = "Move Cheques"

    step = fields.Selection(
        [
            ("deposit", "Deposit"),
            ("clear", "Cleared"),
            ("bounce", "Bounced"),
            ("endorse", "Endorse"),
            ("return", "Return"),
            ("call", "Call In"),
        ],
        required=True,
        default="deposit",
    )
    check_ids = fields.Many2many("l10n_latam.check", string="Cheques")
    cheque_company_id = fields.Many2one("res.company", "Company", compute="_compute_cheques")
    currency_id = fields.Many2one("res.currency", compute="_compute_cheques")
    amount = fields.Monetary("Total", compute="_compute_cheques")
    date = fields.Date(default=fields.Date.context_today, required=True)
    journal_id = fields.Many2one(
        "account.journal",
        string="Bank",
        domain="[('type', '=', 'bank'), ('company_id', 'parent_of', cheque_company_id)]",
    )
    cheque_journal_id = fields.Many2one(
        "account.journal",
        string="Journal of Cheques",
        compute="_compute_cheque_journal_id",
        store=True,
        readonly=False,
        domain="[('type', '=', 'cash'), ('company_id', 'parent_of', cheque_company_id)]",
    )
    partner_id = fields.Many2one("res.partner", string="Vendor")
    reason = fields.Char()

    @api.depends("check_ids")
    def _compute_cheques(self):
        for act in self:
            act.cheque_company_id = act.check_ids.company_id[:1] or self.env.company
            currency = act.check_ids.currency_id
            act.currency_id = currency if len(currency) == 1 else False
            act.amount = sum(act.check_ids.mapped("amount")) if act.currency_id else 0

    @api.depends("step", "check_ids")
    def _compute_cheque_journal_id(self):
        for act in self:
            journals = act.step == "call" and act.cheque_company_id._aria_get_cheque_journals()
            act.cheque_journal_id = journals and journals[:1]

    @api.model
    def default_get(self, fields_list):
        # EXTENDS 'base': the cheques chosen, those to which the step applies
        vals = super().default_get(fields_list)
        if (
            "check_ids" in fields_list
            and self.env.context.get("active_model") == "l10n_latam.check"
        ):
            checks = self.env["l10n_latam.check"].browse(self.env.context.get("active_ids", ()))
            states = ALLOWED.get(vals.get("step"), ())
            fitting = checks.exists().filtered(lambda c: c.aria_cheque_state in states)
            if not fitting and len(checks) != 1:
                raise UserError(
                    self.env._(
                        "None of the cheques chosen can take this step; look at the column State."
                    )
                )
            vals["check_ids"] = [Command.set((fitting or checks).ids)]
        if "journal_id" in fields_list and vals.get("step") == "deposit":
            vals["journal_id"] = self._get_last_bank().id
        return vals

    @api.model
    def _get_last_bank(self):
        """Return the bank where cheques were deposited last, else the first one."""
        banks = self.env["account.journal"]
        domain = [*banks._check_company_domain(self.env.company), ("type", "=", "bank")]
        last = self.env["account.payment"].search(
            [
                ("journal_id.type", "=", "bank"),
                ("l10n_latam_move_check_ids", "!=", False),
                ("company_id", "=", self.env.company.id),
            ],
            order="id desc",
            limit=1,
        )
        return last.journal_id or banks.search(domain, limit=1)

    def action_apply(self):
        """Take the step; return what closes the dialog and shows the new states."""
        self.ensure_one()
        checks, date = self.check_ids, self.date
        if self.step == "deposit":
            checks.action_aria_deposit(self.journal_id, date)
        elif self.step == "clear":
            checks.action_aria_clear(date)
        elif self.step == "bounce":
            checks.action_aria_bounce(self.reason, date)
        elif self.step == "endorse":
            checks.action_aria_endorse(self.partner_id, date)
        elif self.step == "call":
            checks.action_aria_call(self.reason, date, self.cheque_journal_id)
        else:
            checks.action_aria_return(self.reason, date)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
