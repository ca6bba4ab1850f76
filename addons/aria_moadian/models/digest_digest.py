from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import AccessError

from .account_move import SENDABLE
from .aria_moadian_alarm import DEAD
from .aria_moadian_submission import OPEN


class DigestDigest(models.Model):
    _inherit = "digest.digest"

    kpi_aria_moadian_late = fields.Boolean("Moadian: Late or Two Days Left")
    kpi_aria_moadian_late_value = fields.Integer(compute="_compute_kpi_aria_moadian_late_value")
    kpi_aria_moadian_refused = fields.Boolean("Moadian: Refused")
    kpi_aria_moadian_refused_value = fields.Integer(
        compute="_compute_kpi_aria_moadian_refused_value"
    )

    kpi_aria_moadian_waiting = fields.Boolean("Moadian: Packets Waiting for Over an Hour")
    kpi_aria_moadian_waiting_value = fields.Integer(
        compute="_compute_kpi_aria_moadian_waiting_value"
    )

    def _compute_kpi_aria_moadian_waiting_value(self):
        """Count packets that nobody took: more than none, day after day, is a queue that stands still."""
        before = fields.Datetime.now() - DEAD
        self._aria_count(
            "kpi_aria_moadian_waiting_value",
            "aria.moadian.submission",
            [("state", "in", OPEN), ("create_date", "<", before)],
        )

    def _compute_kpi_aria_moadian_late_value(self):
        limit = fields.Date.today() + timedelta(days=2)
        self._aria_count(
            "kpi_aria_moadian_late_value",
            "account.move",
            [
                ("state", "=", "posted"),
                ("aria_moadian_state", "in", SENDABLE),
                ("aria_moadian_deadline", "<=", limit),
            ],
        )

    def _compute_kpi_aria_moadian_refused_value(self):
        self._aria_count(
            "kpi_aria_moadian_refused_value",
            "account.move",
            [("state", "=", "posted"), ("aria_moadian_state", "=", "refused")],
        )

    def _aria_count(self, name, model, domain):
        """Set a figure to the number of records of each digest's company, as they stand now."""
        if not self.env.user.has_group("aria_moadian.group_user"):
            raise AccessError(
                self.env._("Do not have access, skip this data for user's digest email")
            )
        _start, _end, companies = self._get_kpi_compute_parameters()
        # sudo: numbers of records only, for accountants of these companies
        counts = dict(
            self.env[model]
            .sudo()
            ._read_group(
                [*domain, ("company_id", "in", companies.ids)], ["company_id"], ["__count"]
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
        names = ("kpi_aria_moadian_late", "kpi_aria_moadian_refused", "kpi_aria_moadian_waiting")
        return {**result, **dict.fromkeys(names, link)}
