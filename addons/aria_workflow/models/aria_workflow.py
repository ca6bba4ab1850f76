from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

# what is deleted together with a model's flows
FLOW_MODELS = ("aria.workflow", "aria.workflow.stage", "aria.workflow.transition", "aria.referral")


class AriaWorkflow(models.Model):
    """The way of a kind of record through stages and units, as data."""

    _name = "aria.workflow"
    _inherit = [
        "aria.workflow.version.mixin",
        "aria.workflow.replay.mixin",
        "aria.workflow.definition.mixin",
        "aria.workflow.comparison.mixin",
        "aria.workflow.compared.mixin",
    ]
    _description = "Workflow"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(
        default=10,
        help="Of several active workflows whose condition fits a record, the first one takes it.",
    )
    active = fields.Boolean(default=True)
    model_id = fields.Many2one(
        "ir.model", string="Kind of Record", required=True, index=True, ondelete="cascade"
    )
    model = fields.Char(
        "Model", related="model_id.model", store=True, precompute=True, index=True, aria_engine=True
    )
    company_id = fields.Many2one(
        "res.company",
        index=True,
        help="Empty: the workflow serves all companies.",
    )
    domain = fields.Char(
        "Condition", default="[]", required=True, help="Which new records enter this workflow."
    )
    state = fields.Selection(
        [("draft", "Draft"), ("active", "Active"), ("retired", "Retired")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
        aria_engine=True,
        help="A draft can be changed and takes no records. A retired workflow keeps the records it has"
        " until their end and takes no new ones.",
    )
    stage_ids = fields.One2many("aria.workflow.stage", "workflow_id", string="Stages")
    transition_ids = fields.One2many(
        "aria.workflow.transition", "workflow_id", string="Transitions"
    )
    initial_stage_id = fields.Many2one(
        "aria.workflow.stage",
        string="First Stage",
        index=True,
        copy=False,
        ondelete="set null",
        domain="[('workflow_id', '=', id), ('outcome', '=', False)]",
    )

    @api.constrains("model_id")
    def _check_model(self):
        for workflow in self:
            model = self.env.get(workflow.model)
            if model is None or not hasattr(model, "aria_fire") or model._abstract:
                raise ValidationError(
                    self.env._(
                        "Records of “%(model)s” cannot go through a workflow; choose another kind of record.",
                        model=workflow.model_id.name,
                    )
                )

    @api.constrains("domain", "model_id")
    def _check_domain(self):
        for workflow in self:
            workflow._aria_validate_domain(workflow.domain, workflow.name)

    @api.model
    def _aria_parse_domain(self, text):
        """Return the :class:`Domain` written in ``text``."""
        return Domain(literal_eval(text or "[]"))

    def _aria_validate_domain(self, text, name):
        """Refuse a condition that cannot be evaluated on records of this workflow."""
        self.ensure_one()
        try:
            domain = self._aria_parse_domain(text)
            domain.validate(self.env[self.model])
            self.env[self.model].browse().filtered_domain(domain)
        except Exception as error:  # whatever is typed there must end in a sentence
            raise ValidationError(
                self.env._(
                    "The condition of “%(name)s” cannot be understood: %(reason)s. Choose it anew with the editor.",
                    name=name,
                    reason=error,
                )
            ) from error

    # ------------------------------------------------------------------ life
    def write(self, vals):
        # EXTENDS 'aria_workflow'
        if self._get_frozen_fields() & vals.keys():
            self._check_draft()
        return super().write(vals)

    def _get_frozen_fields(self):
        """Return the fields that only a draft may change."""
        return {"model_id", "company_id", "initial_stage_id"}

    def _check_draft(self):
        """Refuse to change the structure of workflows in which records are running."""
        fixed = self.filtered(lambda w: w.state != "draft")[:1]
        if fixed:
            raise UserError(
                self.env._(
                    "“%(name)s” is in use and its ways cannot be changed; make a new version and change that.",
                    name=fixed.name,
                )
            )

    @api.ondelete(at_uninstall=True)
    def _unlink_except_used(self):
        logs = self.env["aria.workflow.log"].sudo()  # whether any record has ever been in it
        used = logs.search([("workflow_id", "in", self.ids)], limit=1)
        if used:
            raise UserError(
                self.env._(
                    "Records have gone through “%(name)s”; it cannot be deleted, but retired.",
                    name=used.workflow_id.name,
                )
            )

    def action_activate(self):
        """Prove the workflows and let new records in.

        A version that takes the records of another one over opens the dialog that asks where they go.

        :return: True, or the action of the dialog
        :raise ValidationError: no first stage, a stage that nothing leads to, a cycle of automatic
            transitions, an open stage without a way out, or no stage that ends the way
        """
        self.check_access("write")
        following = self.filtered(lambda w: w.state != "active" and w._get_replaced())
        if following and len(self) > 1:
            raise UserError(
                self.env._(
                    "“%(name)s” takes over the records of another version; activate it by itself.",
                    name=following[0].name,
                )
            )
        if following:
            return following._open_activation()
        for workflow in self:
            workflow._check_structure()
        self.filtered(lambda w: w.state != "active")._aria_take_over(self.browse())
        return True

    def action_retire(self):
        """Take no new records; those inside go on to their end."""
        self.check_access("write")
        self._aria_engine_write({"state": "retired", "retired_at": fields.Datetime.now()})
        return True

    def action_draft(self):
        """Open workflows for changes again that no record has ever entered."""
        self.check_access("write")
        self._unlink_except_used()
        self._aria_engine_write({"state": "draft"})
        return True

    # ------------------------------------------------------------------ proof
    def _check_structure(self):
        self.ensure_one()
        self._check_initial_stage()
        self._check_reachable()
        self._check_auto_cycle()
        self._check_dead_ends()
        for transition in self.transition_ids:
            self._aria_validate_domain(transition.guard_domain, transition.display_name)
        # what the draft's kind of record or company has been changed to since
        self.transition_ids._check_event()
        self.stage_ids._check_unit_company()

    def _refuse(self, message):
        raise ValidationError(message)

    def _check_initial_stage(self):
        initial = self.initial_stage_id
        if not initial or initial.workflow_id != self:
            self._refuse(
                self.env._(
                    "“%(name)s” has no first stage; choose the stage where records begin.",
                    name=self.name,
                )
            )
        if initial.outcome:
            self._refuse(
                self.env._(
                    "“%(stage)s” ends the way and cannot be the first stage of “%(name)s”; choose another one.",
                    stage=initial.name,
                    name=self.name,
                )
            )

    def _check_reachable(self):
        seen, todo = set(), [self.initial_stage_id]
        while todo:
            stage = todo.pop()
            if stage not in seen:
                seen.add(stage)
                todo += self.transition_ids._from_stage(stage).to_stage_id
        lost = self.stage_ids.filtered(lambda s: s not in seen)[:1]
        if lost:
            self._refuse(
                self.env._(
                    "Nothing leads to the stage “%(stage)s” of “%(name)s”; add a transition to it or remove it.",
                    stage=lost.name,
                    name=self.name,
                )
            )

    def _check_auto_cycle(self):
        automatic = self.transition_ids.filtered(lambda t: t.trigger == "auto")
        ways = {stage: automatic._from_stage(stage).to_stage_id for stage in self.stage_ids}
        finished = set()

        def visit(stage, path):
            if stage in path:
                self._refuse(
                    self.env._(
                        "The automatic transitions of “%(name)s” go round in a circle: %(stages)s;"
                        " make one of them a button or an event.",
                        name=self.name,
                        stages=" → ".join(s.name for s in [*path[path.index(stage) :], stage]),
                    )
                )
            if stage not in finished:
                for following in ways[stage]:
                    visit(following, [*path, stage])
                finished.add(stage)

        for stage in self.stage_ids:
            visit(stage, [])

    def _check_dead_ends(self):
        for stage in self.stage_ids.filtered(lambda s: not s.outcome):
            if not self.transition_ids._from_stage(stage):
                self._refuse(
                    self.env._(
                        "Records could never leave the stage “%(stage)s” of “%(name)s”;"
                        " add a transition or give the stage an outcome.",
                        stage=stage.name,
                        name=self.name,
                    )
                )

    # ------------------------------------------------------------------ copy
    def copy_data(self, default=None):
        # EXTENDS 'base'
        vals_list = super().copy_data(default)
        if "name" not in (default or {}):
            for workflow, vals in zip(self, vals_list, strict=True):
                vals["name"] = self.env._("%(name)s (copy)", name=workflow.name)
        return vals_list

    def copy(self, default=None):
        # EXTENDS 'base': the copy is a draft with stages and transitions of its own
        copies = super().copy(default)
        for workflow, new in zip(self, copies, strict=True):
            workflow._copy_ways_to(new)
        return copies

    def _copy_ways_to(self, new):
        stages = {
            old: old.copy({"workflow_id": new.id, "origin_id": old.id}) for old in self.stage_ids
        }  # a handful
        for transition in self.transition_ids:
            transition.copy(
                {
                    "workflow_id": new.id,
                    "origin_id": transition.id,
                    "from_stage_id": stages[transition.from_stage_id].id
                    if transition.from_stage_id
                    else False,
                    "to_stage_id": stages[transition.to_stage_id].id,
                }
            )
        if self.initial_stage_id:
            new.initial_stage_id = stages[self.initial_stage_id]

    # ------------------------------------------------------------------ for the engine
    @api.model
    def _aria_forget_model(self, model):
        """Delete the workflows, log and referrals of ``model``; for the uninstall hook of its addon.

        By SQL: the rows are append-only, and their documents lose the columns that point at them.
        """
        self.env.flush_all()
        for field in self.env[model]._fields.values():
            if field.store and field.type == "many2one" and field.comodel_name in FLOW_MODELS:
                table, column = SQL.identifier(self.env[model]._table), SQL.identifier(field.name)
                self.env.cr.execute(
                    SQL("UPDATE %s SET %s = NULL WHERE %s IS NOT NULL", table, column, column)
                )
        for name in ("aria_workflow_log", "aria_referral"):
            self.env.cr.execute(
                SQL("DELETE FROM %s WHERE res_model = %s", SQL.identifier(name), model)
            )
        self.env.cr.execute(SQL("DELETE FROM aria_workflow WHERE model = %s", model))
        self.env.invalidate_all()

    @api.model
    def _aria_get_candidates(self, model):
        """Return the active workflows of a model, as superuser, in the order in which they are tried."""
        # sudo: flows are the company's; the record's user need not see them
        return self.sudo().search([("model", "=", model), ("state", "=", "active")])

    def _aria_filter_entering(self, records):
        """Return those of the (superuser) ``records`` that enter this workflow."""
        self.ensure_one()
        if self.company_id:
            companies = records._aria_get_companies()
            records = records.filtered(lambda r: companies[r.id] == self.company_id)
        domain = self._aria_parse_domain(self.domain)
        return records if domain.is_true() else records.filtered_domain(domain)
