from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_duration


class AriaWorkflowStage(models.Model):
    """A stage of a workflow: where a record stands and which unit has it then."""

    _name = "aria.workflow.stage"
    _inherit = [
        "aria.workflow.part.mixin",
        "aria.workflow.defined.part.mixin",
        "aria.workflow.compared.mixin",
    ]
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

    pos_x = fields.Float(
        "Place Along", help="Where the stage stands in the drawing, along the reading direction."
    )
    pos_y = fields.Float("Place Down", help="Where the stage stands in the drawing, downwards.")
    workflow_state = fields.Selection(related="workflow_id.state", string="State of the Workflow")
    origin_id = fields.Many2one(
        "aria.workflow.stage",
        string="Copied From",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    successor_id = fields.Many2one(
        "aria.workflow.stage",
        string="Goes On As",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        aria_engine=True,
        help="Where the records of this stage went when a newer version took over.",
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

    # ------------------------------------------------------------------ versions
    def _get_ancestors(self):
        """Return the stages that this one was copied from, the nearest first."""
        found, stage = self.browse(), self.origin_id
        while stage and stage not in found:
            found += stage
            stage = stage.origin_id
        return found

    def _carries_on(self, old):
        """Return whether this stage is ``old`` in another version of the workflow."""
        self.ensure_one()
        return self._is_related(old) or self.code == old.code

    def _is_related(self, other):
        """Return whether both stages were copied from one, or one from the other."""
        return bool((self + self._get_ancestors()) & (other + other._get_ancestors()))

    def _propose(self, stages):
        """Return which of ``stages`` carries this stage on: by common origin, else by code; or none."""
        self.ensure_one()
        related = stages.filtered(lambda s: s._is_related(self))
        return (related or stages.filtered(lambda s: s.code == self.code))[:1]

    def _aria_follow_successor(self):
        """Return where a record that comes to this stage is put: the stage itself, or, when its version
        was replaced, the stage of the active version that carries it on.

        Holds the workflows until the transaction ends, so that none is replaced meanwhile.
        """
        self.ensure_one()
        stage, seen = self, self.browse()
        while stage not in seen:
            stage.workflow_id._aria_share_lock()
            seen += stage
            if stage.workflow_id.state == "retired" and stage.successor_id:
                stage = stage.successor_id
        return stage

    def _prepare_replay(self):
        """Return this stage as ``lib/replay.py`` has it."""
        return {
            "id": self.id,
            "unit": self.unit_id.id or None,
            "outcome": self.outcome or None,
            "hours": self.sla_hours,
        }

    # ------------------------------------------------------------------ time
    def _get_calendar(self, company):
        """Return the working hours that count in this stage."""
        return self.unit_id._get_calendar(company)

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

    # ------------------------------------------------------------------ files
    @api.model
    def _get_definition_fields(self):
        # EXTENDS 'aria_workflow'
        return {
            **super()._get_definition_fields(),
            "code": "code",
            "name": "name",
            "unit": "unit_id",
            "sla_hours": "sla_hours",
            "kind": "kind",
            "outcome": "outcome",
            "x": "pos_x",
            "y": "pos_y",
        }

    def _get_definition_id(self):
        """Return by what a stage is found again in a file."""
        return self.code

    @api.model
    def _get_record_id(self, record):
        """Return the same of an object of a file."""
        return record["code"]

    # ------------------------------------------------------------------ comparison
    def _describe_value(self, name):
        # EXTENDS 'aria_workflow': hours as they stand in the form
        return format_duration(self[name]) if name == "sla_hours" else super()._describe_value(name)
