from odoo import api, fields, models, modules
from odoo.tools import SQL

from .aria_news_mixin import PREFERENCES

# as Odoo's own clock does at 1,000: stop counting where nobody reads the figure any more;
# 400 keeps the badge as fast among a million referrals as among ten thousand
COUNT_LIMIT = 400


class ResUsers(models.Model):
    _name = "res.users"
    _inherit = ["res.users", "aria.news.mixin"]

    @property
    def SELF_READABLE_FIELDS(self):
        # EXTENDS 'base'
        return super().SELF_READABLE_FIELDS + PREFERENCES

    @property
    def SELF_WRITEABLE_FIELDS(self):
        # EXTENDS 'base'
        return super().SELF_WRITEABLE_FIELDS + PREFERENCES

    aria_unit_ids = fields.Many2many(
        "aria.unit", "aria_unit_member_rel", "user_id", "unit_id", string="Units", readonly=True
    )

    @api.model
    def _get_activity_groups(self):
        # EXTENDS 'mail'
        groups = super()._get_activity_groups()
        counts = self._aria_count_cartable()
        if counts["total_count"]:
            model = self.env["aria.referral"]
            groups.insert(
                0,
                {
                    "id": self.env["ir.model"]._get_id(model._name),
                    "type": "activity",
                    "name": self.env._("Cartable"),
                    "model": model._name,
                    "icon": modules.module.get_module_icon(model._original_module),
                    "domain": [],
                    "view_type": "list",
                    **counts,
                },
            )
        return groups

    @api.model
    def _aria_count_cartable(self):
        """Return how much waits for the user, by day: overdue, today, planned and all of it.

        One statement over two partial indexes, each read at most ``COUNT_LIMIT`` rows far, so the time
        does not grow with the number of referrals.
        """
        # engine's tables are read by SQL: what is not flushed yet would be missing
        self.env["aria.referral"].flush_model(
            ["to_user_id", "to_unit_id", "state", "deadline", "snoozed_until", "part_count"]
        )
        overdue, today, total = self.env.execute_query(self._aria_get_cartable_query())[0]
        return {
            "overdue_count": overdue,
            "today_count": today,
            "planned_count": total - overdue - today,
            "total_count": total,
        }

    @api.model
    def _aria_get_cartable_query(self):
        now, tomorrow, _after = self.env["aria.referral"]._get_day_limits()
        companies = tuple(self.env.companies.ids) or (0,)
        shown = SQL(
            "state IN ('open', 'accepted') AND part_count = 0 AND (snoozed_until IS NULL OR snoozed_until <= %s)"
            " AND (company_id IS NULL OR company_id IN %s)",
            now,
            companies,
        )
        return SQL(
            """
            SELECT count(*) FILTER (WHERE deadline < %(now)s),
                   count(*) FILTER (WHERE deadline >= %(now)s AND deadline < %(tomorrow)s),
                   count(*)
              FROM (
                (SELECT deadline FROM aria_referral
                  WHERE to_user_id = %(uid)s AND %(shown)s ORDER BY deadline LIMIT %(limit)s)
                UNION ALL
                (SELECT waiting.deadline
                   FROM (%(units)s) AS unit,
                        LATERAL (SELECT deadline FROM aria_referral
                                  WHERE to_unit_id = unit.id AND to_user_id IS NULL AND %(shown)s
                                  ORDER BY deadline LIMIT %(limit)s) AS waiting)
                LIMIT %(limit)s) AS mine
            """,
            now=now,
            tomorrow=tomorrow,
            uid=self.env.uid,
            units=self.env["aria.unit"]._get_my_units_sql(),
            shown=shown,
            limit=COUNT_LIMIT,
        )
