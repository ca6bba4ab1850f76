from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.aria_crm_lead.models.lead_compared import KEY_LENGTH
from odoo.addons.aria_persian.tools.identifiers import phone_key


class SmsComposer(models.TransientModel):
    _inherit = "sms.composer"

    aria_campaign_id = fields.Many2one("utm.campaign", string="Campaign", readonly=True)
    aria_agreed_only = fields.Boolean(
        "Only Those Who Agreed",
        help="Who was never asked gets no message either. Who refused never gets one.",
    )

    aria_left_out_count = fields.Integer(
        "Left Out", compute="_compute_aria_left_out_count", compute_sudo=False
    )

    @api.depends("res_model", "res_ids", "composition_mode", "aria_agreed_only")
    def _compute_aria_left_out_count(self):
        for composer in self:
            leads = composer._get_records()
            is_mass = composer.res_model == "crm.lead" and composer.composition_mode == "mass"
            composer.aria_left_out_count = (
                len(
                    composer._get_optout_record_ids(
                        leads, composer._prepare_recipient_values(leads)
                    )
                )
                if is_mass
                else 0
            )

    def _get_optout_record_ids(self, records, recipients_info):
        # EXTENDS 'sms': leads that refused messages of campaigns get none, whoever sends them
        ids = super()._get_optout_record_ids(records, recipients_info)
        if records._name != "crm.lead":
            return ids
        keys = {id_: to_key(info["sanitized"]) for id_, info in recipients_info.items()}
        refused = self._aria_get_refused_keys([key for key in keys.values() if key])
        left_out = records.filtered(
            lambda lead: (
                lead.aria_consent == "refused"
                or keys[lead.id] in refused
                or (self.aria_agreed_only and lead.aria_consent != "given")
            )
        )
        return [*ids, *left_out.ids]

    @api.model
    def _aria_get_refused_keys(self, keys):
        """Return those of ``keys`` of telephones whose owner refused messages, on whichever lead, in any notation.

        By SQL: the index of duplicates finds them, and a refusal counts, too, where a colleague or another company
        recorded it.
        """
        Lead = self.env["crm.lead"]
        Lead.flush_model(["phone", "aria_consent"])
        key = Lead._aria_duplicate_keys("lead")["phone"]
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT %s FROM crm_lead AS lead WHERE %s = ANY(%s) AND aria_consent = 'refused'",
                key,
                key,
                keys,
            )
        )
        return {found for [found] in rows}

    def _prepare_mass_sms_values(self, records):
        # EXTENDS 'sms'
        result = super()._prepare_mass_sms_values(records)
        if records._name == "crm.lead":
            for lead in records:
                company = lead.company_id or self.aria_campaign_id.company_id or self.env.company
                result[lead.id]["aria_company_id"] = company.id
                result[lead.id]["aria_campaign_id"] = self.aria_campaign_id.id
        return result


def to_key(number):
    """Return what the notations of ``number`` have in common, as the index of leads has it; "" when it is none."""
    return phone_key(number or "")[:KEY_LENGTH]
