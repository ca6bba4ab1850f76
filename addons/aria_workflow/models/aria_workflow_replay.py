import logging

from odoo import api, fields, models
from odoo.exceptions import UserError

_logger = logging.getLogger(__name__)
RUNNING = ("waiting", "running")


class AriaWorkflowReplay(models.Model):
    """A what-if that was asked for: a job replays the log and keeps the result here. It changes nothing else."""

    _name = "aria.workflow.replay"
    _inherit = ["aria.engine.mixin"]
    _description = "What If"
    _order = "id desc"
    _rec_name = "workflow_id"

    workflow_id = fields.Many2one(
        "aria.workflow", required=True, index=True, ondelete="cascade", string="Drawing"
    )
    company_id = fields.Many2one(
        related="workflow_id.company_id",
        store=True,
        precompute=True,
        index=True,
        string="Company",
        aria_engine=True,
    )
    days = fields.Integer("Last Days", default=30, required=True)
    state = fields.Selection(
        [
            ("new", "New"),
            ("waiting", "Waiting"),
            ("running", "Running"),
            ("done", "Done"),
            ("failed", "Failed"),
        ],
        default="new",
        required=True,
        readonly=True,
        copy=False,
        aria_engine=True,
    )
    done_rows = fields.Integer("Steps Replayed", readonly=True, copy=False, aria_engine=True)
    all_rows = fields.Integer("Steps", readonly=True, copy=False, aria_engine=True)
    progress = fields.Float(compute="_compute_progress")
    finished_at = fields.Datetime(readonly=True, copy=False, aria_engine=True)
    error = fields.Char(readonly=True, copy=False, aria_engine=True)
    raw_result = fields.Json(readonly=True, copy=False, aria_engine=True)
    result = fields.Json(compute="_compute_result")

    _days_positive = models.Constraint(
        "CHECK (days BETWEEN 1 AND 3650)", "The number of days is one from 1 to 3650."
    )

    @api.depends("done_rows", "all_rows", "state")
    def _compute_progress(self):
        for replay in self:
            done = replay.state == "done"
            share = 100 * replay.done_rows / replay.all_rows if replay.all_rows else 0
            replay.progress = 100 if done else min(99, share)

    @api.depends_context("lang")
    @api.depends("raw_result", "workflow_id")
    def _compute_result(self):
        for replay in self:
            raw = replay.raw_result
            replay.result = raw and replay.workflow_id._describe_replay(raw)

    def action_run(self):
        """Have the job replay the log for these; the result appears on the record.

        :raise UserError: one is under way already
        """
        self.check_access("write")
        self.workflow_id.check_access("write")
        busy = self.filtered(lambda r: r.state in RUNNING)[:1]
        if busy:
            raise UserError(
                self.env._(
                    "“%(name)s” is being replayed already; wait for it.", name=busy.display_name
                )
            )
        self._aria_engine_write(
            {"state": "waiting", "done_rows": 0, "error": False, "raw_result": False}
        )
        # sudo: wakes the job only
        self.env.ref("aria_workflow.ir_cron_replay").sudo()._trigger()
        return True

    # ------------------------------------------------------------------ job
    @api.model
    def _cron_replay(self):
        """Replay what waits. One that was killed in the middle is done anew: it has changed nothing."""
        waiting = self.search([("state", "in", RUNNING)], order="id")
        self.env["ir.cron"]._commit_progress(remaining=len(waiting))
        for replay in waiting:
            try:
                replay._run()
            except Exception as error:  # the next ones must not wait for it for ever
                _logger.warning("the replay %s has failed", replay.id, exc_info=True)
                self.env.cr.rollback()
                replay._aria_engine_write({"state": "failed", "error": str(error)})
            if not self.env["ir.cron"]._commit_progress(1):
                break

    def _run(self):
        self.ensure_one()
        workflow = self.workflow_id
        self._aria_engine_write(
            {"state": "running", "done_rows": 0, "all_rows": workflow._count_log(self.days)}
        )
        run = workflow._start_replay()
        for rows in workflow._read_log(self.days):
            run.feed(rows)
            self._aria_engine_write({"done_rows": run.rows})
            self.env["ir.cron"]._commit_progress(
                0
            )  # seen on the screen; and the log stays unlocked
        self._aria_engine_write(
            {
                "state": "done",
                "finished_at": fields.Datetime.now(),
                "raw_result": {"days": self.days, **run.result()},
            }
        )

    @api.autovacuum
    def _gc_replays(self):
        """Forget results of half a year ago; the log is still there to replay it again."""
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=180)
        self.search([("create_date", "<", limit), ("state", "not in", RUNNING)]).unlink()
