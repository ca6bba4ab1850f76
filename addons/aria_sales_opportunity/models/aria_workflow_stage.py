from odoo import api, fields, models


class AriaWorkflowStage(models.Model):
    _inherit = "aria.workflow.stage"

    aria_public_name = fields.Char(
        "Shown to the Customer",
        translate=True,
        help="What the customer reads on the portal while a line is at this stage. Empty: nothing is shown.",
    )

    @api.model
    def _get_definition_fields(self):
        # EXTENDS 'aria_workflow'
        return {**super()._get_definition_fields(), "public_name": "aria_public_name"}
