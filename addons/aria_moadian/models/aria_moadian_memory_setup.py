import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import with_token
from ..lib import keys
from .aria_moadian_memory import LEGAL_DIGITS


class AriaMoadianMemory(models.Model):
    _name = "aria.moadian.memory"
    _inherit = ["aria.moadian.memory"]

    certificate_request = fields.Binary(
        attachment=False,
        readonly=True,
        copy=False,
        help="Hand it to a licensed authority, which makes the certificate of it (CSR).",
    )
    fiscal_state = fields.Char("Status There", compute="_compute_fiscal_state")
    certificate_request_name = fields.Char(compute="_compute_certificate_request_name")
    auto_payments = fields.Boolean(
        "Report Payments by Itself",
        help="Payments of invoices on credit are reported as soon as they are reconciled.",
    )

    @api.depends("fiscal_status")
    @api.depends_context("lang")
    def _compute_fiscal_state(self):
        for memory in self:
            known = {"ACTIVE": self.env._("Active")}
            memory.fiscal_state = known.get(memory.fiscal_status, memory.fiscal_status)

    def _compute_certificate_request_name(self):
        for memory in self:
            memory.certificate_request_name = f"{memory.name}.csr"

    def action_make_request(self):
        """Make a key of the memory's own and a request for its certificate; the key stays sealed where it was made."""
        self.ensure_one()
        self.check_access("write")
        if self.has_key:
            raise UserError(
                self.env._(
                    "Memory %(name)s has a private key; a request would replace it. Use its certificate, or make a new"
                    " memory.",
                    name=self.name,
                )
            )
        seller = self.company_id.partner_id
        owner = seller.aria_national_id or seller.aria_economic_code
        if not owner:
            raise UserError(
                self.env._(
                    "Type the national id of %(name)s first; the certificate speaks for it.",
                    name=self.company_id.name,
                )
            )
        key = keys.generate_key()
        request = keys.make_request(
            key,
            self.company_id.name,
            owner,
            stamp=len(owner) == LEGAL_DIGITS,
            email=seller.email or "",
        )
        self.write({"private_key": base64.b64encode(keys.private_pem(key))})
        with_token(self).write({"certificate_request": base64.b64encode(request)})
        self.message_post(body=self.env._("A key and a certificate request were made."))
        return True

    def _get_missing(self):
        """Return in one sentence what keeps a memory from sending, or False."""
        self.ensure_one()
        if not self.has_key:
            return self.env._("Memory %(name)s has no private key.", name=self.name)
        if not self.certificate:
            return self.env._("Memory %(name)s has no certificate.", name=self.name)
        if self.halted:
            return self.halt_note
        if not (self.tested_at or self.last_serial):
            return self.env._("The connection of memory %(name)s was never tested.", name=self.name)
        return False

    def action_set_up(self):
        """Open the wizard of the set-up for a memory, or for a new one."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aria_moadian.aria_moadian_setup_action"
        )
        if self:
            self.ensure_one()
            self.check_access("write")
            values = {
                "memory_id": self.id,
                "company_id": self.company_id.id,
                "name": self.name,
                "environment": self.environment,
                "base_url": self.base_url,
                "proxy": self.proxy,
            }
            action["res_id"] = self.env["aria.moadian.setup"].create(values).id
        return action
