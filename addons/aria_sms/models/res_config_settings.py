from odoo import fields, models
from odoo.exceptions import UserError

from ..sms_api import SmsApiAria
from ..tools.gateways import RIAL, UNKNOWN, UNREACHED, GatewayError, Result


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    aria_sms_provider = fields.Selection(related="company_id.aria_sms_provider", readonly=False)
    aria_sms_key = fields.Char(related="company_id.aria_sms_key", readonly=False)
    aria_sms_username = fields.Char(related="company_id.aria_sms_username", readonly=False)
    aria_sms_password = fields.Char(related="company_id.aria_sms_password", readonly=False)
    aria_sms_sender = fields.Char(related="company_id.aria_sms_sender", readonly=False)

    def action_aria_sms_credit(self):
        """Ask the gateway of the company what is left in its account, which proves the account, too; send nothing.

        :return: a notification
        :raise UserError: one sentence that says what is wrong
        """
        self.ensure_one()
        self.check_access("write")
        company = self.company_id
        try:
            credit = company._aria_get_gateway().credit()
        except GatewayError as error:
            raise UserError(self._get_sentence(error)) from None
        left = self.env["ir.qweb.field.integer"].value_to_html(int(credit.amount), {})
        message = (
            self.env._("The account is in order; %(amount)s Rial are left.", amount=left)
            if credit.unit == RIAL
            else self.env._("The account is in order; %(amount)s messages are left.", amount=left)
        )
        return self.env["sms.sms"]._aria_notify(message)

    def _get_sentence(self, error):
        if error.state in (UNKNOWN, UNREACHED):
            return self.env._("The SMS gateway does not answer; try again in some minutes.")
        return SmsApiAria(self.env).get_sentence(Result(error.state, "", error.reason))
