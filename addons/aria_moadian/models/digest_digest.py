from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import AccessError

from .account_move import SENDABLE


class DigestDigest(models.Model):
    _inherit = "digest.digest"

    kpi_aria_moadian_late = fields.Boolean("Moadian: Late or Two Days Left")
    kpi_aria_moadian_late_value = fields.Integer(compute="_compute_kpi_aria_moadian_late_value")
    kpi_aria_moadian_refused = fields.Boolean("Moadian: Refused")
    kpi_aria_moadian_refused_value = fields.Integer(
        compute="_compute_kpi_aria_moadian_refused_value"
    )

    def _compute_kpi_aria_moadian_late_value(self):
        limit = fields.Date.today() + timedelta(days=2)
        self._aria_count_moves(
            "kpi_aria_moadian_late_value",
            [("aria_moadian_state", "in", SENDABLE), ("aria_moadian_deadline", "<=", limit)],
        )

    def _compute_kpi_aria_moadian_refused_value(self):
        self._aria_count_moves(
            "kpi_aria_moadian_refused_value", [("aria_moadian_state", "=", "refused")]
        )

    def _aria_count_moves(self, name, domain):
        """Set a figure to the number of posted documents of each digest's company, as they stand now."""
        if not self.env.user.has_group("aria_moadian.group_user"):
            raise AccessError(
                self.env._("Do not have access, skip this data for user's digest email")
            )
        _start, _end, companies = self._get_kpi_compute_parameters()
        # sudo: numbers of documents only, for accountants of these companies
        counts = dict(
            self.env["account.move"]
            .sudo()
            ._read_group(
                [*domain, ("state", "=", "posted"), ("company_id", "in", companies.ids)],
                ["company_id"],
                ["__count"],
            )
        )
        for digest in self:
            digest[name] = counts.get(digest.company_id or self.env.company, 0)

    def _compute_kpis_actions(self, company, user):
        # EXTENDS 'digest'
        result = super()._compute_kpis_actions(company, user)
        link = "aria_moadian.account_move_action_moadian?menu_id={}".format(
            self.env.ref("account.menu_finance").id
        )
        return {**result, "kpi_aria_moadian_late": link, "kpi_aria_moadian_refused": link}
