from odoo import api, fields, models


class AriaReferral(models.Model):
    """In the cartable work about a customer shows what a caller needs."""

    _inherit = "aria.referral"

    aria_phone = fields.Char("Phone", compute="_compute_aria_caller")
    aria_call_info = fields.Char(
        "About the Customer",
        compute="_compute_aria_caller",
        help="Name; for leads and follow-ups campaign, class and last action, for other work its subject.",
    )
    aria_is_followup = fields.Boolean(compute="_compute_aria_is_followup")

    @api.depends("res_model")
    def _compute_aria_is_followup(self):
        for referral in self:
            referral.aria_is_followup = referral.res_model == "aria.followup"

    @api.depends_context("lang")
    @api.depends("res_model", "res_id", "partner_id", "summary")
    def _compute_aria_caller(self):
        of_customers = self.filtered(lambda r: r.res_model in ("aria.followup", "crm.lead"))
        infos = {
            (model, document.id): info
            # sudo: the same that the card shows to whoever may read the referral
            for model, documents in of_customers.sudo()._documents().items()
            for document, info in documents._aria_get_caller_infos().items()
        }
        for referral in self:
            # sudo: the name, as on the card
            other = (False, [referral.sudo().partner_id.display_name, referral.summary])
            phone, parts = infos.get((referral.res_model, referral.res_id), other)
            referral.aria_phone = phone
            referral.aria_call_info = " · ".join(filter(None, parts)) or False
