from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class AriaWorkflowStage(models.Model):
    """A stage of a workflow: where a record stands and which unit has it then."""

    _name = "aria.workflow.stage"
    _inherit = ["aria.workflow.part.mixin"]
    _description = "Workflow Stage"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True, help="Short name for programs and reports; unique in the workflow."
    )
    unit_id = fields.Many2one(
        "aria.unit",
        index="btree_not_null",
        ondelete="restrict",
        help="A record that comes here is referred to this unit.",
    )
    sla_hours = fields.Float(
        "Time Allowed (hours)",
        help="Working hours of the unit until the deadline of the referral; 0: none.",
    )
    kind = fields.Selection(
        [("open", "Under way"), ("ready", "Ready")],
        required=True,
        default="open",
        help="Ready: nothing more is awaited, the record can go on with the sale.",
    )
    outcome = fields.Selection(
        [("won", "Won"), ("lost", "Lost"), ("void", "Void")],
        help="A stage with an outcome ends the way. Void records count nowhere.",
    )

    _code_uniq = models.Constraint(
        "UNIQUE(workflow_id, code)",
        "Another stage of this workflow has the same code; choose another code.",
    )
    _sla_positive = models.Constraint(
        "CHECK (sla_hours >= 0)", "The time allowed cannot be negative."
    )

    @api.constrains("unit_id", "workflow_id")
    def _check_unit_company(self):
        for stage in self:
            company = stage.unit_id.company_id
            if company and company != stage.workflow_id.company_id:
                raise ValidationError(
                    self.env._(
                        "%(unit)s belongs to one company, the workflow “%(name)s” does not;"
                        " choose a shared unit for the stage “%(stage)s”.",
                        unit=stage.unit_id.name,
                        name=stage.workflow_id.name,
                        stage=stage.name,
                    )
                )

    def _get_frozen_fields(self):
        # EXTENDS 'aria_workflow'
        return super()._get_frozen_fields() | {"code", "kind", "outcome"}

    @api.ondelete(at_uninstall=True)
    def _unlink_except_used(self):
        used = (
            self.env["aria.workflow.log"]
            .sudo()
            .search(  # whether any record has ever been there
                ["|", ("from_stage_id", "in", self.ids), ("to_stage_id", "in", self.ids)], limit=1
            )
        )
        if used:
            stage = (used.to_stage_id | used.from_stage_id) & self
            raise UserError(
                self.env._(
                    "Records have passed “%(stage)s”; it cannot be deleted.", stage=stage[:1].name
                )
            )

    def copy_data(self, default=None):
        # EXTENDS 'base': a copy in the same workflow needs a code of its own
        vals_list = super().copy_data(default)
        if "workflow_id" not in (default or {}):
            for stage, vals in zip(self, vals_list, strict=True):
                used = set(stage.workflow_id.stage_ids.mapped("code"))
                numbers = range(2, len(used) + 3)
                vals["code"] = next(c for n in numbers if (c := f"{stage.code}_{n}") not in used)
        return vals_list

    def _get_calendar(self, company):
        """Return the working hours that count in this stage."""
        return (
            self.unit_id.calendar_id
            or company.resource_calendar_id
            or self.env.company.resource_calendar_id
        )

    def _get_deadline(self, company):
        """Return until when a record that comes here now is to be done (naive UTC), or False."""
        self.ensure_one()
        if not self.sla_hours:
            return False
        now = fields.Datetime.now()
        calendar = self._get_calendar(company)
        planned = (
            calendar.plan_hours(self.sla_hours, now, compute_leaves=True) if calendar else False
        )
        return planned or fields.Datetime.add(now, hours=self.sla_hours)
