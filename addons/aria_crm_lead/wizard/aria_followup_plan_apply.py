from odoo import api, fields, models


class AriaFollowupPlanApply(models.TransientModel):
    """Asks for the plan and its start; opened on leads."""

    _name = "aria.followup.plan.apply"
    _description = "Apply a Plan of Follow-ups"

    plan_id = fields.Many2one("aria.followup.plan", required=True)
    start = fields.Datetime(required=True, default=fields.Datetime.now)
    lead_ids = fields.Many2many("crm.lead", string="Leads", readonly=True)
    count = fields.Integer("Number of Leads", compute="_compute_counts")
    new_count = fields.Integer("Leads to Plan", compute="_compute_counts")

    @api.model
    def default_get(self, fields_list):
        # EXTENDS 'base': what the dialog was opened on
        values = super().default_get(fields_list)
        if self.env.context.get("active_model") == "crm.lead":
            ids = self.env.context.get("active_ids") or []
            values["lead_ids"] = [fields.Command.set(ids)]
        return values

    @api.depends("lead_ids", "plan_id")
    def _compute_counts(self):
        for apply in self:
            leads = apply.lead_ids
            apply.count = len(leads)
            apply.new_count = len(apply.plan_id._filter_to_plan(leads)) if apply.plan_id else 0

    def action_apply(self):
        """Apply the plan, and show what it made, or how far the job is; see ``aria.followup.plan.aria_apply``."""
        self.ensure_one()
        made, run = self.plan_id._apply_or_queue(self.lead_ids, self.start)
        if run:
            return run.get_formview_action()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aria_crm_lead.aria_followup_act_window"
        )
        domain = [("plan_id", "=", self.plan_id.id), ("lead_id", "in", self.lead_ids.ids)]
        return action | {"domain": domain if made else [("id", "in", [])], "context": {}}
