from odoo import fields, models


class AriaWorkflowChange(models.Model):
    """What an activation did with the records of one stage; the readable history of versions."""

    _name = "aria.workflow.change"
    _inherit = ["aria.append.only.mixin"]
    _description = "Change of Version"
    _order = "id desc"
    _rec_name = "from_stage_id"

    workflow_id = fields.Many2one(
        "aria.workflow",
        string="New Version",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="workflow_id.company_id", store=True, precompute=True, index=True, string="Company"
    )
    from_stage_id = fields.Many2one(
        "aria.workflow.stage",
        string="Old Stage",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    from_version = fields.Integer(related="from_stage_id.workflow_id.version", string="Old Version")
    to_stage_id = fields.Many2one(
        "aria.workflow.stage",
        string="New Stage",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    count = fields.Integer("Records", readonly=True)
    referrals = fields.Selection(
        [
            ("keep", "Stay with their holders"),
            ("move", "Go to the new unit"),
            ("close", "Are closed"),
        ],
        readonly=True,
        help="What became of the open referrals.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Activated By",
        default=lambda self: self.env.user,
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    date = fields.Datetime(default=fields.Datetime.now, required=True, readonly=True)
