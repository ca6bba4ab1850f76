from odoo import api, fields, models


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
                len(composer._get_optout_record_ids(leads, composer._prepare_recipient_values(leads)))
                if is_mass
                else 0
            )

    def _get_optout_record_ids(self, records, recipients_info):
        # EXTENDS 'sms': leads that refused messages of campaigns get none, whoever sends them
        ids = super()._get_optout_record_ids(records, recipients_info)
        if records._name != "crm.lead":
            return ids
        refused = self._aria_get_refused_numbers(recipients_info)
        return [
            *ids,
            *(
                lead.id
                for lead in records
                if lead.aria_consent == "refused"
                or recipients_info[lead.id]["sanitized"] in refused
                or (self.aria_agreed_only and lead.aria_consent != "given")
            ),
        ]

    def _aria_get_refused_numbers(self, recipients_info):
        """Return those of the numbers whose owner refused messages, on whichever lead."""
        numbers = [info["sanitized"] for info in recipients_info.values() if info["sanitized"]]
        # sudo: a refusal counts, too, where a colleague or another company recorded it
        rows = (
            self.env["crm.lead"]
            .sudo()
            .with_context(active_test=False)
            ._read_group(
                [("phone_sanitized", "in", numbers), ("aria_consent", "=", "refused")],
                ["phone_sanitized"],
            )
        )
        return {number for [number] in rows}

    def _prepare_mass_sms_values(self, records):
        # EXTENDS 'sms'
        result = super()._prepare_mass_sms_values(records)
        if records._name == "crm.lead":
            for lead in records:
                company = lead.company_id or self.aria_campaign_id.company_id or self.env.company
                result[lead.id]["aria_company_id"] = company.id
                result[lead.id]["aria_campaign_id"] = self.aria_campaign_id.id
        return result
