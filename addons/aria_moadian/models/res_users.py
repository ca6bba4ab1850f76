from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .account_move import SENDABLE


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model
    def _get_activity_groups(self):
        # EXTENDS 'mail'
        groups = super()._get_activity_groups()
        if self.env.user.has_group("aria_moadian.group_user"):
            counts = self._aria_count_moadian()
            if counts["total_count"]:
                groups.insert(0, self._aria_moadian_group(counts))
        return groups

    @api.model
    def _aria_moadian_group(self, counts):
        model = self.env["aria.moadian.submission"]
        return {
            "id": self.env["ir.model"]._get_id(model._name),
            "type": "activity",
            "name": counts.pop("name"),
            "model": model._name,
            "icon": "/aria_moadian/static/description/icon.png",
            "domain": [],
            "view_type": "list",
            **counts,
        }

    @api.model
    def _aria_count_moadian(self):
        """Return what waits for the accountants of the companies on the screen.

        Overdue are invoices past their deadline, and the queue itself when it is dead; of today are those refused or
        with two days left.
        """
        self.env["account.move"].flush_model(["aria_moadian_state", "aria_moadian_deadline"])
        today = fields.Date.context_today(self)
        late, near = self.env.execute_query(
            SQL(
                "SELECT COUNT(*) FILTER (WHERE aria_moadian_deadline < %s),"
                " COUNT(*) FILTER (WHERE aria_moadian_deadline >= %s AND (aria_moadian_deadline <= %s OR"
                " aria_moadian_state = 'refused')) FROM account_move WHERE aria_moadian_state IN %s AND state = 'posted'"
                " AND company_id IN %s",
                today,
                today,
                today + timedelta(days=2),
                SENDABLE,
                tuple(self.env.companies.ids),
            )
        )[0]
        dead = self.env["aria.moadian.memory"]._get_dead_queue() if self._has_moadian() else False
        return {
            "name": self.env._("Moadian: the queue stands still")
            if dead
            else self.env._("Moadian"),
            "overdue_count": late + bool(dead),
            "today_count": near,
            "planned_count": 0,
            "total_count": late + near + bool(dead),
        }

    @api.model
    def _has_moadian(self):
        return bool(self.env["aria.moadian.memory"]._get_for(self.env.companies))
