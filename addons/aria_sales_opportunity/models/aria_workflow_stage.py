from odoo import fields, models


class AriaWorkflowStage(models.Model):
    _inherit = "aria.workflow.stage"

    aria_public_name = fields.Char(
        "Shown to the Customer",
        translate=True,
        help="What the customer reads on the portal while a line is at this stage. Empty: nothing is shown.",
    )
