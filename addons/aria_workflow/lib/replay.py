"""The steps that records have really taken, replayed on another drawing of their workflow. Plain Python.

A row of the log is a tuple ``(document, source, target, trigger, event, seconds)``:

- ``document``: any key of the record;
- ``source``, ``target``: ids of the old stages it left and entered; source None: it entered the workflow;
- ``trigger``: ``button``, ``event``, ``auto``, or ``version`` when a new version took it over;
- ``event``: code of the event, for that trigger;
- ``seconds``: time spent in the stage left.

Rows come in the order in which the steps were taken. A workflow is a dict as JSON has it::

    {"initial": 10,
     "stages": [{"id": 10, "unit": 3, "outcome": None, "hours": 8.0}, …],
     "transitions": [{"from": 10, "to": 11, "trigger": "event", "event": "sent", "guarded": False}, …],
     "old": [{"id": 1, "unit": 3, "outcome": None, "to": 10}, …]}

``from`` None: from every stage without an outcome. ``to`` of an old stage: the new stage that carries it on, or
None. Conditions cannot be evaluated on the past, so of several open ways the one that leads where the record
really went is taken, and otherwise the first. A stage that no old one maps to is new: records are led through it
by its buttons when that is the way to where they really went; how long they will stay there nobody knows, so the
hours allowed for it are given as planned.
"""

from collections import defaultdict, deque

EXAMPLES = 10


def replay(log_rows, workflow):
    """Return what would have become of the records of ``log_rows`` in ``workflow``; both as described above.

    :return: dict with ``rows`` and ``records`` (numbers); ``stuck``: records with no way out, as
        ``[{"stage", "records", "examples"}]``; ``missing``: steps without a transition, as
        ``[{"stage", "trigger", "event", "to", "rows"}]``; ``units``: ``[{"unit", "before", "after"}]`` and
        ``stages``: ``[{"stage", "old", "before", "after"}]``, where before and after are
        ``{"arrivals", "seconds", "planned"}`` (planned: seconds assumed in new stages)
    """
    run = Replay(workflow)
    run.feed(log_rows)
    return run.result()


