"""A workflow written down as JSON: read with the line of every value, checked, and written. Plain Python.

::

    {
      "format": "aria.workflow/1",
      "name": {"en_US": "Trading", "fa_IR": "بازرگانی"},
      "model": "sale.order.line",
      "condition": "[('product_id.type', '=', 'consu')]",
      "first_stage": "requested",
      "stages": [{"code": "requested", "name": {"en_US": "Requested"}, "unit": "sales", "kind": "ready"}, …],
      "transitions": [{"from": "requested", "to": "quoted", "trigger": "event", "event": "quotation_sent"}, …]
    }

Stages, units and groups are named by code or external id, never by number, so that a file made in one database is
understood in another. A transition without ``from`` leaves every stage that has no outcome. A key that is absent,
or null, has the default of its field. Which keys a stage or a transition may have, the caller says (:class:`Key`).
"""

import bisect
import json
import json.decoder
import json.scanner
import math
from collections import Counter
from typing import NamedTuple

FORMAT = "aria.workflow/1"
LIMIT = 1_000_000  # characters; the largest flow of a company has a hundredth of that
LARGEST = 1e9


class Key(NamedTuple):
    """A key that an object of the file may have.

    ``kind``: ``text``, ``names`` (a text, or texts by language), ``number``, ``flag``, ``choice``, ``stage`` (code),
    ``unit`` (code), ``units``, ``groups`` (lists), ``list``; ``choices``: of a choice.
    """

    name: str
    kind: str
    required: bool = False
    choices: tuple = ()


class Problem(NamedTuple):
    """What is wrong with a line of a file: number of the line (from 1), code, and words for the sentence."""

    line: int
    code: str
    words: dict


class DefinitionError(ValueError):
    """The text is not a file of a workflow; ``problem`` says where and why."""

    def __init__(self, line, code, **words):  # EXTENDS 'builtins'
        super().__init__(f"line {line}: {code}")
        self.problem = Problem(line, code, words)


class Record(dict):
    """An object of the file; ``line`` where it begins, ``lines`` {key: line}."""

    line, lines = 1, {}


class Series(list):
    """A list of the file; ``lines`` of its items."""

    line, lines = 1, ()


# ------------------------------------------------------------------ reading
def parse(text):
    """Return the :class:`Record` written in ``text``.

    :raise DefinitionError: ``large`` (longer than ``LIMIT``), ``syntax`` (no JSON, words: ``column``), ``twice``
        (a key twice in one object, words: ``key``), ``deep`` or ``object`` (the whole is no object)
    """
    if len(text) > LIMIT:
        raise DefinitionError(1, "large")
    try:
        tree = _Reader(text).decode(text)
    except json.JSONDecodeError as error:
        raise DefinitionError(error.lineno, "syntax", column=error.colno) from None
    except RecursionError:
        raise DefinitionError(1, "deep") from None
    if not isinstance(tree, Record):
        raise DefinitionError(1, "object")
    return tree


class _Reader(json.JSONDecoder):
    """The standard reader, which keeps the line of every value."""

    def __init__(self, text):  # EXTENDS 'json'
        super().__init__(parse_constant=str, parse_int=_read_integer)
        self.breaks = [i for i, letter in enumerate(text) if letter == "\n"]
        self.parse_object, self.parse_array = self._read_object, self._read_array
        self.scan_once = json.scanner.py_make_scanner(self)

    def _get_line(self, index):
        return bisect.bisect_left(self.breaks, index) + 1

    def _read_object(self, place, strict, scan_once, _hook, _pairs_hook, memo):
        def make(pairs):
            record = Record((key, value) for key, (_line, value) in pairs)
            record.line = self._get_line(place[1])
            record.lines = {key: line for key, (line, _value) in pairs}
            twice = next(
                (key for key, times in Counter(k for k, _v in pairs).items() if times > 1), None
            )
            if twice is not None:
                raise DefinitionError(record.lines[twice], "twice", key=twice)
            return record

        return json.decoder.JSONObject(place, strict, self._with_line(scan_once), None, make, memo)

    def _read_array(self, place, scan_once):
        items, end = json.decoder.JSONArray(place, self._with_line(scan_once))
        series = Series(value for _line, value in items)
        series.line, series.lines = self._get_line(place[1]), [line for line, _value in items]
        return series, end

    def _with_line(self, scan_once):
        def scan(text, index):
            value, end = scan_once(text, index)
            return (self._get_line(index), value), end

        return scan


def _read_integer(text):
    return (
        int(text) if len(text) < 16 else math.inf
    )  # longer ones are refused as numbers, whatever they are


# ------------------------------------------------------------------ checking
TOP = (
    Key("format", "choice", required=True, choices=(FORMAT,)),
    Key("name", "names", required=True),
    Key("model", "text", required=True),
    Key("condition", "text"),
    Key("first_stage", "stage"),
    Key("note", "text"),
    Key("stages", "list", required=True),
    Key("transitions", "list", required=True),
)


