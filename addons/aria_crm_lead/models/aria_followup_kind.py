from odoo import fields, models


class AriaFollowupKind(models.Model):
    """What is to be done: a call, a visit, a catalogue to send …"""

    _name = "aria.followup.kind"
    _description = "Kind of Follow-up"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
