from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

BATCH = 2000


class AriaWorkflowActivation(models.TransientModel):
    """Activate a new version: where the records of each stage of the version in use go.

    Nothing happens before ``action_apply``, which does everything in one transaction.
    """

    _name = "aria.workflow.activation"
    _description = "Activate a New Version"

    workflow_id = fields.Many2one("aria.workflow", required=True, readonly=True, ondelete="cascade")
    replaced_ids = fields.Many2many(
        "aria.workflow", string="Versions Replaced", compute="_compute_replaced_ids"
    )
    line_ids = fields.One2many("aria.workflow.activation.line", "activation_id", string="Stages")
    count = fields.Integer("Records Under Way", compute="_compute_count")
    unmapped_count = fields.Integer("Records Without a Stage", compute="_compute_count")
    ended_count = fields.Integer("Finished Records", compute="_compute_count")
    move_ended = fields.Boolean(
        "Move Finished Records Too",
        help="Off: they stay in the version in which they ended; one that is opened again goes on in the new one.",
    )

    # ------------------------------------------------------------------ what it would do
    @api.depends("workflow_id")
    def _compute_replaced_ids(self):
        for activation in self:
            activation.replaced_ids = activation.workflow_id._get_replaced()

    @api.depends("line_ids.count", "line_ids.to_stage_id")
    def _compute_count(self):
        for activation in self:
            under_way = activation.line_ids.filtered(lambda x: not x.outcome)
            activation.count = sum(under_way.mapped("count"))
            activation.unmapped_count = sum(
                under_way.filtered(lambda x: not x.to_stage_id).mapped("count")
            )
            activation.ended_count = sum((activation.line_ids - under_way).mapped("count"))

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'base': the lines are proposed
        activations = super().create(vals_list)
        for activation in activations.filtered(lambda a: not a.line_ids):
            activation.line_ids = [
                Command.create(vals) for vals in activation._prepare_line_vals_list()
            ]
        return activations

    def _prepare_line_vals_list(self):
        """Return the lines that map each old stage to the new one that carries it on."""
        self.ensure_one()
        vals_list = []
        for old in self._get_old_stages():
            new = self.workflow_id._propose_for(old)
            vals_list.append({"from_stage_id": old.id, "to_stage_id": new.id})
        return vals_list

    def _get_old_stages(self):
        """Return the stages that need a line: all of the active version, of others those with records."""
        replaced = self.workflow_id._get_replaced()
        used = self._count_by_stage(replaced)
        return replaced.stage_ids.filtered(
            lambda s: s.workflow_id.state == "active" or s.id in used
        ).sorted(lambda s: (s.workflow_id.state != "active", s.sequence, s.id))

    def _get_documents(self):
        """Return the model of the records, as superuser: all of them move, whoever may see which."""
        # sudo: rights are those on the workflow
        return self.env[self.workflow_id.model].sudo().with_context(active_test=False)

    def _count_by_stage(self, replaced):
        """Return {stage id: number of records} in ``replaced`` versions."""
        groups = self._get_documents()._read_group(
            [("aria_workflow_id", "in", replaced.ids)], ["aria_stage_id"], ["__count"]
        )
        return {stage.id: count for stage, count in groups}

    def _get_form_action(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Activate version %(version)s", version=self.workflow_id.version),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [[False, "form"]],
            "target": "new",
        }

    def action_compare(self):
        """Open the new version beside the one in use."""
        self.ensure_one()
        return self.workflow_id.action_compare()

    # ------------------------------------------------------------------ doing it
    def action_apply(self):
        """Activate the version: records go where the lines say, their referrals too, the old versions retire.

        :return: the action that opens the workflow
        :raise UserError: stages with records and no line or no new stage, a version that cannot work,
            another version that was activated meanwhile, or records of a company that is not the user's
        """
        self.ensure_one()
        workflow = self.workflow_id
        workflow.check_access("write")
        replaced = self._get_checked_replaced()
        self.env.flush_all()
        (replaced | workflow)._aria_lock_for_activation()
        self._lock_documents(replaced)
        workflow._check_activation()
        self._check_lines(replaced)
        self._check_companies(replaced)
        workflow._aria_take_over(replaced)
        for line in self.line_ids:
            line._apply()
        return workflow._get_form_action()

    def _get_checked_replaced(self):
        workflow = self.workflow_id
        if workflow.state == "active":
            raise UserError(
                self.env._(
                    "Version %(version)s of “%(name)s” was already activated by %(user)s.",
                    version=workflow.version,
                    name=workflow.name,
                    user=workflow.activated_by_id.sudo().name,  # the name only
                )
            )
        return workflow._get_replaced()

    def _lock_documents(self, replaced):
        """Wait for those who are changing a record of these versions, and keep others from it until the end."""
        table = SQL.identifier(self._get_documents()._table)
        self.env.cr.execute(
            SQL(
                "SELECT id FROM %s WHERE aria_workflow_id IN %s AND aria_outcome IS NULL"
                " ORDER BY id FOR NO KEY UPDATE",
                table,
                tuple(replaced.ids) or (0,),
            )
        )

    def _check_lines(self, replaced):
        """Refuse lines that do not say, for every stage with records, where they go."""
        lines = self.line_ids
        foreign = lines.filtered(
            lambda x: (
                x.from_stage_id.workflow_id not in replaced
                or (x.to_stage_id and x.to_stage_id.workflow_id != self.workflow_id)
            )
        )
        missing = self._get_old_stages() - lines.from_stage_id
        if foreign or missing or len(lines.from_stage_id) != len(lines):
            raise UserError(
                self.env._(
                    "The versions of “%(name)s” have changed since this dialog was opened; close it and"
                    " activate again.",
                    name=self.workflow_id.name,
                )
            )
        for line in lines:
            line._check_target()

    def _check_companies(self, replaced):
        """Refuse to move records of companies that the user, or the new version, does not work for."""
        documents = self._get_documents().search(replaced._get_running_domain())
        companies = self.env["res.company"].union(*documents._aria_get_companies().values())
        foreign = companies - self.env.user.company_ids if not self.env.su else companies.browse()
        if self.workflow_id.company_id:
            foreign |= companies - self.workflow_id.company_id
        if foreign:
            raise UserError(
                self.env._(
                    "Records of %(company)s are under way in “%(name)s”; only somebody who works for that"
                    " company too can activate a version that takes them over.",
                    company=foreign[0].sudo().name,  # the name only
                    name=self.workflow_id.name,
                )
            )


