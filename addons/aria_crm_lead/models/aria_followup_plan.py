from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.aria_workflow.arguments import to_datetime

BATCH = 1000
"""leads that are planned in one go"""

MANY = 1000
"""more leads than these are planned by a job: a request has a limited time"""

# nobody is mailed for each of ten thousand follow-ups; they stand in the cartable
QUIET = {
    "tracking_disable": True,
    "mail_auto_subscribe_no_notify": True,
    "mail_create_nosubscribe": True,
    "mail_create_nolog": True,
}


class AriaFollowupPlan(models.Model):
    """What is done for each lead after an exhibition, a mailing …: a call in 1 day, a visit in 7."""

    _name = "aria.followup.plan"
    _description = "Plan of Follow-ups"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: all companies may use the plan."
    )
    line_ids = fields.One2many("aria.followup.plan.line", "plan_id", string="Steps", copy=True)

    def aria_apply(self, leads, start=None):
        """Plan follow-ups for each of ``leads``; a lead in which the plan is still under way gets none again.

        :param leads: ``crm.lead`` records, or their ids; lost ones are left out
        :param start: UTC datetime, or text, from which the days are counted; default: now
        :return: the new ``aria.followup`` records
        :raise UserError: the plan has no steps, or one of them lies in the past
        """
        leads, start = self._check_asked(leads, start)
        made = self.env["aria.followup"]
        for first in range(0, len(leads), BATCH):
            batch = leads[first : first + BATCH]
            vals_list = [
                line._prepare_followup_vals(lead, start) for lead in batch for line in self.line_ids
            ]
            made |= made.with_context(**QUIET).create(vals_list).with_env(self.env)
        return made

    def _apply_or_queue(self, leads, start=None):
        """Apply the plan to a few leads at once, to many by the job; return (follow-ups made, run of the job)."""
        wanted, start = self._check_asked(leads, start)
        if len(wanted) > MANY:
            return self.env["aria.followup"], self.env["aria.followup.plan.run"]._add(
                self, wanted, start
            )
        return self.aria_apply(wanted, start), self.env["aria.followup.plan.run"]

    def _check_asked(self, leads, start):
        """Return the ``crm.lead`` records to plan and the start (UTC), once the user is found to may ask for it."""
        self.ensure_one()
        self.check_access("read")
        leads = self.env["crm.lead"].browse(getattr(leads, "ids", leads))
        leads.check_access("write")
        start = to_datetime(self.env, start) or fields.Datetime.now()
        self._check_applicable(start)
        return self._filter_to_plan(leads), start

    def _check_applicable(self, start):
        """Refuse a plan without steps, or one that begins too long ago."""
        if not self.line_ids:
            raise UserError(self.env._("“%(plan)s” has no steps; add some first.", plan=self.name))
        late = self.line_ids.filtered(
            lambda line: line._get_deadline(start) <= fields.Datetime.now()
        )[:1]
        if late:
            raise UserError(
                self.env._(
                    "“%(step)s” of “%(plan)s” would be overdue already; choose a later start.",
                    step=late.name,
                    plan=self.name,
                )
            )

    def _filter_to_plan(self, leads):
        """Return those of ``leads`` that are not lost and in which the plan is not under way."""
        # sudo: a step that somebody else holds counts
        rows = (
            self.env["aria.followup"]
            .sudo()
            ._read_group(
                [("plan_id", "=", self.id), ("lead_id", "in", leads.ids), ("state", "=", "open")],
                ["lead_id"],
            )
        )
        busy = {lead.id for [lead] in rows}
        return leads.filtered(lambda lead: lead.active and lead.id not in busy)


class AriaFollowupPlanLine(models.Model):
    """One step of a plan. It sits here as it is nothing without its plan."""

    _name = "aria.followup.plan.line"
    _description = "Step of a Plan of Follow-ups"
    _order = "plan_id, days, hours, id"

    plan_id = fields.Many2one("aria.followup.plan", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="plan_id.company_id")
    name = fields.Char("Subject", required=True, translate=True)
    kind_id = fields.Many2one(
        "aria.followup.kind",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self.env["aria.followup.kind"].search([], limit=1),
    )
    days = fields.Integer("After Days", default=1)
    hours = fields.Integer("After Hours")
    remind_hours = fields.Integer("Reminder (hours before)")
    priority = fields.Selection(
        [("0", "Normal"), ("1", "High"), ("2", "Urgent")], default="0", required=True
    )
    unit_id = fields.Many2one(
        "aria.unit",
        index="btree_not_null",
        ondelete="restrict",
        help="Unit that does it. Empty: the salesperson of the lead.",
    )
    note = fields.Html("Instruction", translate=True)

    _times = models.Constraint(
        "CHECK (days >= 0 AND hours >= 0 AND remind_hours >= 0 AND days + hours > 0)",
        "A step of a plan comes at least one hour after the start, and its reminder before it.",
    )

    def _get_deadline(self, start):
        self.ensure_one()
        return start + timedelta(days=self.days, hours=self.hours)

    @api.model
    def _get_reminder(self, deadline, hours):
        """Return when to remind, not before now; False: never."""
        soon = fields.Datetime.now() + timedelta(minutes=1)
        return max(deadline - timedelta(hours=hours), min(soon, deadline)) if hours else False

    def _prepare_followup_vals(self, lead, start):
        """Return the values of the follow-up that this step means for ``lead``."""
        self.ensure_one()
        deadline = self._get_deadline(start)
        return {
            "plan_id": self.plan_id.id,
            "lead_id": lead.id,
            "name": self.name,
            "kind_id": self.kind_id.id,
            "note": self.note,
            "priority": self.priority,
            "deadline": deadline,
            "remind_at": self._get_reminder(deadline, self.remind_hours),
            "user_id": (lead.user_id if lead.user_id.active else self.env.user).id,
            "assign_unit_id": self.unit_id.id,
        }