class Known(NamedTuple):
    """What the database has: keys of stages and of transitions, codes of units, external ids of groups, events."""

    stage_keys: tuple
    transition_keys: tuple
    units: frozenset
    groups: frozenset
    events: frozenset


def find_problems(tree, known):
    """Return the :class:`Problem` list of a file, in the order of its lines.

    Codes: ``unknown_key`` (key, known), ``missing`` (key), ``type`` (key, kind), ``choice`` (key, value, known),
    ``stage``, ``unit``, ``group``, ``event`` (value), ``code_twice`` (value), ``item`` (no object), ``event_missing``,
    ``same_stage``.

    :param tree: what :func:`parse` returned
    :param known: a :class:`Known`
    """
    codes = {s.get("code") for s in _get_records(tree, "stages") if isinstance(s.get("code"), str)}
    names = {"stage": codes, "unit": known.units, "group": known.groups, "event": known.events}
    problems = _find_in_record(tree, TOP, names)
    for key, keys in (("stages", known.stage_keys), ("transitions", known.transition_keys)):
        problems += _find_foreign_items(tree, key)
        for record in _get_records(tree, key):
            problems += _find_in_record(record, keys, names)
    problems += _find_codes_twice(tree)
    for way in _get_records(tree, "transitions"):
        problems += _find_in_way(way, names)
    return sorted(problems, key=lambda p: p.line)


def _get_records(tree, key):
    items = tree.get(key)
    return [item for item in items if isinstance(item, Record)] if isinstance(items, list) else []


def _find_foreign_items(tree, key):
    items = tree.get(key)
    if isinstance(items, Series):
        for item, line in zip(items, items.lines, strict=True):
            if not isinstance(item, Record):
                yield Problem(line, "item", {"key": key})


def _find_codes_twice(tree):
    seen = set()
    for stage in _get_records(tree, "stages"):
        code = stage.get("code")
        if isinstance(code, str) and code in seen:
            yield Problem(stage.lines["code"], "code_twice", {"value": code})
        elif isinstance(code, str):
            seen.add(code)


def _find_in_way(way, names):
    event = way.get("event")
    if way.get("trigger") == "event" and not event:
        yield Problem(way.line, "event_missing", {})
    if isinstance(event, str) and event not in names["event"]:
        yield Problem(
            way.lines["event"], "event", {"value": event, "known": sorted(names["event"])}
        )
    if isinstance(way.get("to"), str) and way.get("to") == way.get("from"):
        yield Problem(way.lines["to"], "same_stage", {"value": way["to"]})


def _find_in_record(record, keys, names):
    problems, by_name = [], {key.name: key for key in keys}
    for name, value in record.items():
        if name not in by_name:
            words = {"key": name, "known": list(by_name)}
            problems.append(Problem(record.lines[name], "unknown_key", words))
        elif value is not None:
            found = _find_in_value(by_name[name], value, names)
            problems += [Problem(record.lines[name], code, words) for code, words in found]
    missing = [k.name for k in keys if k.required and record.get(k.name) is None]
    return problems + [Problem(record.line, "missing", {"key": name}) for name in missing]


def _find_in_value(key, value, names):
    if not FITS[key.kind](value):
        return [("type", {"key": key.name, "kind": key.kind})]
    if key.kind == "choice" and value not in key.choices:
        return [("choice", {"key": key.name, "value": value, "known": list(key.choices)})]
    if key.kind in ("stage", "unit"):
        return [] if value in names[key.kind] else [(key.kind, {"value": value})]
    if key.kind in ("units", "groups"):
        kind = key.kind[:-1]
        return [(kind, {"value": item}) for item in value if item not in names[kind]]
    return []


def _is_text(value):
    """Return whether a database can keep ``value`` as a text that says something."""
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        return False
    return not any(0xD800 <= ord(letter) <= 0xDFFF for letter in value)


def _is_names(value):
    if isinstance(value, dict):
        return bool(value) and all(_is_text(v) for v in value.values())
    return _is_text(value)


def _is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST


def _is_texts(value):
    return isinstance(value, list) and all(map(_is_text, value))


FITS = {
    "text": _is_text,
    "names": _is_names,
    "number": _is_number,
    "flag": lambda value: isinstance(value, bool),
    "choice": _is_text,
    "stage": _is_text,
    "unit": _is_text,
    "units": _is_texts,
    "groups": _is_texts,
    "list": lambda value: isinstance(value, list),
}


# ------------------------------------------------------------------ writing
def dump(definition):
    """Return the text of a file for ``definition``, a dict as :func:`parse` returns; keys keep their order."""
    return json.dumps(definition, ensure_ascii=False, indent=2) + "\n"