class Replay:
    """A replay that is fed in portions; see :func:`replay`."""

    def __init__(self, workflow):
        self.stages = {stage["id"]: stage for stage in workflow["stages"]}
        self.old = {stage["id"]: stage for stage in workflow["old"]}
        self.carries = {stage["id"]: stage["to"] for stage in workflow["old"]}
        self.initial = workflow["initial"]
        self.fresh = set(self.stages) - set(self.carries.values())
        self._read_ways(workflow["transitions"])
        self._paths = {}
        self.rows = 0
        self.places = {}  # document → new stage where it stands
        self.ended = {}  # document → whether it has really ended
        self.missing = defaultdict(int)
        self.before = _Loads()
        self.after = _Loads()

    def _read_ways(self, transitions):
        """Index the ways by where they begin."""
        self.events = defaultdict(list)  # (stage, event) → targets, in order
        self.hands = defaultdict(list)  # stage → targets of buttons and automatic ways
        self.autos = {}  # stage → target of its first automatic way without condition
        self.open = set()  # stages that something leaves
        for way in transitions:
            for stage in self._sources(way):
                self.open.add(stage)
                if way["trigger"] == "event":
                    self.events[stage, way["event"]].append(way["to"])
                    continue
                self.hands[stage].append(way["to"])
                if way["trigger"] == "auto" and not way.get("guarded"):
                    self.autos.setdefault(stage, way["to"])

    def _sources(self, way):
        if way["from"] is not None:
            return [way["from"]]
        return [s["id"] for s in self.stages.values() if not s["outcome"] and s["id"] != way["to"]]

    # ------------------------------------------------------------------ running
    def feed(self, log_rows):
        """Replay the next rows."""
        places, carries, old = self.places, self.carries, self.old
        before, after, ended = self.before, self.after, self.ended
        for document, source, target, trigger, event, seconds in log_rows:
            self.rows += 1
            ended[document] = bool(target in old and old[target]["outcome"])
            here = places.get(document)
            if source is None:
                before.arrive(target)
                self._arrive(document, self.initial)
                continue
            before.stay(source, seconds)
            if here is None:
                here = places[document] = carries.get(source)
            after.stay(here, seconds)
            if trigger == "version":
                places[document] = carries.get(target)
                continue
            before.arrive(target)
            self._step(document, here, source, target, trigger, event)

    def _step(self, document, here, source, target, trigger, event):
        goal = self.carries.get(target)
        if trigger == "event":
            steps = self._find_event(here, self.carries.get(source), goal, event)
        else:
            steps = self._find_path(here, goal)
        if steps is None:
            self.missing[here, trigger, event if trigger == "event" else None, target] += 1
            return
        for stage in steps:
            self._arrive(document, stage)

    def _find_event(self, here, source, goal, event):
        """Return the stages entered by ``event`` at ``here``; None: it has no transition there."""
        targets = self.events.get((here, event))
        if targets:
            return [self._choose(targets, goal)]
        # a new stage that only buttons leave: somebody would have pressed them before
        steps = self._find_path(here, source) if here in self.fresh else None
        targets = self.events.get((source, event)) if steps else None
        return [*steps, self._choose(targets, goal)] if targets else None

    def _choose(self, targets, goal):
        """Return which of ``targets`` the record takes when it really went to ``goal``."""
        if goal in targets:
            return goal
        return next((t for t in targets if self._find_path(t, goal) is not None), targets[0])

    def _find_path(self, here, goal):
        """Return the stages from ``here`` to ``goal`` by hand, through new stages only; None: there is no way."""
        if here is None or goal is None:
            return None
        if here == goal:
            return []
        key = here, goal
        if key not in self._paths:
            self._paths[key] = self._search_path(here, goal)
        return self._paths[key]

    def _search_path(self, here, goal):
        came_from, todo = {here: None}, deque([here])
        while todo:
            stage = todo.popleft()
            if stage == goal:
                return self._trace(came_from, goal)
            if stage != here and stage not in self.fresh:
                continue
            for following in self.hands[stage]:
                if following not in came_from:
                    came_from[following] = stage
                    todo.append(following)
        return None

    @staticmethod
    def _trace(came_from, goal):
        steps = []
        while came_from[goal] is not None:
            steps.append(goal)
            goal = came_from[goal]
        return steps[::-1]

    def _arrive(self, document, stage):
        """Put the record at ``stage`` and take its automatic ways; activation proves that they end."""
        for _step in range(len(self.stages)):
            self.places[document] = stage
            self.after.arrive(stage)
            if stage not in self.autos:
                return
            stage = self.autos[stage]

    # ------------------------------------------------------------------ result
    def result(self):
        """Return what :func:`replay` returns, for the rows fed so far."""
        for stage in self.fresh:
            hours = self.stages[stage].get("hours") or 0
            self.after.planned[stage] = round(self.after.arrivals[stage] * hours * 3600)
        return {
            "rows": self.rows,
            "records": len(self.places),
            "stuck": self._get_stuck(),
            "missing": self._get_missing(),
            "units": self._get_units(),
            "stages": self._get_stages(),
        }

    def _get_stuck(self):
        """Return where records end up that have really ended, or that nothing could take any further."""
        found = defaultdict(list)
        for document, stage in self.places.items():
            final = stage in self.stages and self.stages[stage]["outcome"]
            if not final and (self.ended[document] or stage not in self.open):
                found[stage].append(document)
        rows = [
            {"stage": stage, "records": len(documents), "examples": documents[:EXAMPLES]}
            for stage, documents in found.items()
        ]
        return sorted(rows, key=lambda row: -row["records"])

    def _get_missing(self):
        rows = [
            {"stage": stage, "trigger": trigger, "event": event, "to": target, "rows": number}
            for (stage, trigger, event, target), number in self.missing.items()
        ]
        return sorted(rows, key=lambda row: -row["rows"])

    def _get_units(self):
        before = self.before.by(
            lambda stage: self.old[stage]["unit"] if stage in self.old else None
        )
        after = self.after.by(lambda s: self.stages[s]["unit"] if s in self.stages else None)
        units = [unit for unit in {**before, **after} if unit is not None]
        return [{"unit": unit, "before": before[unit], "after": after[unit]} for unit in units]

    def _get_stages(self):
        before = self.before.by(lambda stage: self.carries.get(stage))
        after = self.after.by(lambda stage: stage)
        olds = defaultdict(list)
        for stage, target in self.carries.items():
            olds[target].append(stage)
        rows = [
            {"stage": s, "old": olds[s], "before": before[s], "after": after[s]}
            for s in self.stages
        ]
        gone = self.before.by(lambda stage: stage)
        return rows + [
            {"stage": None, "old": [stage], "before": gone[stage], "after": _no_load()}
            for stage in olds[None]
        ]


def _no_load():
    return {"arrivals": 0, "seconds": 0, "planned": 0}


class _Loads:
    """Arrivals and times by stage."""

    def __init__(self):
        self.arrivals = defaultdict(int)
        self.seconds = defaultdict(int)
        self.planned = defaultdict(int)

    def arrive(self, stage):
        self.arrivals[stage] += 1

    def stay(self, stage, seconds):
        self.seconds[stage] += seconds or 0

    def by(self, group):
        """Return the loads by ``group(stage)``."""
        loads = defaultdict(_no_load)
        for name in ("arrivals", "seconds", "planned"):
            for stage, number in getattr(self, name).items():
                loads[group(stage)][name] += number
        return loads
