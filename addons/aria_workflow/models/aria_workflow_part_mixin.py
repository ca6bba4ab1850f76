from odoo import api, fields, models


class AriaWorkflowPartMixin(models.AbstractModel):
    """What stages and transitions share: their workflow, and that only a draft's structure changes."""

    _name = "aria.workflow.part.mixin"
    _inherit = ["aria.engine.mixin"]
    _description = "Part of a workflow"
    _order = "workflow_id, sequence, id"

    workflow_id = fields.Many2one("aria.workflow", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(
        related="workflow_id.company_id", store=True, precompute=True, index=True, string="Company",
        aria_engine=True,
    )  # fmt: skip
    sequence = fields.Integer(default=10)

    def _get_frozen_fields(self):
        """Return the fields that only a draft workflow may change."""
        return {"workflow_id"}

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'base'
        parts = super().create(vals_list)
        parts.workflow_id._check_draft()
        return parts

    def write(self, vals):
        # EXTENDS 'base'
        frozen = self._get_frozen_fields() & vals.keys()
        if frozen and self._aria_changes(vals, frozen):
            self.workflow_id._check_draft()
        result = super().write(vals)
        if "workflow_id" in vals:
            self.workflow_id._check_draft()
        return result

    def _aria_changes(self, vals, names):
        """Return whether ``vals`` change one of the fields ``names``; a form sends what it shows."""
        return any(
            self._fields[name].convert_to_write(part[name], part) != (vals[name] or False)
            for part in self
            for name in names
        )

    @api.ondelete(at_uninstall=True)
    def _unlink_except_active(self):
        self.workflow_id._check_draft()
