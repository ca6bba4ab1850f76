from odoo import api, fields, models
from odoo.exceptions import UserError


class AriaFollowupStatus(models.Model):
    """How far a follow-up has come. Companies name their own; what counts is the state behind it."""

    _name = "aria.followup.status"
    _description = "Status of Follow-up"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    state = fields.Selection(
        [("open", "Open"), ("done", "Done"), ("cancelled", "Cancelled")],
        required=True,
        default="open",
        index=True,
    )
    fold = fields.Boolean("Folded in Kanban")

    @api.model
    def _get_first(self, state):
        """Return the first status of ``state``.

        :raise UserError: all of them were archived
        """
        status = self.search([("state", "=", state)], limit=1)
        if not status:
            label = dict(self._fields["state"]._description_selection(self.env))[state]
            raise UserError(
                self.env._(
                    "There is no active status of follow-ups for “%(state)s”; an administrator has to add one.",
                    state=label,
                )
            )
        return status

    def write(self, vals):
        # EXTENDS 'base'
        if "state" in vals and self.filtered(lambda s: s.state != vals["state"]):
            self._check_unused()
        return super().write(vals)

    def _check_unused(self):
        """Refuse to turn the meaning of follow-ups that exist."""
        # sudo: follow-ups of all companies count
        used = self.env["aria.followup"].sudo().search([("status_id", "in", self.ids)], limit=1)
        if used:
            raise UserError(
                self.env._(
                    "“%(status)s” is the status of follow-ups already and keeps its meaning; add a new status.",
                    status=used.status_id.name,
                )
            )
