from odoo import fields, models

from .aria_moadian_submission import STATES


class AriaMoadianEvent(models.Model):
    """The life of a packet, one row for each state: when, and what was answered."""

    _name = "aria.moadian.event"
    _description = "State of a Packet"
    _inherit = ["aria.moadian.log.mixin"]
    _order = "id"
    _rec_name = "state"

    submission_id = fields.Many2one(
        "aria.moadian.submission", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="submission_id.company_id", store=True, index=True)
    state = fields.Selection(STATES, required=True)
    uid = fields.Char("Trace ID")
    note = fields.Text("Answer")
