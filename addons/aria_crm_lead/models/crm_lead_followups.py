from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmLead(models.Model):
    """The follow-ups of a lead. They outlive it in no way: who loses it ends them, who merges it moves them."""

    _name = "crm.lead"
    _inherit = ["crm.lead"]

    aria_followup_ids = fields.One2many("aria.followup", "lead_id", string="Follow-ups", copy=False)
    aria_followup_count = fields.Integer(
        "Number of Follow-ups", compute="_compute_aria_followup_count"
    )

    @api.depends("aria_followup_ids")
    def _compute_aria_followup_count(self):
        rows = self.env["aria.followup"]._read_group(
            [("lead_id", "in", self.ids)], ["lead_id"], ["__count"]
        )
        counts = dict(rows)
        for lead in self:
            lead.aria_followup_count = counts.get(lead._origin, 0)

    def aria_open_followups(self):
        """Return the action that shows the follow-ups of the lead."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aria_crm_lead.aria_followup_act_window"
        )
        return action | {
            "domain": [("lead_id", "=", self.id)],
            "context": {"default_lead_id": self.id},
        }

    def write(self, vals):
        # EXTENDS 'crm': what was to be done for a lead that is lost is needed no longer
        result = super().write(vals)
        if vals.get("active") is False:
            # sudo: those of others end too
            ended = self.sudo().aria_followup_ids.filtered(lambda f: f.state == "open")
            for reason, followups in ended.grouped(lambda f: f.lead_id.lost_reason_id.name).items():
                text = self.env._("The lead was lost: %(reason)s", reason=reason or "")
                followups._aria_end("cancelled", text)
        return result

    @api.ondelete(at_uninstall=True)  # False: a caller's context key "_force_unlink" would skip it
    def _unlink_except_followed_up(self):
        # sudo: those of others count
        followup = self.env["aria.followup"].sudo().search([("lead_id", "in", self.ids)], limit=1)
        if followup:
            raise UserError(
                self.env._(
                    "“%(lead)s” has follow-ups and cannot be deleted; mark it as lost instead.",
                    lead=followup.lead_id.name,
                )
            )
