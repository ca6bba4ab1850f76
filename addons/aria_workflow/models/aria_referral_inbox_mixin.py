from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .aria_referral_parts_mixin import OPEN_STATES

# a tab says "400+" beyond: nobody reads the figure any more, and counting all would take time
TAB_LIMIT = 400


class AriaReferralInboxMixin(models.AbstractModel):
    """What waits for the reader: held by the reader, or by nobody yet in a unit of the reader.

    An "or" over person and units makes PostgreSQL read and sort everything that is open. A page of the
    list needs the first rows only, and those are found among the first rows of the person and of each
    unit, which stand in order in an index.
    """

    _name = "aria.referral.inbox.mixin"
    _description = "Referrals that wait for the reader"

    is_mine = fields.Boolean(
        "Mine and My Units'",
        compute="_compute_is_mine",
        search="_search_is_mine",
        help="Whether the referral waits for the reader or for a unit of the reader.",
    )

    _open_user_page_idx = models.Index(
        "(to_user_id, priority DESC, deadline, id) WHERE state IN ('open', 'accepted')"
    )
    _open_unit_page_idx = models.Index(
        "(to_unit_id, priority DESC, deadline, id)"
        " WHERE state IN ('open', 'accepted') AND to_user_id IS NULL"
    )

    _open_unit_all_idx = models.Index("(to_unit_id) WHERE state IN ('open', 'accepted')")

    @api.depends_context("uid")
    @api.depends("state", "part_count", "to_user_id", "to_unit_id")
    def _compute_is_mine(self):
        user = self.env.user
        for referral in self:
            unit = referral.sudo().to_unit_id  # members may be users of another company
            waits = referral.state in OPEN_STATES and not referral.part_count
            holder = referral.to_user_id
            people = holder or (unit.member_ids | unit.manager_id)
            referral.is_mine = waits and user in people

    @api.model
    def _search_is_mine(self, operator, value):
        if operator != "in":
            return NotImplemented
        mine = self._get_waiting_domain() & (
            Domain("to_user_id", "=", self.env.uid)
            | Domain("to_user_id", "=", False)
            & Domain("to_unit_id", "any!", self.env["aria.unit"]._get_my_units_domain())
        )
        found = [mine if wanted else ~mine for wanted in set(map(bool, value))]
        return Domain.OR(found)

    @api.model
    def _get_waiting_domain(self):
        return Domain("state", "in", OPEN_STATES) & Domain("part_count", "=", 0)

    @api.model
    def _search(self, domain, offset=0, limit=None, order=None, **options):
        # EXTENDS 'base'
        domain = Domain(domain)
        others = self._without_mine(domain) if limit else None
        if others is None:
            return super()._search(domain, offset, limit, order, **options)
        own, shared = self._get_branches(others)
        first = (offset or 0) + limit
        rows = self._unite_branches(
            super()._search(own, 0, first, order, **options),
            super()._search(shared, 0, first, order, **options),
        )
        # each branch has asked the rules, so that none of its first rows is lost to them afterwards
        return super()._search(
            Domain("id", "in", rows), offset, limit, order, active_test=False, bypass_access=True
        )

    @api.model
    def _without_mine(self, domain):
        """Return what ``domain`` demands beside being the reader's; None: it does not demand that."""
        parts = domain.children if getattr(domain, "OPERATOR", None) == "&" else [domain]
        others = [part for part in parts if not self._is_mine_condition(part)]
        return Domain.AND(others) if len(others) < len(parts) else None

    @api.model
    def _is_mine_condition(self, part):
        if getattr(part, "field_expr", None) != "is_mine":
            return False
        value = part.value
        return (part.operator == "=" and value is True) or (
            part.operator == "in" and set(value) == {True}
        )

    @api.model
    def _get_branches(self, domain):
        """Return ``domain`` for what the reader holds, and for what waits in the unit ``my_unit`` of SQL."""
        domain &= self._get_waiting_domain()
        of_unit = Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "%s = my_unit.id", model._field_to_sql(alias, "to_unit_id", query)
            )
        )
        return (
            domain & Domain("to_user_id", "=", self.env.uid),
            domain & Domain("to_user_id", "=", False) & of_unit,
        )

    @api.model
    def _unite_branches(self, own, shared):
        """Return the SQL of the ids that the queries ``own`` and, once for each unit, ``shared`` find."""
        return SQL(
            "((%s) UNION ALL (SELECT waiting.id FROM (%s) AS my_unit, LATERAL (%s) AS waiting))",
            own.select(),
            self.env["aria.unit"]._get_my_units_sql(),
            shared.select(),
        )

    # ------------------------------------------------------------------ tabs of the cartable
    @api.model
    @api.readonly
    def aria_count_tabs(self):
        """Return how much stands behind each tab of the cartable, without what is snoozed.

        One statement; each of its branches reads at most ``TAB_LIMIT`` + 1 rows of an index.

        :return: {"limit": figures above it are not counted, "counts": {name of the filter: number}}
        """
        # rows are read by SQL: what is not flushed yet would be missing
        self.env["aria.referral"].flush_model(
            ["to_user_id", "to_unit_id", "from_user_id", "state", "snoozed_until", "part_count"]
        )
        names = ("mine", "in_my_units", "sent_all", "waiting")
        [row] = self.env.execute_query(self._get_tabs_query())
        return {"limit": TAB_LIMIT, "counts": dict(zip(names, row, strict=True))}

    @api.model
    def _get_tabs_query(self):
        waits = SQL("%s AND part_count = 0", self._get_shown_sql())
        is_open = SQL("state IN ('open', 'accepted')")
        uid, limit = self.env.uid, TAB_LIMIT + 1

        def rows(condition):
            return SQL("(SELECT 1 FROM aria_referral WHERE %s LIMIT %s)", condition, limit)

        def of_units(condition):
            inner = rows(SQL("to_unit_id = my_unit.id AND %s AND %s", is_open, condition))
            units = self.env["aria.unit"]._get_my_units_sql()
            return SQL("(SELECT 1 FROM (%s) AS my_unit, LATERAL %s AS found)", units, inner)

        shown = self._get_shown_sql()
        sent = SQL("from_user_id = %s AND %s", uid, shown)
        elsewhere = SQL("%s AND %s AND to_user_id IS DISTINCT FROM %s", sent, is_open, uid)
        divided = SQL("to_user_id = %s AND %s AND part_count > 0 AND %s", uid, is_open, shown)
        own = SQL("to_user_id = %s AND %s AND %s", uid, is_open, waits)
        branches = (
            (rows(own), of_units(SQL("to_user_id IS NULL AND %s", waits))),
            (of_units(shown),),
            (rows(sent),),
            (rows(elsewhere), rows(divided)),
        )
        counts = [
            SQL(
                "(SELECT count(*) FROM (SELECT 1 FROM (%s) AS united LIMIT %s) AS counted)",
                SQL(" UNION ALL ").join(parts),
                limit,
            )
            for parts in branches
        ]
        return SQL("SELECT %s", SQL(", ").join(counts))

    @api.model
    def _get_shown_sql(self):
        """Return the condition for rows of the user's companies that are not put off."""
        return SQL(
            "(snoozed_until IS NULL OR snoozed_until <= %s)"
            " AND (company_id IS NULL OR company_id IN %s)",
            fields.Datetime.now(),
            tuple(self.env.companies.ids) or (0,),
        )
