from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.tools import SQL


class AriaWorkflowVersionMixin(models.AbstractModel):
    """Versions of a workflow: a draft that follows an active one, and takes its records over.

    All versions of one workflow are a family; its root is the first version. At most one of a family is
    active. Where the records of a replaced version go is kept on its stages (``successor_id``).
    """

    _name = "aria.workflow.version.mixin"
    _inherit = ["aria.engine.mixin"]
    _description = "Versions of a workflow"

    version = fields.Integer(default=1, readonly=True, copy=False, aria_engine=True)
    last_version = fields.Integer(
        default=1,
        readonly=True,
        copy=False,
        aria_engine=True,
        help="Number of the newest version, kept on the first one.",
    )
    previous_id = fields.Many2one(
        "aria.workflow",
        string="Made From",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        aria_engine=True,
        help="The version that this one was drawn from.",
    )
    root_id = fields.Many2one(
        "aria.workflow",
        string="First Version",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        aria_engine=True,
    )
    version_note = fields.Text(
        "What Changes", copy=False, help="In a sentence or two, for the history of versions."
    )
    activated_at = fields.Datetime(readonly=True, copy=False, aria_engine=True)
    activated_by_id = fields.Many2one(
        "res.users",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        aria_engine=True,
    )
    retired_at = fields.Datetime(readonly=True, copy=False, aria_engine=True)
    version_ids = fields.Many2many(
        "aria.workflow", string="Versions", compute="_compute_version_ids"
    )
    version_count = fields.Integer("Number of Versions", compute="_compute_version_ids")
    change_ids = fields.One2many(
        "aria.workflow.change", "workflow_id", string="Records Taken Over", readonly=True
    )
    running_count = fields.Integer(
        "Records Under Way",
        compute="_compute_running_count",
        help="Records in this version that have no outcome yet.",
    )

    # ------------------------------------------------------------------ computed
    @api.depends("name", "version")
    @api.depends_context("aria_show_version")
    def _compute_display_name(self):
        # EXTENDS 'base': where versions stand side by side their names would be the same
        result = super()._compute_display_name()
        if self.env.context.get("aria_show_version"):
            for workflow in self:
                workflow.display_name = self.env._(
                    "%(name)s, version %(version)s", name=workflow.name, version=workflow.version
                )
        return result

    @api.depends("root_id", "previous_id", "state")
    def _compute_version_ids(self):
        for workflow in self:
            workflow.version_ids = workflow._origin._get_family()
            workflow.version_count = len(workflow.version_ids)

    def _compute_running_count(self):
        for model, workflows in self.grouped("model").items():
            counts = workflows._origin._count_running(model)
            for workflow in workflows:
                workflow.running_count = counts.get(workflow._origin, 0)

    def _count_running(self, model):
        """Return {workflow: number of records under way} of these workflows of ``model``."""
        if not self or model not in self.env:
            return {}
        # sudo: how many, whoever may see which
        documents = self.env[model].sudo().with_context(active_test=False)
        return dict(
            documents._read_group(self._get_running_domain(), ["aria_workflow_id"], ["__count"])
        )

    def _get_running_domain(self):
        """Return the domain of the records that are under way in these workflows."""
        return [("aria_workflow_id", "in", self.ids), ("aria_outcome", "=", False)]

    def _get_family(self):
        """Return all versions of this workflow, the newest first."""
        root = self.root_id or self
        versions = self.with_context(active_test=False).search(
            ["|", ("id", "in", root.ids), ("root_id", "in", root.ids)]
        )
        return versions.sorted("version", reverse=True).with_env(self.env)

    # ------------------------------------------------------------------ guards
    def write(self, vals):
        # EXTENDS 'aria_workflow'
        fixed = {"model_id", "company_id"} & vals.keys()
        followers = self.filtered("previous_id")[:1] if fixed else self.browse()
        if any(
            followers._fields[name].convert_to_write(followers[name], followers)
            != (vals[name] or False)
            for name in fixed
            if followers
        ):
            raise UserError(
                self.env._(
                    "“%(name)s” is a new version of a running workflow, whose kind of record and company it"
                    " keeps; duplicate it to make another workflow.",
                    name=followers.name,
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=True)
    def _unlink_except_followed(self):
        followed = self.search([("root_id", "in", self.ids), ("id", "not in", self.ids)], limit=1)
        if followed:
            raise UserError(
                self.env._(
                    "“%(name)s” has later versions and stays for their history; delete those first, or retire it.",
                    name=followed.root_id.name,
                )
            )

    # ------------------------------------------------------------------ new version
    def action_new_version(self):
        """Draw the next version of this workflow: a draft with the same stages and transitions.

        The draft can be changed freely; the records stay in the version they are in until the draft is
        activated.

        :return: the action that opens the draft
        :raise UserError: the workflow is a draft itself
        """
        self.ensure_one()
        self.check_access("write")
        if self.state == "draft":
            raise UserError(
                self.env._("“%(name)s” is a draft; change it directly.", name=self.name)
            )
        return self._make_version()._get_form_action()

    def _make_version(self):
        """Return a new draft version of this workflow."""
        root = self.root_id or self
        # the root's row is written first: of two users at once the second one is replayed and gets the next number
        number = root.last_version + 1
        root._aria_engine_write({"last_version": number})
        root.flush_recordset(["last_version"])
        new = self.copy({"name": self.name})
        self.copy_translations(new)
        new._aria_engine_write({"version": number, "previous_id": self.id, "root_id": root.id})
        return new

    def _get_form_action(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [[False, "form"]],
            "name": self.name,
        }

    def action_draw(self):
        """Open the drawing of this version: stages as nodes, transitions as arrows."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.client",
            "tag": "aria_workflow_editor",
            "name": self.display_name,
            "context": {"active_id": self.id},
            "params": {"workflow_id": self.id},
        }

    # ------------------------------------------------------------------ activation
    def _get_replaced(self):
        """Return the versions whose records this one takes over: the active one, and any with records left."""
        self.ensure_one()
        others = self._get_family().filtered(lambda w: w.state != "draft") - self
        counts = others._count_running(self.model)
        return others.filtered(lambda w: w.state == "active" or counts.get(w))

    def _open_activation(self):
        """Return the dialog that asks where the records of the other versions go."""
        self.ensure_one()
        self._check_activation()
        activation = self.env["aria.workflow.activation"].create({"workflow_id": self.id})
        return activation._get_form_action()

    def _check_activation(self):
        """Refuse a version that cannot work: see ``_check_structure``; nor may a unit be without people."""
        self.ensure_one()
        self._check_structure()
        self._check_units()

    def _check_units(self):
        # sudo: users of other companies may be members of a shared unit
        units = self.stage_ids.unit_id.sudo().filtered(lambda u: not u._is_staffed(self.company_id))
        empty = self.stage_ids.filtered(lambda s: s.unit_id in units)[:1]
        if empty:
            self._refuse(
                self.env._(
                    "Nobody in %(unit)s could take what comes to the stage “%(stage)s”; put an active"
                    " employee into the unit or choose another one.",
                    unit=empty.unit_id.name,
                    stage=empty.name,
                )
            )

    def _aria_lock_for_activation(self):
        """Keep records from entering or moving in these workflows until the transaction ends.

        Whoever moves a record holds a share of its workflow's row (``_aria_share_lock``): this waits for
        them, and whoever comes later waits for this and is replayed.

        :raise ConcurrencyError: rows were committed that this transaction cannot see yet; Odoo replays it
        """
        self.flush_model()
        ids = tuple(self.ids)
        self.env.cr.execute(
            SQL("SELECT id FROM aria_workflow WHERE id IN %s ORDER BY id FOR NO KEY UPDATE", ids)
        )
        self.env["aria.workflow.log"].flush_model()
        steps = SQL("SELECT count(*) FROM aria_workflow_log WHERE workflow_id IN %s", ids)
        [[seen]] = self.env.execute_query(steps)
        with (
            self.env.registry.cursor() as fresh
        ):  # what is committed now, and not at this one's start
            fresh.execute(steps)
            if fresh.fetchone()[0] > seen:
                raise ConcurrencyError("records have moved since this transaction began")

    def _aria_share_lock(self):
        """Hold these workflows as they are until the transaction ends; see ``_aria_lock_for_activation``."""
        if self:
            self.flush_recordset(["state"])
            self.env.cr.execute(
                SQL(
                    "SELECT id FROM aria_workflow WHERE id IN %s ORDER BY id FOR SHARE",
                    tuple(self.ids),
                )
            )

    def _aria_take_over(self, replaced):
        """Retire the ``replaced`` versions and let new records into this one."""
        now = fields.Datetime.now()
        replaced.filtered(lambda w: w.state == "active")._aria_engine_write(
            {"state": "retired", "retired_at": now}
        )
        self.stage_ids._aria_engine_write({"successor_id": False})
        self._aria_engine_write(
            {
                "state": "active",
                "retired_at": False,
                "activated_at": now,
                "activated_by_id": self.env.uid,
            }
        )
