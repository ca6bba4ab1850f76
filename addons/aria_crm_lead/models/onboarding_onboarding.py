from odoo import api, models
from odoo.exceptions import AccessError

MANAGER = "sales_team.group_sale_manager"
PANEL = "aria_crm_lead.onboarding_leads"


class OnboardingOnboarding(models.Model):
    """The first steps of a fresh company, on Odoo's own records of onboarding.

    A step is done when its data is there, not when its button was pressed; closing is kept for each company.
    """

    _inherit = "onboarding.onboarding"

    @api.model
    def aria_get_panel(self):
        """Return what the panel of first steps shows; False for all but sales managers, and when nothing is left to do.

        :return: list of dicts with ``title``, ``description``, ``button``, ``method`` (of the model of steps) and
            ``done``, in order
        """
        if not self.env.user.has_group(MANAGER):
            return False
        panel = self._aria_find_panel()
        steps = panel.step_ids.sorted("sequence")
        done = steps._aria_get_done()
        if not steps or panel.is_onboarding_closed or all(done.values()):
            return False
        return [
            {
                "title": step.title,
                "description": step.description,
                "button": step.button_text,
                "method": step.panel_step_open_action_name,
                "done": done[step],
            }
            for step in steps
        ]

    @api.model
    def aria_close_panel(self):
        """Close the panel for all managers of the company at hand."""
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Only a sales manager closes the first steps."))
        panel = self._aria_find_panel()
        panel._search_or_create_progress()
        panel.action_close()

    @api.model
    def _aria_find_panel(self):
        # sudo: the records are the system's; they hold texts and what was closed
        return (self.env.ref(PANEL, raise_if_not_found=False) or self).sudo()
