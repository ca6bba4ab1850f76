from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..lib.replay import Replay

PORTION = 50_000
MAX_DAYS = 3650


class AriaWorkflowReplayMixin(models.AbstractModel):
    """What if the last days had gone through this drawing of the workflow: reads the log, changes nothing."""

    _name = "aria.workflow.replay.mixin"
    _description = "Replay of the log on a workflow"

    def what_if(self, days=30):
        """Replay the steps of the last ``days`` on this version.

        :param int days: 1 to 3650
        :return: dict: ``days``, ``rows`` and ``records`` (numbers), ``stuck`` (records with no way out),
            ``missing`` (steps without a transition), ``units`` and ``stages`` (loads before and after, times in
            working seconds); stages and units as ``{"id", "name"}``. See ``lib/replay.py``
        :raise AccessError: the user may not change workflows
        :raise UserError: ``days`` is no such number
        """
        self.ensure_one()
        self.check_access("write")
        days = self._to_days(days)
        run = self._start_replay()
        for rows in self._read_log(days):
            run.feed(rows)
        return self._describe_replay({"days": days, **run.result()})

    def action_what_if(self):
        """Open the screen of what-if for this version."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What If"),
            "res_model": "aria.workflow.replay",
            "view_mode": "form",
            "views": [[False, "form"]],
            "context": {"default_workflow_id": self.id},
        }

    @api.model
    def _to_days(self, value):
        try:
            days = int(value)
        except (TypeError, ValueError):
            days = 0
        if not 1 <= days <= MAX_DAYS:
            raise UserError(
                self.env._(
                    "“%(value)s” is not a number of days; give one from 1 to %(max)s.",
                    value=value,
                    max=MAX_DAYS,
                )
            )
        return days

    # ------------------------------------------------------------------ reading
    def _get_logged(self):
        """Return the versions whose log is replayed: those of the family that records have gone through.

        A workflow without such ones is compared with the active workflows of the same kind of record.
        """
        logged = self._get_family().filtered(lambda w: w.state != "draft")
        return logged or self.search([("model", "=", self.model), ("state", "=", "active")])

    def _start_replay(self):
        """Return the :class:`Replay` on this version, with nothing fed yet."""
        return Replay(
            {
                "initial": self.initial_stage_id.id,
                "stages": [stage._prepare_replay() for stage in self.stage_ids],
                "transitions": [way._prepare_replay() for way in self.transition_ids.sorted()],
                "old": [
                    {**old._prepare_replay(), "to": self._propose_for(old).id or None}
                    for old in self._get_logged().stage_ids
                ],
            }
        )

    def _propose_for(self, old):
        """Return the stage of this version that carries ``old`` on, or none."""
        new = old._propose(self.stage_ids)
        return new if bool(new.outcome) == bool(old.outcome) else new.browse()

    def _read_log(self, days):
        """Yield the steps of the last ``days``, oldest first, in portions; see ``lib/replay.py`` for the rows."""
        self.env["aria.workflow.log"].flush_model()
        since = fields.Datetime.subtract(fields.Datetime.now(), days=days)
        last, stop = self._get_log_range(since)
        while last < stop:
            rows = self.env.execute_query(self._get_log_query(since, last, stop))
            if not rows:
                return
            last = rows[-1][0]
            yield [row[1:] for row in rows]

    def _get_log_range(self, since):
        """Return (id before the first row since ``since``, id of the last row) of the log."""
        [[first, last]] = self.env.execute_query(
            SQL("SELECT min(id), max(id) FROM aria_workflow_log WHERE date >= %s", since)
        )
        return (first - 1, last) if first else (0, 0)

    def _get_log_query(self, since, last, stop):
        return SQL(
            """
            SELECT log.id, log.res_id, log.from_stage_id, log.to_stage_id,
                   CASE WHEN log.event IS NOT NULL THEN 'event'
                        WHEN source.workflow_id != log.workflow_id THEN 'version'
                        ELSE COALESCE(transition.trigger, 'button') END,
                   log.event, log.working_seconds
              FROM aria_workflow_log AS log
         LEFT JOIN aria_workflow_stage AS source ON source.id = log.from_stage_id
         LEFT JOIN aria_workflow_transition AS transition ON transition.id = log.transition_id
             WHERE log.workflow_id IN %(workflows)s AND log.res_model = %(model)s
               AND log.date >= %(since)s AND log.id > %(last)s AND log.id <= %(stop)s
          ORDER BY log.id
             LIMIT %(limit)s
            """,
            workflows=tuple(self._get_logged().ids) or (0,),
            model=self.model,
            since=since,
            last=last,
            stop=stop,
            limit=PORTION,
        )

    def _count_log(self, days):
        """Return how many steps a replay of ``days`` reads."""
        since = fields.Datetime.subtract(fields.Datetime.now(), days=days)
        # sudo: how many, for the progress
        return (
            self.env["aria.workflow.log"]
            .sudo()
            .search_count([("workflow_id", "in", self._get_logged().ids), ("date", ">=", since)])
        )

    # ------------------------------------------------------------------ showing
    def _describe_replay(self, result):
        """Return ``result`` of a replay with names, in the user's language, beside the ids."""
        stages = self.env["aria.workflow.stage"].browse(self._get_stage_ids(result)).exists()
        units = self.env["aria.unit"].browse([row["unit"] for row in result["units"]]).exists()
        # sudo: names only, of a workflow that the user may change
        stages, units = stages.sudo(), units.sudo()
        stage_names = {stage.id: stage.name for stage in stages}
        unit_names = {unit.id: unit.name for unit in units}
        events = dict(self.env[self.model]._aria_workflow_events())

        def name(ids, value):
            return {"id": value, "name": ids.get(value, "")} if value else False

        return {
            **result,
            "stuck": [{**row, "stage": name(stage_names, row["stage"])} for row in result["stuck"]],
            "missing": [
                {
                    **row,
                    "stage": name(stage_names, row["stage"]),
                    "to": name(stage_names, row["to"]),
                    "event_name": events.get(row["event"], row["event"]),
                }
                for row in result["missing"]
            ],
            "units": [{**row, "unit": name(unit_names, row["unit"])} for row in result["units"]],
            "stages": [
                {
                    **row,
                    "stage": name(stage_names, row["stage"]),
                    "old": [name(stage_names, old) for old in row["old"]],
                }
                for row in result["stages"]
            ],
        }

    @api.model
    def _get_stage_ids(self, result):
        rows = result["stuck"] + result["missing"] + result["stages"]
        found = {row["stage"] for row in rows} | {row["to"] for row in result["missing"]}
        return list((found | {old for row in result["stages"] for old in row["old"]}) - {None})
