from odoo import api, models
from odoo.fields import Domain

XMLID = "aria_crm_lead.onboarding_step_%s"


class OnboardingOnboardingStep(models.Model):
    _inherit = "onboarding.onboarding.step"

    def _aria_get_done(self):
        """Return {step: whether its data is there in the company at hand}."""
        own = Domain("company_id", "in", [False, self.env.company.id])
        looked_for = {
            "units": ("aria.unit", Domain("member_ids", "!=", False)),
            "campaign": ("utm.campaign", Domain("aria_kind", "!=", False)),
            "leads": ("crm.lead", Domain("campaign_id", "!=", False)),
        }
        # sudo: whether there are any, whoever may read them
        done = {
            self.env.ref(XMLID % name, raise_if_not_found=False): bool(
                self.env[model].sudo().search(own & domain, limit=1)
            )
            for name, (model, domain) in looked_for.items()
        }
        return {step: done.get(step, False) for step in self}

    @api.model
    def action_aria_open_units(self):
        """Open the units."""
        return self._aria_open("aria_workflow.aria_unit_action")

    @api.model
    def action_aria_open_campaign(self):
        """Open the form of a new campaign."""
        action = self._aria_open("aria_crm_lead.utm_campaign_action")
        return {**action, "views": [(False, "form")], "view_mode": "form"}

    @api.model
    def action_aria_open_leads(self):
        """Open the import of visitors."""
        return self._aria_open("aria_crm_lead.aria_lead_import_action")

    @api.model
    def _aria_open(self, xmlid):
        return self.env["ir.actions.act_window"]._for_xml_id(xmlid)
