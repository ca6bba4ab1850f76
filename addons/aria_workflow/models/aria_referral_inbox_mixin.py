from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .aria_referral_parts_mixin import OPEN_STATES


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
