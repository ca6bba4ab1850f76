from odoo import fields, models


class AriaMoadianMemory(models.Model):
    _name = "aria.moadian.memory"
    _inherit = ["aria.moadian.memory"]

    auto_payments = fields.Boolean(
        "Report Payments by Itself",
        help="Payments of invoices on credit are reported as soon as they are reconciled.",
    )

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
