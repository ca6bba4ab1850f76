from odoo import fields, models
from odoo.exceptions import UserError

from ..melipayamak_soap import MelipayamakSoap
from ..sms_api import SmsApiAria
from ..tools import gateways

SYSTEM = "base.group_system"


class ResCompany(models.Model):
    _inherit = "res.company"

    aria_sms_provider = fields.Selection(
        [
            ("kavenegar", "Kavenegar"),
            ("melipayamak", "Melipayamak (REST)"),
            ("melipayamak_soap", "Melipayamak (SOAP)"),
        ],
        string="Iranian SMS Gateway",
        help="Empty: text messages go the way that Odoo offers, and nobody is reminded by SMS.",
    )
    aria_sms_key = fields.Char("API Key", groups=SYSTEM, copy=False)
    aria_sms_username = fields.Char("SMS User", groups=SYSTEM, copy=False)
    aria_sms_password = fields.Char("SMS Password", groups=SYSTEM, copy=False)
    aria_sms_sender = fields.Char("Sender Line", groups=SYSTEM)

    def _get_sms_api_class(self):
        # EXTENDS 'sms'
        self.ensure_one()
        return SmsApiAria if self.aria_sms_provider else super()._get_sms_api_class()

    def _aria_get_gateway(self):
        """Return the gateway of the company.

        :raise UserError: something that it needs is missing
        """
        gateway = self._aria_find_gateway()
        if gateway:
            return gateway
        raise UserError(
            self.env._(
                "The SMS gateway of %(company)s is not set up; an administrator enters its account in the settings.",
                company=self.name,
            )
        )

    def _aria_find_gateway(self):
        """Return the gateway of the company, or None when something that it needs is missing."""
        self.ensure_one()
        company = self.sudo()  # the credentials are the system's; what they send was asked for
        params = self.env["ir.config_parameter"].sudo()  # an address for tests and mirrors
        provider, sender = company.aria_sms_provider, company.aria_sms_sender or ""
        url = params.get_param(f"aria_sms.{provider}_url")
        if provider == "kavenegar":
            key = company.aria_sms_key
            return gateways.Kavenegar(key, sender, url) if key else None
        account = (company.aria_sms_username, company.aria_sms_password, sender)
        if not provider or not all(account):
            return None
        kind = MelipayamakSoap if provider == "melipayamak_soap" else gateways.Melipayamak
        return kind(*account, url)
