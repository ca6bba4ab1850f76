from odoo import api, fields, models
from odoo.exceptions import ValidationError


class AriaWorkflowTransition(models.Model):
    """A way from one stage to another: when it opens and who may go it."""

    _name = "aria.workflow.transition"
    _inherit = [
        "aria.workflow.part.mixin",
        "aria.workflow.defined.part.mixin",
        "aria.workflow.compared.mixin",
    ]
    _description = "Workflow Transition"

    name = fields.Char(
        translate=True, help="Text of the button. Empty: the name of the stage it leads to."
    )
    sequence = fields.Integer(help="Of several open ways the first one is taken.")
    from_stage_id = fields.Many2one(
        "aria.workflow.stage",
        string="From",
        index=True,
        ondelete="cascade",
        domain="[('workflow_id', '=', workflow_id)]",
        help="Empty: from every stage that has no outcome.",
    )
    to_stage_id = fields.Many2one(
        "aria.workflow.stage",
        string="To",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('workflow_id', '=', workflow_id)]",
    )
    origin_id = fields.Many2one(
        "aria.workflow.transition",
        string="Copied From",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    trigger = fields.Selection(
        [("button", "Button"), ("event", "Event"), ("auto", "Automatic")],
        required=True,
        default="button",
        help="Automatic: looked at when a record arrives at the stage.",
    )
    event = fields.Char(help="Code of the event that moves a record.")
    event_label = fields.Char("Event Name", compute="_compute_event_label")
    event_choices = fields.Json(compute="_compute_event_choices")
    model = fields.Char(related="workflow_id.model", string="Model")
    workflow_state = fields.Selection(related="workflow_id.state", string="State of the Workflow")
    guard_domain = fields.Char(
        "Condition",
        default="[]",
        help="The way is open to records that fit; empty: to all of them.",
    )
    guard_help = fields.Char(
        "What Is Missing", translate=True, help="Told to a user who presses the button too early."
    )
    group_ids = fields.Many2many(
        "res.groups",
        string="Allowed Groups",
        help="Who may press the button; empty with the units: the holder.",
    )
    unit_ids = fields.Many2many(
        "aria.unit", string="Allowed Units", help="Members of these may press the button."
    )
    note_required = fields.Boolean("Ask for a Note")

    _event_set = models.Constraint(
        "CHECK (trigger != 'event' OR event IS NOT NULL)",
        "A transition by event needs the code of the event.",
    )
    _other_stage = models.Constraint(
        "CHECK (from_stage_id IS NULL OR from_stage_id != to_stage_id)",
        "A transition leads from one stage to another one; choose two stages.",
    )

    @api.constrains("from_stage_id", "to_stage_id", "workflow_id")
    def _check_stages(self):
        for transition in self:
            if (
                transition.from_stage_id | transition.to_stage_id
            ).workflow_id != transition.workflow_id:
                raise ValidationError(
                    self.env._(
                        "“%(name)s” leads to a stage of another workflow; choose stages of “%(workflow)s”.",
                        name=transition.display_name,
                        workflow=transition.workflow_id.name,
                    )
                )

    @api.constrains("trigger", "event", "workflow_id")
    def _check_event(self):
        for transition in self.filtered(lambda t: t.trigger == "event"):
            known = transition._get_known_events()
            if transition.event not in known:
                raise ValidationError(
                    self.env._(
                        "There is no event “%(event)s” for “%(workflow)s”; choose one of: %(known)s.",
                        event=transition.event,
                        workflow=transition.workflow_id.name,
                        known=", ".join(known),
                    )
                )

    @api.constrains("guard_domain", "workflow_id")
    def _check_guard_domain(self):
        for transition in self:
            transition.workflow_id._aria_validate_domain(
                transition.guard_domain, transition.display_name
            )

    def _get_known_events(self):
        """Return the events of the workflow's model: {code: label}."""
        model = self.env.get(self.workflow_id.model)
        return dict(model._aria_workflow_events()) if model is not None else {}

    @api.depends("workflow_id.model")
    @api.depends_context("lang")
    def _compute_event_choices(self):
        for transition in self:
            transition.event_choices = list(transition._get_known_events().items())

    @api.depends("event", "workflow_id")
    @api.depends_context("lang")
    def _compute_event_label(self):
        for transition in self:
            transition.event_label = transition._get_known_events().get(
                transition.event, transition.event
            )

    @api.depends("name", "to_stage_id")
    def _compute_display_name(self):
        for transition in self:
            transition.display_name = transition.name or transition.to_stage_id.name

    def _get_frozen_fields(self):
        # EXTENDS 'aria_workflow'
        return super()._get_frozen_fields() | {
            "from_stage_id",
            "to_stage_id",
            "trigger",
            "event",
            "guard_domain",
        }

    # ------------------------------------------------------------------ for the engine
    def _from_stage(self, stage):
        """Return the ways that leave ``stage``, in order."""
        return self.filtered(
            lambda t: (
                t.to_stage_id != stage
                and (t.from_stage_id == stage or (not t.from_stage_id and not stage.outcome))
            )
        )

    def _prepare_replay(self):
        """Return this way as ``lib/replay.py`` has it."""
        return {
            "from": self.from_stage_id.id or None,
            "to": self.to_stage_id.id,
            "trigger": self.trigger,
            "event": self.event or None,
            "guarded": not self.workflow_id._aria_parse_domain(self.guard_domain).is_true(),
        }

    def _filter_passing(self, records):
        """Return those of the (superuser) ``records`` that fit the condition of this way."""
        self.ensure_one()
        domain = self.workflow_id._aria_parse_domain(self.guard_domain)
        return records if domain.is_true() else records.filtered_domain(domain)

    def _is_open_to(self, user):
        """Return whether groups and units let ``user`` go this way; None: they name nobody."""
        self.ensure_one()
        if not self.group_ids and not self.unit_ids:
            return None
        people = self.unit_ids.member_ids | self.unit_ids.manager_id
        return bool(self.group_ids & user.all_group_ids) or user in people

    # ------------------------------------------------------------------ files
    @api.model
    def _get_definition_fields(self):
        # EXTENDS 'aria_workflow'
        return {
            **super()._get_definition_fields(),
            "from": "from_stage_id",
            "to": "to_stage_id",
            "trigger": "trigger",
            "event": "event",
            "condition": "guard_domain",
            "missing": "guard_help",
            "name": "name",
            "groups": "group_ids",
            "units": "unit_ids",
            "note_required": "note_required",
        }

    def _get_definition_id(self):
        """Return by what a transition is found again in a file; of several alike, the last one."""
        return (
            self.from_stage_id.code or None,
            self.to_stage_id.code,
            self.trigger,
            self.event or None,
        )

    @api.model
    def _get_record_id(self, record):
        """Return the same of an object of a file."""
        return (
            record.get("from"),
            record["to"],
            record.get("trigger") or "button",
            record.get("event"),
        )

    # ------------------------------------------------------------------ comparison
    def _is_same_drawing(self, other):
        """Return whether both were copied from one, or one from the other."""
        return bool(self._get_line_of_copies() & other._get_line_of_copies())

    def _get_line_of_copies(self):
        """Return this transition and those that it was copied from."""
        found, way = self.browse(), self
        while way and way not in found:
            found += way
            way = way.origin_id
        return found

    def _describe_in_comparison(self):
        # EXTENDS 'aria_workflow'
        start = self.from_stage_id.name or self.env._("Any open stage")
        via = {
            "button": self.name,
            "event": self.event_label,
            "auto": self._describe_value("trigger"),
        }
        ends = self.env._("%(start)s to %(end)s", start=start, end=self.to_stage_id.name)
        return f"{ends} ({via[self.trigger] or self._describe_value('trigger')})"
