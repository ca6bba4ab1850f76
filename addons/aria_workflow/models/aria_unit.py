import functools
from bisect import bisect_right
from datetime import timedelta
from heapq import heapify, heapreplace

import pytz

from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

# working time is read this far around the moments that count, and never further ahead than the limit
CLOCK_DAYS = 15
CLOCK_LIMIT_DAYS = 400


class AriaUnit(models.Model):
    """A unit of the company that work is referred to: sales, finance, warehouse …"""

    _name = "aria.unit"
    _description = "Unit"
    _order = "sequence, id"
    _parent_store = True
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True, help="Short name by which flows find the unit; unique per company."
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: the unit serves all companies."
    )
    parent_id = fields.Many2one(
        "aria.unit", string="Parent Unit", index=True, ondelete="restrict", check_company=True
    )
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("aria.unit", "parent_id", string="Sub-units")
    manager_id = fields.Many2one(
        "res.users",
        index=True,
        ondelete="restrict",
        domain=[("share", "=", False)],
    )
    member_ids = fields.Many2many(
        "res.users", "aria_unit_member_rel", "unit_id", "user_id", string="Members",
        domain=[("share", "=", False)],
    )  # fmt: skip
    assignment = fields.Selection(
        [
            ("manual", "Any member takes it"),
            ("manager", "The manager hands it out"),
            ("round_robin", "Each member in turn"),
            ("least_loaded", "The member with the least open work"),
        ],
        required=True,
        default="manual",
        help="What happens to work referred to the unit without a name: it waits for any member to take it,"
        " goes to the manager, who refers it on, or to a member, in turn or by open work. Whoever is away"
        " is left out or represented; when nobody can be reached, it goes to the manager.",
    )
    calendar_id = fields.Many2one(
        "resource.calendar",
        string="Working Hours",
        index=True,
        check_company=True,
        help="Working time of the unit, for times in stages. Empty: the working hours of the company.",
    )

    sla_hours = fields.Float(
        "Time Allowed (hours)",
        help="Working hours until the deadline of work that comes without one; 0: none.",
    )
    warn_hours = fields.Float(
        "Warning Before (hours)",
        default=2,
        help="Working hours before the deadline when the holder is warned; 0: no warning.",
    )
    escalate_hours = fields.Float(
        "Escalation After (hours)",
        default=8,
        help="Working hours after a missed deadline when the manager is told; 0: at once.",
    )

    _hours_positive = models.Constraint(
        "CHECK (sla_hours >= 0 AND warn_hours >= 0 AND escalate_hours >= 0)",
        "Hours of a unit cannot be negative.",
    )
    # a plain UNIQUE(code, company_id) would let two shared units, whose company is NULL, share a code
    _code_uniq = models.UniqueIndex(
        "(code, COALESCE(company_id, 0))",
        "Another unit of this company has the same code; choose another code.",
    )

    @api.depends("name", "company_id")
    def _compute_display_name(self):
        several = len(self.env.user._get_company_ids()) > 1  # kept by Odoo's cache
        for unit in self:
            company = (
                unit.company_id.sudo().name if several and unit.company_id else ""
            )  # the name only
            unit.display_name = f"{unit.name} ({company})" if company else unit.name

    @api.constrains("parent_id")
    def _check_parent(self):
        if self._has_cycle():
            raise ValidationError(
                self.env._(
                    "%(unit)s cannot be its own parent; choose another parent unit.",
                    unit=self[:1].name,
                )
            )

    @api.constrains("assignment", "manager_id")
    def _check_manager(self):
        for unit in self:
            if unit.assignment == "manager" and not unit.manager_id:
                raise ValidationError(
                    self.env._(
                        "%(unit)s hands out its work by its manager, but has none; choose a manager.",
                        unit=unit.name,
                    )
                )

    @api.constrains("active")
    def _check_nothing_waits(self):
        archived = self.filtered(lambda unit: not unit.active)
        # sudo: whether anybody's work would be out of sight
        waiting = self.env["aria.referral"].sudo()
        held = waiting.search(
            [("to_unit_id", "in", archived.ids), ("state", "in", ("open", "accepted"))], limit=1
        )
        if held:
            raise ValidationError(
                self.env._(
                    "%(unit)s still holds “%(document)s”; answer or refer on its work before it is archived.",
                    unit=held.to_unit_id.name,
                    document=held.res_name,
                )
            )
        # sudo: flows of all companies
        stages = self.env["aria.workflow.stage"].sudo()
        used = stages.search(
            [("unit_id", "in", archived.ids), ("workflow_id.state", "=", "active")], limit=1
        )
        if used:
            raise ValidationError(
                self.env._(
                    "%(unit)s gets work at the stage “%(stage)s” of “%(workflow)s”; choose another unit there first.",
                    unit=used.unit_id.name,
                    stage=used.name,
                    workflow=used.workflow_id.name,
                )
            )

    @api.constrains("member_ids", "manager_id")
    def _check_internal(self):
        for unit in self:
            outsiders = (unit.member_ids | unit.manager_id).filtered("share")
            if outsiders:
                raise ValidationError(
                    self.env._(
                        "%(user)s is not an employee and cannot work in %(unit)s; take the name out.",
                        user=outsiders[0].name,
                        unit=unit.name,
                    )
                )

    def copy_data(self, default=None):
        # EXTENDS 'base'
        vals_list = super().copy_data(default)
        for unit, vals in zip(self, vals_list, strict=True):
            if "code" not in (default or {}):
                vals["code"] = unit._get_free_code()
                vals["name"] = self.env._("%(name)s (copy)", name=unit.name)
        return vals_list

    def _get_free_code(self):
        """Return the unit's code with the first number that no unit has yet."""
        taken = self.sudo().with_context(active_test=False)  # codes of all companies count
        used = set(taken.search([("code", "=like", f"{self.code}_%")]).mapped("code"))
        return next(
            code for n in range(2, len(used) + 3) if (code := f"{self.code}_{n}") not in used
        )

    @api.ondelete(at_uninstall=True)
    def _unlink_except_used(self):
        for model, field in self._get_history_fields():
            # sudo: whether anybody's referral or log names the unit
            used = self.env[model].sudo().search([(field, "in", self.ids)], limit=1)
            if used:
                raise UserError(
                    self.env._(
                        "%(unit)s has taken part in work and cannot be deleted; archive it instead.",
                        unit=used[field].name,
                    )
                )

    @api.model
    def _get_history_fields(self):
        """Return (model, field) pairs whose rows keep a unit from being deleted."""
        return [
            ("aria.referral", "to_unit_id"),
            ("aria.referral", "from_unit_id"),
            ("aria.workflow.log", "unit_id"),
            ("aria.workflow.stage", "unit_id"),
        ]

    # ------------------------------------------------------------------ working time
    def _get_calendar(self, company):
        """Return the working hours that count for work of this unit, which may be empty."""
        return (
            self.calendar_id
            or company.resource_calendar_id
            or self.env.company.resource_calendar_id
        )

    def _get_clock(self, company, now, moments):
        """Return a function of a moment (naive UTC) and hours that counts working hours of this unit.

        Intervals are read once. Where there is no calendar, or it does not reach so far, all hours count.

        :param moments: those that hours will be counted from, beside ``now``
        """
        hours = max(self.sla_hours, self.warn_hours, self.escalate_hours) if self else 0
        margin = timedelta(
            days=CLOCK_DAYS + hours / 2
        )  # a day may have as little as two working hours
        horizon = now + timedelta(days=CLOCK_LIMIT_DAYS)
        span = [min(moment, horizon) for moment in (now, *moments)]

        @functools.cache  # most work has no deadline: its calendar is not even read
        def get_clock():
            calendar = self._get_calendar(company)
            return calendar and self.env["aria.workflow.mixin"]._aria_get_working_time(
                calendar, min(span) - margin, max(span) + margin
            )

        def shift(moment, hours):
            start = pytz.utc.localize(moment)
            clock = get_clock() if moment <= horizon else None
            found = clock.shift(start, hours * 3600) if clock else None
            return (found or start + timedelta(hours=hours)).replace(tzinfo=None, microsecond=0)

        return shift

    @api.model
    def _get_designers(self, company):
        """Return who sets up units and is told when nobody else could be."""
        # not env.ref: it asks the database at every call, and this is asked for each of many referrals
        group = self.env["ir.model.data"]._xmlid_to_res_id("aria_workflow.group_designer")
        users = self.env["res.groups"].sudo().browse(group).all_user_ids  # names for news
        return users.filtered(
            lambda u: u.active and not u.share and (not company or company in u.company_ids)
        )

    # ------------------------------------------------------------------ handing out
    def _get_unreachable(self, companies, user=None):
        """Return those of ``companies`` for which nobody is there to whom this unit's work goes at first.

        :param user: for whom the work is meant by name: then nobody else matters
        """
        unit = self.sudo()  # members may be users of other companies
        people = unit.manager_id if unit.assignment == "manager" else unit.member_ids
        return {c for c in companies if self and not user and not unit._get_reachable(people, c)}

    def _get_receiver(self):
        """Return the user that one piece of work for this unit goes to; empty: any member may take it."""
        return self._get_receivers(1)[0]

    def _get_receivers(self, count, company=None, without=None):
        """Return who gets each of ``count`` pieces of work for this unit, as a list of users.

        An empty user means that the work waits for any member. Turns are taken under a lock: of two
        transactions at once the second sees what the first has handed out.

        :param company: whoever receives must work there
        :param without: users who hand out and do not receive
        """
        self.ensure_one()
        unit = self.sudo()  # members may be users of other companies
        nobody = self.env["res.users"]
        members = unit._get_reachable(unit.member_ids, company) - (without or nobody)
        if self.assignment in ("round_robin", "least_loaded") and members:
            return unit._take_turns(members, count)
        waits = self.assignment == "manual" and members
        return [nobody if waits else unit._get_reachable_manager(company)] * count

    def _is_staffed(self, company=None):
        """Return whether this unit has people, and somebody who could take its work now."""
        self.ensure_one()
        present = self._get_reachable(self.member_ids, company or None)
        return bool(
            self._get_people() and (present or self._get_reachable_manager(company or None))
        )

    def _get_reachable(self, users, company=None):
        """Return who works for ``users`` now: those present, and substitutes of the others."""
        stand_ins = self.env["aria.absence"]._get_stand_ins(users, company)
        return users.browse(dict.fromkeys(person.id for person in stand_ins.values() if person))

    def _get_reachable_manager(self, company=None):
        """Return who works as manager of this unit now, or of the nearest unit above that has one."""
        self.ensure_one()
        unit = self
        while unit:
            person = self._get_reachable(unit.manager_id, company)
            if person:
                return person
            unit = unit.parent_id
        return self.env["res.users"]

    def _take_turns(self, members, count):
        """Return ``count`` of ``members``, as the assignment of this unit says."""
        key = f"unit:{self.id}"
        last_id = self.env["aria.turn"]._take([key])[key]
        # from the one after the last receiver on, so that equal loads go round too
        ring = sorted(members.ids)
        start = bisect_right(ring, last_id)
        ring = ring[start:] + ring[:start]
        loads = dict.fromkeys(ring, 0)
        if self.assignment == "least_loaded":
            loads |= self._get_loads(members)
        queue = [(load, place, id_) for place, (id_, load) in enumerate(loads.items())]
        heapify(queue)
        receivers = [self._take_next(queue, len(ring)) for _n in range(count)]
        self.env["aria.turn"]._set_last(key, receivers[-1] if receivers else last_id)
        return [members.browse(id_) for id_ in receivers]

    @api.model
    def _take_next(self, queue, size):
        """Return the first of ``queue`` and put it back behind those with as much work."""
        load, place, id_ = queue[0]
        heapreplace(queue, (load + 1, place + size, id_))
        return id_

    @api.model
    def _get_loads(self, users):
        """Return {user id: number of open referrals that wait for the user}."""
        groups = self.env["aria.referral"]._read_group(
            [
                ("to_user_id", "in", users.ids),
                ("state", "in", ("open", "accepted")),
                ("part_count", "=", 0),
            ],
            ["to_user_id"],
            ["__count"],
        )
        return {user.id: count for user, count in groups}

    def _get_people(self):
        """Return the active users who see the work of these units."""
        # sudo: users of other companies may be members of a shared unit
        units = self.sudo()
        return (units.member_ids | units.manager_id).filtered("active")

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'base'
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        # EXTENDS 'base'
        self.env.registry.clear_cache()
        return super().write(vals)

    def unlink(self):
        # EXTENDS 'base'
        self.env.registry.clear_cache()
        return super().unlink()

    @api.model
    @tools.ormcache("self.env.uid")
    def _get_my_first_id(self):
        """Return the id of the first unit of the user, in whose name he refers; False: none."""
        return self.sudo().search(self._get_my_units_domain(), limit=1).id  # own

    @api.model
    def _get_my_units_domain(self):
        return Domain("member_ids", "in", self.env.uid) | Domain("manager_id", "=", self.env.uid)

    @api.model
    def _get_my_units_sql(self):
        """Return the statement for the ids of the user's units, each once, archived ones too."""
        self.flush_model(["member_ids", "manager_id"])
        return SQL(
            "SELECT unit_id AS id FROM aria_unit_member_rel WHERE user_id = %(uid)s"
            " UNION SELECT id FROM aria_unit WHERE manager_id = %(uid)s",
            uid=self.env.uid,
        )
