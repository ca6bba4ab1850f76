import json

from odoo import api, fields, models
from odoo.fields import Command

from odoo.addons.aria_workflow.arguments import to_record


class AriaApprovalAct(models.TransientModel):
    """Asks how a task is decided; the methods of the task do the rest."""

    _name = "aria.approval.act"
    _description = "Decide an Approval"

    task_id = fields.Many2one("aria.approval.task", required=True, ondelete="cascade")
    verdict = fields.Selection(
        [
            ("approved", "Approve"),
            ("lines", "Approve Some Lines"),
            ("returned", "Send Back"),
            ("rejected", "Reject"),
        ],
        required=True,
        default="approved",
    )
    line_ids = fields.One2many("aria.approval.act.line", "act_id", string="Lines")
    back_to_id = fields.Many2one(
        "aria.approval.task",
        string="To an Earlier Step",
        ondelete="cascade",
        domain="[('id', 'in', earlier_ids)]",
        help="Empty: to whoever submitted.",
    )
    earlier_ids = fields.Many2many("aria.approval.task", compute="_compute_earlier_ids")
    note = fields.Text()

    @api.depends("task_id")
    def _compute_earlier_ids(self):
        for act in self:
            task = act.task_id.sudo()  # names of earlier steps, which its approver may know
            act.earlier_ids = task.request_id.task_ids.filtered(
                lambda t, n=task.sequence: t.sequence < n and t.state == "approved"
            )._filtered_access("read")

    @api.model
    def default_get(self, fields_list):
        # EXTENDS 'base': the lines that the task asks
        vals = super().default_get(fields_list)
        task = to_record(self.env, "aria.approval.task", vals.get("task_id"))
        if task and "line_ids" in fields_list:
            asked = (task.scope or {}).get("lines", {})
            # sudo: the frozen content of a task that the user may read
            lines = json.loads(task.sudo().request_id.snapshot or "{}").get("lines", [])
            vals["line_ids"] = [
                Command.create(
                    {
                        "line": line["id"],
                        "name": line["name"],
                        "quantity": f"{line['quantity']:g} {line['unit']}",
                    }
                )
                for line in lines
                if str(line["id"]) in asked
            ]
        return vals

    def action_apply(self):
        """Decide as was chosen; return what closes the dialog, or Odoo's question for the password."""
        self.ensure_one()
        task, note = self.task_id, self.note or ""
        if self.verdict == "approved":
            result = task.approve(note)
        elif self.verdict == "lines":
            chosen = self.line_ids.filtered("approved").mapped("line")
            result = task.approve_lines(chosen, note)
        elif self.verdict == "returned":
            result = task.send_back(note, self.back_to_id)
        else:
            result = task.reject(note)
        return (
            result
            if isinstance(result, dict)
            else {"type": "ir.actions.client", "tag": "soft_reload"}
        )


class AriaApprovalActLine(models.TransientModel):
    """One line in the dialog."""

    _name = "aria.approval.act.line"
    _description = "Line to Decide"

    act_id = fields.Many2one("aria.approval.act", required=True, index=True, ondelete="cascade")
    line = fields.Integer(readonly=False)
    name = fields.Char()
    quantity = fields.Char()
    approved = fields.Boolean(default=True)
