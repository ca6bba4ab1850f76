from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from odoo.addons.aria_persian.tools.letters import to_latin_digits

from ..engine import update_many, with_token
from ..lib import client as clients
from ..moments import TEHRAN
from .account_journal import METHODS

STATES = [
    ("open", "To Report"),
    ("queued", "Waiting"),
    ("sending", "Being Sent"),
    ("accepted", "Accepted"),
    ("refused", "Refused"),
    ("unknown", "Answer Lost"),
    ("withdrawn", "Payment Taken Back"),
]
RETRY = timedelta(minutes=15)
STALE = timedelta(minutes=5)  # a notice "being sent" for longer was left by a process that died


class AriaMoadianPayment(models.Model):
    """A payment of an invoice on credit, reported to the tax organisation: one row for each reconciled payment.

    The service gives such a notice no id to ask by. One whose answer was lost is therefore never repeated by itself:
    a person looks in the tax portal, and says whether it arrived.
    """

    _name = "aria.moadian.payment"
    _description = "Payment Notice"
    _inherit = ["aria.moadian.log.mixin"]
    _order = "id desc"
    _rec_name = "taxid"

    move_id = fields.Many2one(
        "account.move", "Invoice", required=True, index=True, ondelete="restrict"
    )
    memory_id = fields.Many2one(
        "aria.moadian.memory", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, index=True, ondelete="restrict")
    currency_id = fields.Many2one(related="company_id.currency_id")
    taxid = fields.Char("Tax Number", required=True)
    partial_ref = fields.Integer(
        "Reconciliation Number", required=True, help="The reconciliation in the books; told once."
    )
    amount = fields.Monetary(required=True)
    paid_on = fields.Date(required=True)
    method = fields.Selection(METHODS, "Way of Payment", required=True)
    terminal = fields.Char()
    tracking = fields.Char("Tracking Number")
    state = fields.Selection(STATES, required=True, index=True)
    answer = fields.Text()
    next_try = fields.Datetime()
    sent_at = fields.Datetime()

    _partial_uniq = models.Constraint("UNIQUE(partial_ref)", "A payment is told once.")

    # ------------------------------------------------------------------ making
    @api.model
    def _collect(self):
        """Make a notice for each payment that accepted invoices on credit got after they were sent."""
        names = (
            "account.partial.reconcile",
            "account.move.line",
            "account.move",
            "account.payment",
        )
        for name in names:
            self.env[name].flush_model()
        self.env["account.journal"].flush_model(
            ["aria_moadian_payment_method", "aria_moadian_terminal"]
        )
        self.env["aria.moadian.memory"].flush_model(["auto_payments"])
        rows = self.env.execute_query_dict(self._get_new_query())
        return with_token(self).create(rows)

    def _get_new_query(self):
        """Return the statement for the values of notices that are not made yet.

        What was paid before the packet was made stands in it as its cash part, also when the bank tells of it later;
        the last packet counts, as a correction says anew what was paid. Credit notes are documents of their own.
        """
        return SQL(
            """
            SELECT DISTINCT ON (p.id) p.id AS partial_ref, m.id AS move_id, s.memory_id, s.company_id, s.taxid,
                   LEAST(p.amount, abs(y.amount_company_currency_signed)) AS amount, c.date AS paid_on,
                   j.aria_moadian_terminal AS terminal,
                   COALESCE(y.aria_moadian_method, j.aria_moadian_payment_method, 'OTHER') AS method,
                   y.aria_moadian_tracking AS tracking,
                   CASE WHEN f.auto_payments THEN 'queued' ELSE 'open' END AS state
              FROM aria_moadian_submission s
              JOIN account_move m ON m.id = s.move_id
              JOIN account_move_line d ON d.move_id = m.id
              JOIN account_partial_reconcile p ON p.debit_move_id = d.id
              JOIN account_move_line c ON c.id = p.credit_move_id
              JOIN account_move b ON b.id = c.move_id
              JOIN account_journal j ON j.id = b.journal_id
              JOIN res_company o ON o.id = m.company_id
              LEFT JOIN account_payment y ON y.id = b.origin_payment_id
              JOIN aria_moadian_memory f ON f.id = s.memory_id
             WHERE m.move_type = 'out_invoice' AND m.aria_moadian_state IN ('accepted', 'warned')
               AND s.state IN ('accepted', 'warned') AND s.subject != '3'
               AND s.content::jsonb #>> '{header,setm}' IN ('2', '3')
               AND NOT EXISTS (SELECT 1 FROM aria_moadian_submission l WHERE l.move_id = m.id AND l.id > s.id
                               AND l.state IN ('accepted', 'warned'))
               AND b.move_type = 'entry' AND b.journal_id IS DISTINCT FROM o.currency_exchange_journal_id
               AND p.create_date > s.create_date
               AND NOT EXISTS (SELECT 1 FROM account_move__account_payment r JOIN account_payment q ON q.id = r.payment_id
                               WHERE r.invoice_id = m.id AND q.move_id IS NULL AND q.create_date <= s.create_date
                               AND abs(q.amount_company_currency_signed) = p.amount AND b.statement_line_id IS NOT NULL)
               AND NOT EXISTS (SELECT 1 FROM aria_moadian_payment n WHERE n.partial_ref = p.id)
             ORDER BY p.id, s.id DESC
            """
        )

    # ------------------------------------------------------------------ what people do
    def action_send(self):
        """Report payments; what was refused is reported again, what may have arrived is not."""
        self._demand_accountant()
        # sudo: rows are moved on by the addon only
        rows = self.sudo().filtered(lambda row: row.state in ("open", "refused"))
        if not rows:
            raise UserError(self.env._("None of these payments waits to be reported."))
        rows._move_on("queued", answer=None, next_try=None)
        self.env.ref("aria_moadian.ir_cron_payments")._trigger()
        return True

    def action_collect(self):
        """Look for payments that were reconciled since the last hour; they are shown, and reported when asked for."""
        self.browse()._demand_accountant()
        # sudo: notices are made by the addon only, of every company alike
        self.sudo()._collect()
        return True

    def action_arrived(self):
        """Note that notices whose answer was lost did arrive, as the tax portal shows."""
        self._settle_lost("accepted")
        return True

    def action_send_again(self):
        """Report payments again whose notices did not arrive, as the tax portal shows."""
        self._settle_lost("queued")
        self.env.ref("aria_moadian.ir_cron_payments")._trigger()
        return True

    def _settle_lost(self, state):
        self._demand_accountant()
        # sudo: rows are moved on by the addon only
        rows = self.sudo().filtered(lambda row: row.state == "unknown")
        if not rows:
            raise UserError(self.env._("The answer to none of these notices was lost."))
        said = self.env._("%(user)s looked in the tax portal.", user=self.env.user.name)
        rows._move_on(state, answer=said, next_try=None)

    def _demand_accountant(self):
        if not self.env.su and not self.env.user.has_group("aria_moadian.group_user"):
            raise AccessError(
                self.env._(
                    "Only accountants of the group “Moadian” may do this; ask for the right."
                )
            )
        self.check_access("read")

    # ------------------------------------------------------------------ sending
    def _move_on(self, state, **columns):
        update_many(self, {row.id: {"state": state, **columns} for row in self})

    @api.model
    def _cron_payments(self):
        """Make notices of new payments and send those that wait, each with a commit before and after it."""
        progress = self.env["ir.cron"]
        self._collect()
        self._withdraw()
        self._give_up()
        progress._commit_progress(remaining=self.search_count(self._waiting_domain()))
        while row := self._next_waiting():
            row._send()
            if not progress._commit_progress(1):
                return

    @api.model
    def _waiting_domain(self):
        now = fields.Datetime.now()
        # a pause longer than the usual one was set by a clock that was ahead
        due = [
            *("|", ("next_try", "=", False)),
            *("|", ("next_try", "<=", now), ("next_try", ">", now + 2 * RETRY)),
        ]
        return [("state", "=", "queued"), ("memory_id.halted", "=", False), *due]

    @api.model
    def _next_waiting(self):
        rows = self.search(self._waiting_domain(), order="id", limit=20)
        return rows.try_lock_for_update(allow_referencing=True, limit=1).filtered(
            lambda row: row.state == "queued"
        )

    @api.model
    def _withdraw(self):
        """Take back notices that were not sent, of payments that the books undid meanwhile."""
        rows = self.search([("state", "in", ("open", "queued"))])
        partials = self.env["account.partial.reconcile"].browse(rows.mapped("partial_ref")).exists()
        gone = set(rows.mapped("partial_ref")) - set(partials.ids)
        rows.filtered(lambda row: row.partial_ref in gone)._move_on("withdrawn")

    @api.model
    def _give_up(self):
        """What a killed process was sending may have arrived."""
        now = fields.Datetime.now()
        past = ["|", ("sent_at", "<", now - STALE), ("sent_at", ">", now + STALE)]
        left = self.search([("state", "=", "sending"), *past])
        left._move_on("unknown")

    def _send(self):
        try:
            client = self.memory_id._make_client()
        except UserError as error:
            self._put_off(str(error))
            return
        self._move_on("sending", sent_at=fields.Datetime.now())
        # whatever happens from here on, it is not sent a second time by itself
        self.env["ir.cron"]._commit_progress()
        try:
            self._take_answer(client)
        finally:
            client.close()

    def _take_answer(self, client):
        paid_at = datetime.combine(self.paid_on, time(12), TEHRAN)
        try:
            errors = client.register_payment(
                self.taxid,
                int(self.amount),
                paid_at,
                self.method,
                terminal_number=to_latin_digits(self.terminal or "") or None,
                reference_number=to_latin_digits(self.tracking or "") or None,
            )
        except clients.OutcomeUnknown as error:
            self._move_on("unknown", answer=self.memory_id._tell(error))
        except clients.NotSent as error:
            self._put_off(self.memory_id._tell(error))
        except clients.Refused as error:
            self._move_on("refused", answer=self.memory_id._tell(error))
        else:
            answer = "\n".join(f"{row.code} {row.text or row.reading.fa}" for row in errors)
            self._move_on("refused" if errors else "accepted", answer=answer or None)

    def _put_off(self, reason):
        later = fields.Datetime.now() + RETRY
        self._move_on("queued", answer=reason, next_try=later)
        self.env.ref("aria_moadian.ir_cron_payments")._trigger(later)
