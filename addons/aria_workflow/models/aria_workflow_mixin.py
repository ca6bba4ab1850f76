from collections import defaultdict

import pytz

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..arguments import to_record, to_text
from ..tools.working_time import WorkingTime


class AriaWorkflowMixin(models.AbstractModel):
    """A record with a fate: it goes through the stages of a workflow, and every step is logged."""

    _name = "aria.workflow.mixin"
    _inherit = ["aria.referable.mixin"]
    _description = "Record that goes through a workflow"

    aria_workflow_id = fields.Many2one(
        "aria.workflow",
        string="Workflow",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        readonly=True,
        aria_engine=True,
    )
    aria_stage_id = fields.Many2one(
        "aria.workflow.stage",
        string="Status",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        readonly=True,
        aria_engine=True,
    )
    aria_stage_since = fields.Datetime(
        "In Status Since", copy=False, readonly=True, aria_engine=True
    )
    aria_outcome = fields.Selection(
        [("won", "Won"), ("lost", "Lost"), ("void", "Void")],
        string="Outcome",
        copy=False,
        readonly=True,
        aria_engine=True,
    )
    aria_log_ids = fields.One2many(
        "aria.workflow.log",
        "res_id",
        string="Steps",
        domain=lambda self: [("res_model", "=", self._name)],
        readonly=True,
        copy=False,
    )
    aria_stage_kind = fields.Selection(related="aria_stage_id.kind", string="Kind of Status")

    # ------------------------------------------------------------------ hooks
    @api.model
    def _aria_workflow_events(self):
        """Return the events that may move records of this model: [(code, label), …]."""
        return []

    def _aria_is_tracked(self):
        """Return whether this record has a fate."""
        self.ensure_one()
        return True

    def _aria_stage_entered(self, moves):
        """Called (superuser) once for each batch of records that have moved.

        :param moves: {record id: (stage left, stage entered)}
        """

    def _aria_prepare_stage_vals(self, stage):
        """Return what is written on records that enter ``stage``."""
        return {
            "aria_workflow_id": stage.workflow_id.id,
            "aria_stage_id": stage.id,
            "aria_stage_since": fields.Datetime.now(),
            "aria_outcome": stage.outcome,
        }

    # ------------------------------------------------------------------ entering
    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'aria_workflow'
        records = super().create(vals_list)
        records._aria_enter_flow()
        return records

    def _aria_enter_flow(self):
        """Put those of the records that are tracked and in no workflow yet at the first stage of theirs.

        :return: the records that entered
        """
        entered = self.browse()
        waiting = self.sudo().filtered(
            lambda r: not r.aria_workflow_id and r._aria_is_tracked()
        )  # engine
        for workflow in waiting and self.env["aria.workflow"]._aria_get_candidates(self._name):
            if not waiting:
                break
            fitting = workflow._aria_filter_entering(waiting)
            if fitting:
                fitting._aria_move_to(workflow.initial_stage_id)
                entered |= fitting
                waiting -= fitting
        entered.sudo()._aria_go_auto()  # the engine: what follows by itself
        return entered.with_env(self.env)

    # ------------------------------------------------------------------ moving
    @api.private
    def aria_fire(self, event, note=None):
        """Tell the records that ``event`` has happened; private, as an event is a fact and not a request.

        Every tracked record whose stage has a transition for the event with a true condition moves, once;
        automatic transitions follow.

        :param str event: code, one of ``_aria_workflow_events()``
        :param str note: kept in the log
        :return: the records that moved
        """
        records = self.sudo().exists()  # the engine: the event is a fact, whoever caused it
        moved = records._aria_go_all(
            records._aria_get_moves("event", event), event=event, note=note
        )
        moved._aria_go_auto()
        return moved.with_env(self.env)

    def aria_move(self, transition, note=None):
        """Move the records by a button.

        :param transition: ``aria.workflow.transition`` record or id
        :param str note: kept in the log; some transitions demand it
        :return: True
        :raise UserError: the records are at another stage, the condition is false, or the note is missing
        :raise AccessError: the user may not go this way
        """
        # sudo: flows are the company's, the button's user need not see them
        transition = to_record(self.env, "aria.workflow.transition", transition).sudo()
        self._aria_check_move(transition)
        if transition.note_required:
            note = to_text(
                self.env,
                note,
                self.env._("“%(way)s” needs a note; write it.", way=transition.display_name),
            )
        records = self.sudo()  # rights were checked above
        records._aria_go(transition, note=note)
        records._aria_go_auto()
        return True

    def aria_available_transitions(self):
        """Return the buttons of this record that the user may press: [{id, name, note_required}, …]."""
        self.ensure_one()
        record = self.sudo()  # flows are the company's; the rights are asked below
        ways = record.aria_workflow_id.transition_ids.filtered(lambda t: t.trigger == "button")
        return [
            {"id": way.id, "name": way.display_name, "note_required": way.note_required}
            for way in ways._from_stage(record.aria_stage_id)
            if self._aria_may_go(way) and way._filter_passing(record)
        ]

    def _aria_may_go(self, transition):
        """Return whether the user may go ``transition`` with this record.

        Groups and units of the transition decide; where it names none: who holds the record, or, while
        nobody does, who may write it.
        """
        self.ensure_one()
        allowed = transition._is_open_to(self.env.user)
        if allowed is not None:
            return allowed and (self.has_access("read") or self._aria_is_held_by_user())
        if self.sudo().aria_referral_id:  # who holds it
            return self._aria_is_held_by_user()
        return self.has_access("write")

    def _aria_is_held_by_user(self):
        return bool(self.sudo().aria_referral_id._filter_held_by(self.env.user))  # who holds it

    def _aria_check_move(self, transition):
        """Refuse records that cannot go ``transition`` now, or not by this user."""
        if not transition or transition.trigger != "button":
            raise UserError(
                self.env._("This step has no button; it follows from what happens to the document.")
            )
        for record in self:
            if not record._aria_may_go(transition):
                raise AccessError(
                    self.env._(
                        "You may not move “%(record)s” to “%(stage)s”; ask whoever holds it.",
                        record=record._aria_get_visible_name(),
                        stage=transition.to_stage_id.name,
                    )
                )
        records = self.sudo()  # stages only
        records._aria_check_stage(transition)
        closed = (records - transition._filter_passing(records))[:1]
        if closed:
            raise UserError(
                transition.guard_help
                or self.env._(
                    "“%(record)s” cannot go to “%(stage)s” yet: its condition is not met.",
                    record=closed.display_name,
                    stage=transition.to_stage_id.name,
                )
            )

    def _aria_check_stage(self, transition):
        """Refuse (superuser) records from whose stage ``transition`` does not lead, naming who moved them."""
        for record in self:
            same = record.aria_workflow_id == transition.workflow_id
            if same and transition in transition._from_stage(record.aria_stage_id):
                continue
            last = record._aria_get_log(limit=1)
            raise UserError(
                self.env._(
                    "“%(record)s” is at “%(stage)s”, where %(user)s moved it, and cannot go to “%(to)s” from there.",
                    record=record.display_name,
                    stage=record.aria_stage_id.name or self.env._("no status"),
                    user=last.user_id.name or self.env._("nobody"),
                    to=transition.to_stage_id.name,
                )
            )

    def _aria_get_log(self, limit=None):
        """Return the log of these records, newest first, as superuser."""
        # sudo: for messages and for the timeline of those who may read the record
        return (
            self.env["aria.workflow.log"]
            .sudo()
            .search([("res_model", "=", self._name), ("res_id", "in", self.ids)], limit=limit)
        )

    # ------------------------------------------------------------------ engine
    def _aria_get_moves(self, trigger, event=None):
        """Return [(transition, records)]: each (superuser) record with the first open way of its stage."""
        moves = []
        by_stage = self.filtered(lambda r: r.aria_stage_id and r._aria_is_tracked()).grouped(
            "aria_stage_id"
        )
        for stage, waiting in by_stage.items():
            ways = stage.workflow_id.transition_ids.filtered(
                lambda t: t.trigger == trigger and (not event or t.event == event)
            )
            for way in ways._from_stage(stage):
                passing = way._filter_passing(waiting) if waiting else waiting
                if passing:
                    moves.append((way, passing))
                    waiting -= passing
        return moves

    def _aria_go_auto(self):
        """Take automatic ways until none is open; activation has proved that they do not go in circles."""
        moved = self.exists()
        while moved:
            moved = moved._aria_go_all(moved._aria_get_moves("auto")).exists()

    def _aria_go_all(self, moves, **kwargs):
        """Move groups of (superuser) records, each along its transition; return those that moved.

        A hook of one group may have moved or deleted records of the next one: those stay where they are.
        """
        moved = self.browse()
        for number, (transition, group) in enumerate(moves):
            if number:
                group = group.exists().filtered(
                    lambda r, way=transition: way in way._from_stage(r.aria_stage_id)
                )
            group._aria_go(transition, **kwargs)
            moved |= group
        return moved

    def _aria_go(self, transition, event=None, note=None):
        """Move these (superuser) records along ``transition``."""
        self._aria_move_to(transition.to_stage_id, transition=transition, event=event, note=note)

    def _aria_move_to(self, stage, transition=None, event=None, note=None):
        """Put these (superuser) records at ``stage``: write, log, close and open referrals, tell the model.

        When the stage's version has just been replaced, at the stage that carries it on.
        """
        stage = stage._aria_follow_successor()
        left = {record.id: record.aria_stage_id for record in self}
        log_vals = self._aria_prepare_log_vals(stage, transition, event, note)
        self._aria_engine_write(self._aria_prepare_stage_vals(stage))
        self.env["aria.workflow.log"]._aria_engine_create(log_vals)
        self._aria_hand_over(stage, transition, note)
        self._aria_stage_entered({record_id: (old, stage) for record_id, old in left.items()})

    def _aria_hand_over(self, stage, transition, note):
        """Close the referrals of the stage left, and refer to the unit of the stage entered."""
        current = self._aria_get_open_referrals()
        previous = {referral.res_id: referral for referral in current}
        state = "cancelled" if stage.outcome in ("lost", "void") else "answered"
        opens = bool(transition and stage.unit_id)
        answer = note or self.env._("Moved to “%(stage)s”.", stage=stage.name)
        current._close(state, answer, keep_holder=opens)
        if opens:
            self._aria_refer_to_stage(stage, previous, note)

    def _aria_refer_to_stage(self, stage, previous, note):
        unit = stage.unit_id
        for company, records in self._aria_group_by_company().items():
            records._aria_open_referrals(
                unit,
                self.env["res.users"],
                previous={
                    id_: referral for id_, referral in previous.items() if id_ in records._ids
                },
                # a job has no language of its own: the company's
                summary=stage.with_context(lang=self.env.lang or company.partner_id.lang).name,
                note=note,
                deadline=stage._get_deadline(company) or None,
                priority="0",
            )

    def _aria_group_by_company(self):
        """Return {company: records}."""
        groups = defaultdict(self.browse)
        companies = self._aria_get_companies()
        for record in self:
            groups[companies[record.id]] |= record
        return groups

    # ------------------------------------------------------------------ new versions
    def _aria_carry_over(self, stage, referrals, note):
        """Put these (superuser) records of one stage at ``stage`` of a new version of their workflow.

        When their stage only goes on they keep their time there; otherwise they arrive anew.

        :param str referrals: what becomes of open referrals: ``keep``, ``move`` to the unit of the stage
            (opened where there is none), or ``close``
        :param str note: kept in the log
        """
        left = self.aria_stage_id
        left.ensure_one()
        goes_on = stage._carries_on(left)
        spent = dict.fromkeys(self.ids, (0, 0)) if goes_on else self._aria_get_time_in_stage()
        rows = self._aria_prepare_log_vals(stage, None, None, note, spent)
        values = {"aria_workflow_id": stage.workflow_id.id, "aria_stage_id": stage.id}
        if not goes_on:
            values["aria_stage_since"] = fields.Datetime.now()
        self._aria_engine_write(values)
        self.env["aria.workflow.log"]._aria_engine_insert(rows)
        self._aria_carry_referrals(stage, referrals, note)
        if not goes_on:
            self._aria_stage_entered({record_id: (left, stage) for record_id in self.ids})
            self._aria_go_auto()

    def _aria_carry_referrals(self, stage, referrals, note):
        if referrals == "keep":
            return
        current = self._aria_get_open_referrals()
        previous = {referral.res_id: referral for referral in current}
        current._close("answered", note, keep_holder=referrals == "move")
        if referrals == "move":
            self._aria_refer_to_stage(stage, previous, note)

    @api.model
    def _aria_count_stages(self, stages):
        """Return [(stage id, records, open referrals, records past the deadline)] of ``stages``, as it is now."""
        self.env.flush_all()
        return self.env.execute_query(
            SQL(
                """
                SELECT document.aria_stage_id, count(DISTINCT document.id), count(referral.id),
                       count(DISTINCT document.id) FILTER (WHERE referral.deadline < %(now)s)
                  FROM %(table)s AS document
             LEFT JOIN aria_referral AS referral
                    ON referral.res_model = %(model)s AND referral.res_id = document.id
                   AND referral.state IN ('open', 'accepted') AND referral.parent_id IS NULL
                 WHERE document.aria_stage_id IN %(stages)s
              GROUP BY document.aria_stage_id
                """,
                now=fields.Datetime.now(),
                table=SQL.identifier(self._table),
                model=self._name,
                stages=tuple(stages.ids) or (0,),
            )
        )

    @api.model
    def _aria_get_stage_holders(self, stages, limit=3):
        """Return {stage id: the names of those who hold most of its records, with the number}."""
        groups = self._read_group(
            [("aria_stage_id", "in", stages.ids)],
            ["aria_stage_id", "aria_user_id", "aria_unit_id"],
            ["__count"],
            order="__count DESC",
        )
        holders = defaultdict(list)
        for stage, user, unit, count in groups:
            holder = user or unit
            if holder and len(holders[stage.id]) < limit:
                holders[stage.id].append(f"{holder.display_name} ({count})")
        return holders

    # ------------------------------------------------------------------ log
    def _aria_prepare_log_vals(self, stage, transition, event, note, spent=None):
        """Return the log rows of a step of these (superuser) records to ``stage``; called before it.

        :param spent: {record id: (seconds, working seconds)} in the stage left, where it is known
        """
        owners, companies = self._aria_get_owners(), self._aria_get_companies()
        spent = spent or self._aria_get_time_in_stage()
        model_id = self.env["ir.model"]._get_id(self._name)
        return [
            {
                "res_model_id": model_id,
                "res_id": record.id,
                "res_name": record.display_name,
                "company_id": companies[record.id].id,
                "owner_id": owners[record.id].id,
                "workflow_id": stage.workflow_id.id,
                "transition_id": transition.id if transition else False,
                "event": event,
                "from_stage_id": record.aria_stage_id.id,
                "to_stage_id": stage.id,
                "unit_id": (record.aria_unit_id or record.aria_stage_id.unit_id).id,
                "user_id": self.env.uid,
                "note": note,
                "seconds": spent[record.id][0],
                "working_seconds": spent[record.id][1],
            }
            for record in self
        ]

    def _aria_get_time_in_stage(self):
        """Return {record id: (seconds, working seconds)} since each record entered its stage."""
        now = fields.Datetime.now()
        companies = self._aria_get_companies()
        clocks = {}
        groups = defaultdict(self.browse)
        for record in self:
            groups[record.aria_stage_id._get_calendar(companies[record.id])] |= record
        for calendar, records in groups.items():
            since = [record.aria_stage_since for record in records if record.aria_stage_since]
            clock = (
                self._aria_get_working_time(calendar, min(since), now)
                if since and calendar
                else None
            )
            clocks.update(dict.fromkeys(records.ids, clock))
        return {
            record.id: self._aria_measure(record.aria_stage_since, now, clocks[record.id])
            for record in self
        }

    @api.model
    def _aria_get_working_time(self, calendar, start, stop):
        """Return the :class:`WorkingTime` of ``calendar`` between two naive UTC moments."""
        utc = pytz.utc
        intervals = calendar._work_intervals_batch(utc.localize(start), utc.localize(stop))[False]
        return WorkingTime(
            (begin.astimezone(utc), end.astimezone(utc)) for begin, end, _meta in intervals
        )

    @api.model
    def _aria_measure(self, since, now, clock):
        """Return (seconds, working seconds) from ``since`` to ``now`` (naive UTC) by ``clock``."""
        if not since:
            return 0, 0
        seconds = (now - since).total_seconds()
        working = (
            clock.seconds(pytz.utc.localize(since), pytz.utc.localize(now)) if clock else seconds
        )
        return round(seconds), round(working)
