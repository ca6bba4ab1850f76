from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..lib import client as clients
from .aria_moadian_taxpayer import STATUSES


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner"]

    aria_taxpayer_status = fields.Selection(
        STATUSES,
        "State of the Taxpayer",
        compute="_compute_aria_taxpayer",
        compute_sudo=True,
        groups="aria_moadian.group_user",
    )
    aria_taxpayer_name = fields.Char(
        "Name at the Organisation",
        compute="_compute_aria_taxpayer",
        compute_sudo=True,
        groups="aria_moadian.group_user",
    )
    aria_taxpayer_asked_at = fields.Datetime(
        "Asked for at",
        compute="_compute_aria_taxpayer",
        compute_sudo=True,
        groups="aria_moadian.group_user",
    )

    def _get_aria_taxpayer_code(self):
        """Return the number by which the organisation knows a partner as taxpayer, or False."""
        commercial = self.commercial_partner_id
        return commercial.aria_economic_code or (
            commercial.is_company and commercial.aria_national_id
        )

    @api.depends("aria_economic_code", "aria_national_id", "is_company", "commercial_partner_id")
    def _compute_aria_taxpayer(self):
        codes = {partner: partner._get_aria_taxpayer_code() for partner in self}
        known = self.env["aria.moadian.taxpayer"]._get_known(codes.values())
        for partner in self:
            row = known.get(codes[partner], self.env["aria.moadian.taxpayer"])
            partner.aria_taxpayer_status = row.status
            partner.aria_taxpayer_name = row.name
            partner.aria_taxpayer_asked_at = row.asked_at

    def action_aria_ask_taxpayer(self):
        """Ask the tax organisation for one taxpayer; an answer of the last day is shown again.

        :return: the action of a notification with the answer
        """
        self.ensure_one()
        if not self.env.user.has_group("aria_moadian.group_user"):
            raise AccessError(
                self.env._(
                    "Only accountants of the group “Moadian” may do this; ask for the right."
                )
            )
        self.check_access("read")
        row = self._ask_aria_taxpayer()
        self.invalidate_recordset(
            ["aria_taxpayer_status", "aria_taxpayer_name", "aria_taxpayer_asked_at"]
        )
        status = dict(row._fields["status"]._description_selection(self.env))[row.status]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if row.status == "ACTIVE" else "warning",
                "title": row.name or self.display_name,
                "message": f"{status} ({row.code})",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _ask_aria_taxpayer(self):
        code = self._get_aria_taxpayer_code()
        if not code:
            raise UserError(
                self.env._(
                    "“%(name)s” has no economic code to ask for; type it in the contact.",
                    name=self.display_name,
                )
            )
        company = self.env.company
        memory = self.env["aria.moadian.memory"]._get_for(company).get(company.id)
        if not memory:
            raise UserError(company._tell_no_aria_memory())
        try:
            # sudo: answers are kept by the addon only
            return self.env["aria.moadian.taxpayer"].sudo()._ask(memory, code)
        except clients.MoadianError as error:
            raise UserError(memory.with_env(self.env)._tell(error)) from None
