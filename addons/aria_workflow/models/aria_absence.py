from collections import defaultdict
from datetime import datetime, timedelta

import pytz

from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date

from .aria_referral_parts_mixin import OPEN_STATES


class AriaAbsence(models.Model):
    """A person is away from one day to another, and somebody stands in.

    New work for the person goes to the substitute. Days are those of the person's own time zone.
    """

    _name = "aria.absence"
    _description = "Absence"
    _order = "date_from desc, id desc"
    _rec_name = "user_id"

    user_id = fields.Many2one(
        "res.users",
        string="Absent",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
    )
    substitute_id = fields.Many2one(
        "res.users",
        index="btree_not_null",
        ondelete="restrict",
        domain=[("share", "=", False)],
        help="Receives the work meanwhile. Empty: units leave the person out when they hand out work, and"
        " what is referred to the person by name waits.",
    )
    date_from = fields.Date("First Day", required=True, default=fields.Date.context_today)
    date_to = fields.Date("Last Day", required=True, index=True)
    open_count = fields.Integer("Open Work", compute="_compute_open_count")

    _dates_ordered = models.Constraint(
        "CHECK (date_from <= date_to)", "An absence ends before it begins; correct the dates."
    )

    @api.depends("user_id")
    def _compute_open_count(self):
        # sudo: the number only, of persons whose absence the reader may see
        groups = (
            self.env["aria.referral"]
            .sudo()
            ._read_group(self._get_open_work_domain(), ["to_user_id"], ["__count"])
        )
        counts = {user.id: count for user, count in groups}
        for absence in self:
            absence.open_count = counts.get(absence.user_id.id, 0)

    @api.depends_context("lang")
    @api.depends("user_id", "date_from", "date_to")
    def _compute_display_name(self):
        for absence in self:
            name = absence.user_id.sudo().name or ""  # the name only
            start, stop = (
                format_date(self.env, day) for day in (absence.date_from, absence.date_to)
            )
            absence.display_name = f"{name} {start} – {stop}"

    # ------------------------------------------------------------------ guards
    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'base': two persons who name each other at once must see one another
        self.env["aria.turn"]._take(["absence"])
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def write(self, vals):
        # EXTENDS 'base'
        self.env["aria.turn"]._take(["absence"])
        self.env.registry.clear_cache()
        result = super().write(vals)
        if "user_id" in vals:
            self.check_access(
                "write"
            )  # an absence is not moved to somebody whom one may not manage
        return result

    def unlink(self):
        # EXTENDS 'base'
        self.env.registry.clear_cache()
        return super().unlink()

    @api.constrains("user_id", "substitute_id")
    def _check_people(self):
        for absence in self:
            if absence.substitute_id == absence.user_id:
                raise ValidationError(
                    self.env._(
                        "%(user)s cannot be their own substitute; choose somebody else.",
                        user=absence.user_id.sudo().name,  # the name only
                    )
                )
            person = absence.substitute_id.sudo()  # state of the account only
            if person and (person.share or not person.active):
                raise ValidationError(
                    self.env._(
                        "%(user)s is not an active employee and cannot stand in; choose somebody else.",
                        user=person.name,
                    )
                )

    @api.constrains("user_id", "substitute_id", "date_from", "date_to")
    def _check_plan(self):
        # sudo: absences of others count, whether or not the user may see them
        others = self.sudo().search(
            [
                ("date_from", "<=", max(self.mapped("date_to"))),
                ("date_to", ">=", min(self.mapped("date_from"))),
            ]
        )
        of_user = defaultdict(self.browse)
        for absence in others:
            of_user[absence.user_id.id] += absence
        for absence in self.sudo():  # the same
            absence._check_overlap(of_user[absence.user_id.id] - absence)
            absence._check_circle(of_user)

    def _overlaps(self, start, stop):
        return self.date_from <= stop and self.date_to >= start

    def _check_overlap(self, others):
        for other in others:
            if self._overlaps(other.date_from, other.date_to):
                raise ValidationError(
                    self.env._(
                        "%(user)s is already away from %(start)s to %(stop)s; change that absence instead.",
                        user=self.user_id.name,
                        start=format_date(self.env, other.date_from),
                        stop=format_date(self.env, other.date_to),
                    )
                )

    def _check_circle(self, of_user):
        """Refuse substitutes who, over the days they share, lead back to the absent person."""
        paths = [(self.substitute_id, self.date_from, self.date_to)]
        seen = set()
        while paths:
            person, start, stop = paths.pop()
            if person == self.user_id:
                raise ValidationError(
                    self.env._(
                        "%(user)s and %(substitute)s would stand in for each other on the same days;"
                        " choose another substitute.",
                        user=self.user_id.name,
                        substitute=self.substitute_id.name,
                    )
                )
            for next_one in of_user[person.id]:
                if next_one.id not in seen and next_one._overlaps(start, stop):
                    seen.add(next_one.id)
                    paths.append(
                        (
                            next_one.substitute_id,
                            max(start, next_one.date_from),
                            min(stop, next_one.date_to),
                        )
                    )

    # ------------------------------------------------------------------ actions
    def _get_open_work_domain(self):
        # what waits for its parts stays: nothing is to be done on it
        return (
            Domain("to_user_id", "in", self.user_id.ids)
            & Domain("state", "in", OPEN_STATES)
            & Domain("part_count", "=", 0)
        )

    def action_hand_over(self):
        """Refer the open work of the absent persons on to their substitutes.

        :return: the new referrals
        :raise UserError: there is no substitute
        """
        self.check_access("write")
        opened = self.env["aria.referral"].sudo()  # rights were checked on the absence
        for absence in self.sudo():  # the same
            if not absence.substitute_id:
                raise UserError(
                    self.env._(
                        "%(user)s has no substitute; name one first.", user=absence.user_id.name
                    )
                )
            work = opened.search(absence._get_open_work_domain())
            note = self.env._("Handed over: %(user)s is away.", user=absence.user_id.name)
            for unit, referrals in work.grouped("to_unit_id").items():
                opened |= referrals._refer_on(unit, absence.substitute_id, note=note)
        return opened.sudo(self.env.su)

    # ------------------------------------------------------------------ who stands in
    @api.model
    def _get_absences_now(self):
        """Return {user id: absence} of all who are away at this moment by their own clocks."""
        ids = self._get_ids_around(fields.Date.today())
        # sudo: work goes to substitutes whoever refers it; a deleted user takes the rows along
        absences = self.sudo().browse(ids).exists() if ids else self.browse()
        return {a.user_id.id: a for a in absences if a._is_now()}

    @api.model
    @tools.ormcache("day")
    def _get_ids_around(self, day):
        """Return the ids of absences that may hold on ``day`` somewhere; each referral asks for them."""
        domain = [
            ("date_from", "<=", day + timedelta(days=1)),
            ("date_to", ">=", day - timedelta(days=1)),
        ]
        return tuple(self.sudo().search(domain).ids)  # work goes to substitutes whoever refers it

    def _is_now(self):
        today = datetime.now(pytz.timezone(self.user_id.tz or "UTC")).date()
        return self.date_from <= today <= self.date_to

    @api.model
    def _get_stand_ins(self, users, company=None):
        """Return {user: who works for them now}: themselves, a substitute, or nobody.

        :param company: whoever works for them must work there
        """
        absences = self._get_absences_now() if users else {}
        return {user: self._follow(user, absences, company) for user in users}

    @api.model
    def _follow(self, user, absences, company):
        seen = set()
        person = user.sudo()  # state of the account and companies only
        while person and person.id in absences and person.id not in seen:
            seen.add(person.id)
            person = absences[person.id].substitute_id
        reachable = (
            person.active
            and not person.share
            and person.id not in seen
            and (not company or company.id in person._get_company_ids())
        )
        return person if reachable else person.browse()