class AriaWorkflowActivationLine(models.TransientModel):
    """Where the records of one old stage go."""

    _name = "aria.workflow.activation.line"
    _description = "Stage of a Version That Is Replaced"
    _order = "id"

    activation_id = fields.Many2one("aria.workflow.activation", required=True, ondelete="cascade")
    workflow_id = fields.Many2one(related="activation_id.workflow_id")
    from_stage_id = fields.Many2one(
        "aria.workflow.stage", string="Old Stage", required=True, readonly=True, ondelete="cascade"
    )
    from_version = fields.Integer(related="from_stage_id.workflow_id.version", string="Version")
    outcome = fields.Selection(related="from_stage_id.outcome")
    to_stage_id = fields.Many2one("aria.workflow.stage", string="New Stage", ondelete="cascade")
    count = fields.Integer("Records", compute="_compute_live")
    late_count = fields.Integer(
        "Late", compute="_compute_live", help="Records whose open referral is past its deadline."
    )
    referral_count = fields.Integer("Open Referrals", compute="_compute_live")
    holders = fields.Char("Held By", compute="_compute_live")
    referrals = fields.Selection(
        [
            ("keep", "Stay with their holders"),
            ("move", "Go to the new unit"),
            ("close", "Are closed"),
        ],
        compute="_compute_referrals",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        help="What becomes of the open referrals of these records.",
    )

    @api.depends("from_stage_id", "to_stage_id")
    def _compute_referrals(self):
        for line in self:
            new, old = line.to_stage_id, line.from_stage_id
            if not new or new.unit_id == old.unit_id:
                line.referrals = "keep"
            else:
                line.referrals = "move" if new.unit_id else "close"

    def _compute_live(self):
        facts = self._get_facts()
        for line in self:
            count, referrals, late, holders = facts.get(line.from_stage_id.id, (0, 0, 0, []))
            line.count, line.referral_count, line.late_count = count, referrals, late
            line.holders = " · ".join(holders)

    def _get_facts(self):
        """Return {old stage id: (records, open referrals, late records, names of holders)}, as it is now."""
        facts = {}
        for activation, lines in self.grouped("activation_id").items():
            if activation.workflow_id.model not in self.env:
                continue
            stages = lines.from_stage_id
            documents = activation._get_documents()
            holders = documents._aria_get_stage_holders(stages)
            for stage_id, *counts in documents._aria_count_stages(stages):
                facts[stage_id] = (*counts, holders.get(stage_id, []))
        return facts

    def _check_target(self):
        """Refuse a line whose records would have nowhere to go, or be ended by the change."""
        self.ensure_one()
        old, new = self.from_stage_id, self.to_stage_id
        if not new and not old.outcome and self.count:
            raise UserError(
                self.env._(
                    "%(count)s records are at “%(stage)s” and have no stage in the new version; choose where they go.",
                    count=self.count,
                    stage=old.name,
                )
            )
        if new and (old.outcome or False) != (new.outcome or False):
            raise UserError(
                self.env._(
                    "Records of “%(old)s” cannot go to “%(new)s”: a new version neither ends records nor"
                    " changes how they ended; choose another stage.",
                    old=old.name,
                    new=new.name,
                )
            )
        if self.referrals == "move" and not new.unit_id:
            raise UserError(
                self.env._(
                    "“%(stage)s” has no unit that the referrals could go to; let them stay or be closed.",
                    stage=new.name or old.name,
                )
            )

    def _apply(self):
        """Move the records of this stage, in batches, and remember where they and later ones go."""
        self.ensure_one()
        old, new, activation = self.from_stage_id, self.to_stage_id, self.activation_id
        old._aria_engine_write({"successor_id": new.id})
        stays = not new or (old.outcome and not activation.move_ended)
        ids = [] if stays else self._get_record_ids()
        note = self.env._(
            "Version %(version)s of the workflow took over.", version=self.workflow_id.version
        )
        documents = activation._get_documents()
        for start in range(0, len(ids), BATCH):
            # a hook of an earlier batch may have moved or deleted some
            batch = documents.browse(ids[start : start + BATCH]).exists()
            batch = batch.filtered(lambda r: r.aria_stage_id == old)
            if not batch:
                continue
            batch._aria_carry_over(new, self.referrals, note)
            self.env.flush_all()
            self.env.invalidate_all()
        self.env["aria.workflow.change"]._aria_engine_create(
            {
                "workflow_id": activation.workflow_id.id,
                "from_stage_id": old.id,
                "to_stage_id": new.id,
                "count": len(ids),
                "referrals": self.referrals,
            }
        )

    def _get_record_ids(self):
        domain = [("aria_stage_id", "=", self.from_stage_id.id)]
        return self.activation_id._get_documents().search(domain, order="id").ids
