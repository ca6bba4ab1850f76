from psycopg2 import sql

from odoo import api, fields, models


class AriaWorkflowLog(models.Model):
    """Every step of every record through its workflow; reports and SLA stand on it."""

    _name = "aria.workflow.log"
    _inherit = ["aria.append.only.mixin"]
    _description = "Workflow Log"
    _order = "id desc"
    _rec_name = "res_name"

    res_model_id = fields.Many2one(
        "ir.model",
        string="Kind of Document",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    res_model = fields.Char(
        "Document Model", related="res_model_id.model", store=True, precompute=True, readonly=True
    )
    res_id = fields.Many2oneReference(
        "Document ID", model_field="res_model", required=True, readonly=True
    )
    res_name = fields.Char("Document", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    owner_id = fields.Many2one(
        "res.users", string="Responsible", readonly=True, index=True, ondelete="restrict",
        help="Who was responsible for the document at that time.",
    )  # fmt: skip
    workflow_id = fields.Many2one("aria.workflow", readonly=True, index=True, ondelete="restrict")
    transition_id = fields.Many2one(
        "aria.workflow.transition",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    event = fields.Char(readonly=True, help="Event that moved the document; empty for buttons.")
    from_stage_id = fields.Many2one(
        "aria.workflow.stage",
        string="From",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    to_stage_id = fields.Many2one(
        "aria.workflow.stage",
        string="To",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    unit_id = fields.Many2one(
        "aria.unit", readonly=True, index="btree_not_null", ondelete="restrict",
        help="Unit that held the document in the stage left.",
    )  # fmt: skip
    user_id = fields.Many2one(
        "res.users", required=True, readonly=True, index=True, ondelete="restrict"
    )
    date = fields.Datetime(required=True, readonly=True, index=True, default=fields.Datetime.now)
    seconds = fields.Integer(
        "Time in Stage (s)", readonly=True, help="Seconds spent in the stage left, by the calendar."
    )
    working_seconds = fields.Integer(
        "Working Time in Stage (s)",
        readonly=True,
        help="Seconds spent in the stage left, within the working hours of its unit.",
    )
    hours = fields.Float("Time (hours)", compute="_compute_hours")
    working_hours = fields.Float("Working Time (hours)", compute="_compute_hours")
    note = fields.Text(readonly=True)

    _document_idx = models.Index("(res_model, res_id, id)")

    @api.depends("seconds", "working_seconds")
    def _compute_hours(self):
        for step in self:
            step.hours = step.seconds / 3600
            step.working_hours = step.working_seconds / 3600

    @api.model
    def _aria_engine_insert(self, vals_list):
        """Add many rows as ``_aria_engine_create`` does, in few statements; for the activation of a version.

        :param vals_list: dicts with the same keys
        """
        if not vals_list:
            return
        model = self.env["ir.model"].sudo().browse(vals_list[0]["res_model_id"])  # its name only
        common = {
            "res_model": model.model,
            "date": fields.Datetime.now(),
            "create_date": self.env.cr.now(),
            "create_uid": self.env.uid,
        }
        names = [*vals_list[0], *common]
        rows = [
            [None if value is False else value for value in (*vals.values(), *common.values())]
            for vals in vals_list
        ]
        query = sql.SQL("INSERT INTO aria_workflow_log ({}) VALUES %s").format(
            sql.SQL(", ").join(map(sql.Identifier, names))
        )
        self.env.cr.execute_values(query, rows, page_size=1000)
