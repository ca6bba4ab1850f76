from odoo import fields, models


class AriaAnswerTemplate(models.Model):
    """A text that is written often: an answer, or the reason of a return."""

    _name = "aria.answer.template"
    _description = "Answer Template"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    verb = fields.Selection(
        [("answer", "Answer"), ("return", "Return")],
        string="Used To",
        required=True,
        default="answer",
    )
    unit_id = fields.Many2one(
        "aria.unit",
        index="btree_not_null",
        ondelete="cascade",
        help="The unit that writes it; empty: all units.",
    )
    body = fields.Text("Text", required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
