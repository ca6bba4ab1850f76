from odoo import Command, api, fields, models


class AriaWorkflowComparison(models.TransientModel):
    """Two versions of a workflow side by side: what was added, removed and changed."""

    _name = "aria.workflow.comparison"
    _description = "Comparison of Versions"
    _rec_name = "new_id"

    old_id = fields.Many2one("aria.workflow", string="Before", required=True, ondelete="cascade")
    new_id = fields.Many2one("aria.workflow", string="After", required=True, ondelete="cascade")
    version_ids = fields.Many2many("aria.workflow", compute="_compute_version_ids")
    show_same = fields.Boolean(
        "Show What Stays", help="Stages and transitions that are the same in both versions."
    )
    line_ids = fields.One2many(
        "aria.workflow.comparison.line",
        "comparison_id",
        string="Differences",
        compute="_compute_line_ids",
        store=True,
        compute_sudo=False,  # whoever compares sees what he may read, and no more
    )
    difference_count = fields.Integer(compute="_compute_difference_count")

    @api.depends("old_id", "new_id")
    def _compute_version_ids(self):
        for comparison in self:
            comparison.version_ids = (comparison.new_id or comparison.old_id)._get_family()

    @api.depends("old_id", "new_id", "show_same")
    def _compute_line_ids(self):
        for comparison in self:
            lines = comparison._prepare_lines() if comparison.old_id and comparison.new_id else []
            comparison.line_ids = [Command.clear(), *map(Command.create, lines)]

    def _prepare_lines(self):
        lines = self.new_id._compare_with(self.old_id)
        return [line for line in lines if self.show_same or line["change"] != "same"]

    @api.depends("line_ids.change")
    def _compute_difference_count(self):
        for comparison in self:
            comparison.difference_count = len(
                comparison.line_ids.filtered(lambda x: x.change != "same")
            )


class AriaWorkflowComparisonLine(models.TransientModel):
    """One difference between two versions."""

    _name = "aria.workflow.comparison.line"
    _description = "Difference of Versions"
    _order = "id"

    comparison_id = fields.Many2one(
        "aria.workflow.comparison", required=True, index=True, ondelete="cascade"
    )
    part = fields.Selection(
        [("workflow", "Workflow"), ("stage", "Stage"), ("transition", "Transition")], string="Kind"
    )
    name = fields.Char("Part")
    change = fields.Selection(
        [("added", "Added"), ("removed", "Removed"), ("changed", "Changed"), ("same", "Same")]
    )
    field_label = fields.Char("What")
    old_value = fields.Char("Before")
    new_value = fields.Char("After")
