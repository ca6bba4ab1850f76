import logging

from odoo import api, fields, models
from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)

PORTION = 500
"""leads that are planned in one transaction"""


class AriaFollowupPlanRun(models.Model):
    """A plan that is being applied to many leads, by a job, a portion at a time.

    Each portion is kept together with the ids that are left, so that a job that is killed goes on where it stopped
    and plans no lead twice. What is done carries the rights of whoever asked for it.
    """

    _name = "aria.followup.plan.run"
    _description = "Application of a Plan of Follow-ups"
    _order = "id desc"
    _rec_name = "plan_id"

    plan_id = fields.Many2one(
        "aria.followup.plan", required=True, readonly=True, index=True, ondelete="cascade"
    )
    user_id = fields.Many2one(
        "res.users",
        string="Asked For By",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    start = fields.Datetime(required=True, readonly=True)
    company_ids = fields.Json("Companies", readonly=True)
    pending = fields.Json(readonly=True, groups="base.group_no_one")
    total = fields.Integer("Leads", readonly=True)
    done = fields.Integer("Leads Done", readonly=True)
    share = fields.Float("Progress", compute="_compute_share")
    followup_count = fields.Integer("Follow-ups Made", readonly=True)
    state = fields.Selection(
        [("waiting", "Under Way"), ("done", "Done"), ("failed", "Stopped")],
        default="waiting",
        required=True,
        readonly=True,
        index=True,
    )
    reason = fields.Char(readonly=True)

    @api.depends("total", "done")
    def _compute_share(self):
        for run in self:
            run.share = 100 * run.done / run.total if run.total else 100

    def action_open_followups(self):
        """Show the follow-ups that the plan has made so far."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aria_crm_lead.aria_followup_act_window"
        )
        domain = [
            ("plan_id", "=", self.plan_id.id),
            ("create_date", ">=", fields.Datetime.to_string(self.create_date)),
        ]
        return action | {"domain": domain, "context": {}}

    # ------------------------------------------------------------------ the job
    @api.model
    def _add(self, plan, leads, start):
        """Let the job apply ``plan`` to ``leads``, which the user was found to may write; return the run."""
        # sudo: written by the job only
        run = self.sudo().create(
            {
                "plan_id": plan.id,
                "user_id": self.env.uid,
                "start": start,
                "company_ids": self.env.companies.ids,
                "pending": leads.ids,
                "total": len(leads),
            }
        )
        self.env.ref("aria_crm_lead.ir_cron_plan_run").sudo()._trigger()  # wakes the job
        return run.with_env(self.env)

    @api.model
    def _cron_apply(self):
        """Apply the plans that wait, in portions that are committed one by one."""
        progress = self.env["ir.cron"]._commit_progress
        runs = self.search([("state", "=", "waiting")], order="id")
        if not progress(remaining=sum(run.total - run.done for run in runs)):
            return
        for run in runs:
            while run.state == "waiting":
                if not progress(run._apply_safely()):
                    return

    def _apply_safely(self):
        """Apply the plan to the next portion; return the number of its leads."""
        try:
            return self.env["aria.notice"]._aria_run(self._apply_portion, PORTION)
        except Exception:
            _logger.exception("The plan of the run %s could not be applied.", self.id)
            self._end("failed", self.env._("An error occurred; ask your administrator."))
            return 0

    def _apply_portion(self, limit):
        """Apply the plan to at most ``limit`` leads as whoever asked for it; return their number."""
        self.ensure_one()
        ids, rest = self.pending[:limit], self.pending[limit:]
        user = self.user_id
        own = self.with_user(user).with_context(
            allowed_company_ids=self.company_ids, lang=user.lang, tz=user.tz
        )
        leads = own.env["crm.lead"].browse(ids).exists()._filtered_access("write")
        try:
            with self.env.cr.savepoint():
                made = own.plan_id.aria_apply(leads, self.start)
        except UserError as error:
            self._end("failed", str(error))
            return 0
        self.write(
            {
                "pending": rest,
                "done": self.done + len(ids),
                "followup_count": self.followup_count + len(made),
            }
        )
        if not rest:
            self._end("done")
        return len(ids)

    def _end(self, state, reason=False):
        """End the run, and tell whoever asked for it."""
        self.write({"state": state, "reason": reason})
        run = self.with_context(lang=self.user_id.lang)
        message = run.env._(
            "“%(plan)s” was applied to %(leads)s leads: %(followups)s follow-ups.",
            plan=run.plan_id.name,
            leads=run.done,
            followups=run.followup_count,
        )
        self.user_id._bus_send(
            "simple_notification",
            {
                "type": "success" if state == "done" else "warning",
                "message": " ".join(filter(None, (message, reason))),
                "sticky": True,
            },
        )
