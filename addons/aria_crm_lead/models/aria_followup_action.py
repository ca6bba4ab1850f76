from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from odoo.addons.aria_workflow.arguments import to_future

TOLERANCE = timedelta(minutes=5)
"""clocks of phones and computers differ"""

MAX_HOURS = 24


class AriaFollowupAction(models.Model):
    """What was done for a follow-up, and what came of it. Never deleted; its author may correct it."""

    _name = "aria.followup.action"
    _inherit = ["aria.engine.mixin", "aria.files.mixin"]
    _description = "Action of Follow-up"
    _order = "date desc, id desc"
    _rec_name = "outcome"

    followup_id = fields.Many2one(
        "aria.followup", string="Follow-up", required=True, index=True, ondelete="restrict"
    )
    lead_id = fields.Many2one(
        related="followup_id.lead_id", store=True, index=True, aria_engine=True
    )
    partner_id = fields.Many2one(
        related="followup_id.partner_id", store=True, index=True, aria_engine=True
    )
    campaign_id = fields.Many2one(
        related="followup_id.campaign_id", store=True, index=True, aria_engine=True
    )
    company_id = fields.Many2one(
        related="followup_id.company_id", store=True, index=True, aria_engine=True
    )
    user_id = fields.Many2one(
        "res.users",
        string="Done By",
        default=lambda self: self.env.user,
        readonly=True,
        index=True,
        ondelete="restrict",
        aria_engine=True,
    )
    date = fields.Datetime(required=True, default=fields.Datetime.now, index=True)
    kind = fields.Selection(
        [
            ("call", "Call"),
            ("visit", "Visit"),
            ("meeting", "Meeting"),
            ("message", "Message"),
            ("letter", "Letter"),
            ("document", "Document"),
        ],
        required=True,
        default="call",
        index=True,
    )
    outcome = fields.Char(help="What came of it, in a few words.")
    note = fields.Html()
    duration = fields.Float("Duration (hours)", aggregator="sum")
    next_date = fields.Datetime(
        "Next Step", help="When the next step is due; it becomes the deadline of the follow-up."
    )
    attachment_ids = fields.Many2many(
        "ir.attachment",
        "aria_followup_action_attachment_rel",
        "action_id",
        "attachment_id",
        "Files",
    )

    @api.depends("kind", "outcome", "date")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for action in self:
            action.display_name = ": ".join(filter(None, (kinds.get(action.kind), action.outcome)))

    @api.constrains("date", "duration")
    def _check_sense(self):
        for action in self:
            if action.date > fields.Datetime.now() + TOLERANCE:
                raise ValidationError(
                    self.env._(
                        "An action of “%(followup)s” lies in the future; note what was done, and plan what is"
                        " to come as the next step.",
                        followup=action.followup_id.name,
                    )
                )
            if not 0 <= action.duration <= MAX_HOURS:
                raise ValidationError(
                    self.env._(
                        "An action of “%(followup)s” lasted %(hours)s hours; type between 0 and %(limit)s.",
                        followup=action.followup_id.name,
                        hours=action.duration,
                        limit=MAX_HOURS,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'base'
        if not all(vals.get("followup_id") for vals in vals_list):
            raise UserError(self.env._("Choose the follow-up that the action belongs to."))
        actions = super().create(vals_list)
        closed = actions.followup_id.filtered(lambda f: f.state != "open")[:1]
        if closed:
            raise UserError(
                self.env._(
                    "“%(followup)s” is closed; reopen it to note another action.",
                    followup=closed.name,
                )
            )
        actions.filtered("next_date")._move_deadlines()
        actions._aria_adopt_files("attachment_ids")
        return actions

    def write(self, vals):
        # EXTENDS 'base'
        foreign = self.filtered(lambda a: a.user_id != self.env.user)[:1]
        if foreign and not self.env.su:
            raise AccessError(
                self.env._(
                    "“%(action)s” was noted by %(user)s; only they can correct it. Note another action instead.",
                    action=foreign.display_name,
                    user=foreign.user_id.name,
                )
            )
        if "followup_id" in vals and not self.env.su:
            raise UserError(
                self.env._("An action stays with its follow-up; note it again where it belongs.")
            )
        result = super().write(vals)
        if vals.get("next_date"):
            self._move_deadlines()
        if "attachment_ids" in vals:
            self._aria_adopt_files("attachment_ids")
        return result

    @api.ondelete(at_uninstall=True)  # False: a caller's context key "_force_unlink" would skip it
    def _unlink_except_history(self):
        if self:
            raise AccessError(
                self.env._(
                    "“%(action)s” is part of the history of “%(followup)s” and cannot be deleted.",
                    action=self[:1].display_name,
                    followup=self[:1].followup_id.name,
                )
            )

    def _move_deadlines(self):
        """Make the next step the deadline of the follow-ups; a reminder keeps its distance to it."""
        for action in self.sorted("id"):
            followup = action.followup_id
            moment = to_future(self.env, action.next_date, self.env._("The next step"))
            # sudo: whoever may note an action may plan the next one
            followup.sudo()._aria_move_deadline(moment)
