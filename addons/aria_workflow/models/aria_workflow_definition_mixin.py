import base64
from itertools import starmap

from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.translate import LazyTranslate

from ..lib import definition as lib

_lt = LazyTranslate(__name__)
SHOWN = 10  # of many mistakes in one file; the others are found when these are mended

PROBLEMS = {
    "large": _lt(
        "the file is larger than a workflow can be; choose a file that was exported from a workflow."
    ),
    "syntax": _lt(
        "something is missing or too much at column %(column)s, such as a comma, a bracket or a quotation mark."
    ),
    "deep": _lt(
        "brackets are opened without end; choose a file that was exported from a workflow."
    ),
    "object": _lt("the file does not begin with a workflow in braces."),
    "twice": _lt("“%(key)s” is there twice; keep one."),
    "unknown_key": _lt("“%(key)s” is not known here; known are: %(known)s."),
    "missing": _lt("“%(key)s” is missing; add it."),
    "type": _lt("the value of “%(key)s” is not %(kind)s; write it anew."),
    "choice": _lt("“%(value)s” cannot be chosen for “%(key)s”; choose one of: %(known)s."),
    "stage": _lt(
        "there is no stage with the code “%(value)s” in this file; write the code of a stage."
    ),
    "unit": _lt(
        "there is no unit with the code “%(value)s” here; make it, or write the code of another one."
    ),
    "group": _lt("there is no group “%(value)s” here; write the external id of another one."),
    "event": _lt("there is no event “%(value)s” for these records; choose one of: %(known)s."),
    "event_missing": _lt("a transition by event needs “event”; add the code of the event."),
    "code_twice": _lt("another stage has the code “%(value)s”; choose another code."),
    "item": _lt("“%(key)s” holds objects in braces only."),
    "same_stage": _lt("the transition leads from “%(value)s” to itself; choose two stages."),
    "model": _lt(
        "records of “%(value)s” cannot go through a workflow here; is the addon installed?"
    ),
    "other_model": _lt(
        "the file is for “%(value)s”, the workflow for “%(model)s”; choose a workflow of the same kind."
    ),
}
KINDS = {
    "text": _lt("a text in quotation marks"),
    "names": _lt("a text, or texts by language in braces"),
    "number": _lt("a number"),
    "flag": _lt("true or false"),
    "choice": _lt("a text in quotation marks"),
    "stage": _lt("the code of a stage in quotation marks"),
    "unit": _lt("the code of a unit in quotation marks"),
    "units": _lt("a list of codes of units"),
    "groups": _lt("a list of external ids of groups"),
    "list": _lt("a list in square brackets"),
}
KIND_OF_COMODEL = {
    "aria.workflow.stage": "stage",
    "aria.unit": "unit",
    "res.groups": "groups",
}
KIND_OF_TYPE = {
    "float": "number",
    "integer": "number",
    "boolean": "flag",
    "selection": "choice",
}


class AriaWorkflowNamesMixin(models.AbstractModel):
    """Translated texts as a file has them: {language: text}."""

    _name = "aria.workflow.names.mixin"
    _description = "Translated texts of a workflow's file"

    def _export_names(self, name):
        """Return {language: text} of a translated field; a language that has no text of its own is left out."""
        source = self.with_context(lang="en_US")[name]
        names = {"en_US": source} if source else {}
        for lang in self._get_other_languages():
            text = self.with_context(lang=lang)[name]
            if text and text != source:
                names[lang] = text
        return names

    def _get_other_languages(self):
        return [code for code, _name in self.env["res.lang"].get_installed() if code != "en_US"]

    def _write_names_of(self, name, value):
        given = value if isinstance(value, dict) else {}
        texts = {lang: given.get(lang) or False for lang in self._get_other_languages()}
        if texts and self[name]:
            self.update_field_translations(name, texts)


class AriaWorkflowDefinedPartMixin(models.AbstractModel):
    """A stage or transition as an object of a file; see ``lib/definition.py``."""

    _name = "aria.workflow.defined.part.mixin"
    _inherit = ["aria.workflow.names.mixin"]
    _description = "Part of a workflow that a file can hold"

    @api.model
    def _get_definition_fields(self):
        """Return {key of the file: field}, in the order in which a file has them.

        A partner adds the fields of his addon here; texts, numbers, choices, stages, units and groups are understood.
        """
        return {}

    @api.model
    def _get_definition_keys(self):
        """Return the :class:`lib.definition.Key` of each field."""
        return tuple(starmap(self._make_definition_key, self._get_definition_fields().items()))

    def _make_definition_key(self, key, name):
        field = self._fields[name]
        choices = tuple(field.get_values(self.env)) if field.type == "selection" else ()
        required = bool(field.required and name not in self.default_get([name]))
        return lib.Key(key, self._get_definition_kind(field), required, choices)

    def _get_definition_kind(self, field):
        if field.type == "many2many" and field.comodel_name == "aria.unit":
            return "units"
        if field.relational:
            return KIND_OF_COMODEL[field.comodel_name]
        return KIND_OF_TYPE.get(field.type) or ("names" if field.translate else "text")

    def _export_definition(self):
        """Return this part as an object of a file; what is empty is left out."""
        self.ensure_one()
        found = {
            key: self._export_field(name) for key, name in self._get_definition_fields().items()
        }
        return {key: value for key, value in found.items() if value and value != "[]"}

    def _export_field(self, name):
        kind, value = self._get_definition_kind(self._fields[name]), self[name]
        if kind == "names":
            return self._export_names(name)
        if kind in ("stage", "unit"):
            return value.code
        if kind == "units":
            return sorted(value.mapped("code"))
        if kind == "groups":
            return self._export_groups(value)
        return value

    def _export_groups(self, groups):
        # sudo: whoever may read a workflow may read the names of its groups
        groups = groups.sudo()
        names = groups.get_external_id()
        nameless = groups.filtered(lambda g: not names[g.id])[:1]
        if nameless:
            raise UserError(
                self.env._(
                    "The group “%(group)s” has no external id, by which a file could name it; take it out of the"
                    " transitions or let an administrator export it once.",
                    group=nameless.full_name,
                )
            )
        return sorted(names.values())

    def _prepare_definition_vals(self, record, found):
        """Return the values of an object of the file, for ``create`` and ``write``, source texts in English.

        :param found: {kind: {code: record}} of stages, units and groups
        """
        vals = {}
        for key, name in self._get_definition_fields().items():
            value, field = record.get(key), self._fields[name]
            kind = self._get_definition_kind(field)
            if kind in ("units", "groups"):
                vals[name] = [Command.set([found[kind[:-1]][code].id for code in value or ()])]
            elif kind in ("stage", "unit"):
                vals[name] = found[kind][value].id if value else False
            elif kind == "names":
                vals[name] = get_source_text(value)
            elif value is not None:
                vals[name] = value
            else:
                vals[name] = self.default_get([name]).get(name, False)
        return vals

    def _write_names(self, record):
        """Write the translations of an object of the file; a language without a text has the English one."""
        for key, name in self._get_definition_fields().items():
            if self._get_definition_kind(self._fields[name]) == "names":
                self._write_names_of(name, record.get(key))


def get_source_text(value):
    """Return the English of a text of the file, or the first one that is there."""
    if isinstance(value, dict):
        return value.get("en_US") or next(iter(value.values()))
    return value or False


class AriaWorkflowDefinitionMixin(models.AbstractModel):
    """A workflow as a file that people can read, and from one."""

    _name = "aria.workflow.definition.mixin"
    _inherit = ["aria.workflow.names.mixin"]
    _description = "Workflow that a file can hold"

    definition_file = fields.Binary(
        "File",
        compute="_compute_definition_file",
        help="The workflow as JSON, to be kept or taken elsewhere.",
    )

    # ------------------------------------------------------------------ out
    @api.depends("stage_ids", "transition_ids")
    def _compute_definition_file(self):
        for workflow in self:
            text = lib.dump(workflow._export_definition())
            workflow.definition_file = base64.b64encode(text.encode())

    def _export_definition(self):
        """Return the workflow as a dict of ``lib/definition.py``."""
        self.ensure_one()
        found = {
            "format": lib.FORMAT,
            "name": self._export_names("name"),
            "model": self.model,
            "condition": self.domain,
            "first_stage": self.initial_stage_id.code,
            "note": self.version_note,
        }
        found = {key: value for key, value in found.items() if value and value != "[]"}
        found["stages"] = [stage._export_definition() for stage in self.stage_ids]
        found["transitions"] = [way._export_definition() for way in self.transition_ids]
        return found

    def action_export(self):
        """Return the action that hands the file of this workflow to the browser."""
        self.ensure_one()
        self.check_access("read")
        name = f"{self.model}-{self.id}-{self.version}.json"
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/aria.workflow/{self.id}/definition_file/{name}?download=true",
            "target": "download",
        }

    # ------------------------------------------------------------------ in
    @api.model
    def _import_definition(self, content, company=None, follows=None):
        """Return the draft that a file describes.

        :param content: bytes of the file, UTF-8
        :param company: the ``res.company`` of a new workflow; none: all companies
        :param follows: the ``aria.workflow`` that the draft is a new version of; none: a workflow of its own
        :raise UserError: what is wrong, with the number of the line; nothing is left of the draft then
        """
        self.check_access("create")
        tree = self._read_definition(content)
        if follows:
            follows.check_access("write")
        model = self._get_definition_model(tree, follows)
        scope = (follows.company_id if follows else company) or self.env["res.company"]
        self._check_definition(tree, model, scope)
        draft = (
            follows._get_draft_for_definition()
            if follows
            else self._create_for_definition(tree, model, scope)
        )
        draft._load_definition(tree)
        return draft

    @api.model
    def _read_definition(self, content):
        try:
            return lib.parse(content.decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise UserError(
                self.env._(
                    "The file is not a text in UTF-8; choose a file that was exported from a workflow."
                )
            ) from error
        except lib.DefinitionError as error:
            raise UserError(self._describe_problem(error.problem)) from error

    @api.model
    def _describe_problem(self, problem):
        """Return the sentence for a :class:`lib.definition.Problem`."""
        words = dict(problem.words)
        if "known" in words:
            words["known"] = ", ".join(words["known"]) or "–"
        if "kind" in words:
            kind = KINDS[words["kind"]]
            words["kind"] = self.env._(kind)
        sentence = self.env._(PROBLEMS[problem.code])
        return self.env._("Line %(line)s: %(reason)s", line=problem.line, reason=sentence % words)

    def _get_definition_model(self, tree, follows):
        """Return the model that the file is for."""
        name = tree.get("model")
        line = tree.lines.get("model", tree.line)
        model = self.env.get(name) if isinstance(name, str) else None
        if model is None or not hasattr(model, "aria_fire") or model._abstract:
            problem = lib.Problem(line, "model", {"value": name or "–"})
            raise UserError(self._describe_problem(problem))
        if follows and follows.model != name:
            words = {"value": name, "model": follows.model}
            raise UserError(self._describe_problem(lib.Problem(line, "other_model", words)))
        return model

    def _check_definition(self, tree, model, company):
        """Refuse a file with mistakes, all of them in one message."""
        known = lib.Known(
            stage_keys=self.env["aria.workflow.stage"]._get_definition_keys(),
            transition_keys=self.env["aria.workflow.transition"]._get_definition_keys(),
            units=frozenset(self._get_definition_units(company)),
            groups=frozenset(self._get_definition_groups(tree)),
            events=frozenset(dict(model._aria_workflow_events())),
        )
        problems = lib.find_problems(tree, known)
        if problems:
            raise UserError("\n".join(map(self._describe_problem, problems[:SHOWN])))

    def _get_definition_units(self, company):
        """Return {code: unit} of the units that a workflow of ``company`` may name; its own before shared ones."""
        units = self.env["aria.unit"].search([("company_id", "in", [*company.ids, False])])
        return {unit.code: unit for unit in units.sorted(lambda u: bool(u.company_id))}

    def _get_definition_groups(self, tree):
        """Return {external id: group} of the groups that the file names and that are here."""
        ways = [way for way in tree.get("transitions") or [] if isinstance(way, dict)]
        named = {
            n for way in ways for n in (way.get("groups") or []) if isinstance(n, str) and "." in n
        }
        found = {name: self.env.ref(name, raise_if_not_found=False) for name in named}
        return {
            name: group for name, group in found.items() if group and group._name == "res.groups"
        }

    def _create_for_definition(self, tree, model, company):
        # sudo: which record stands for the model; any designer may draw a workflow of any kind
        kind = self.env["ir.model"].sudo()._get(model._name)
        return self.with_context(lang="en_US").create(
            {"name": get_source_text(tree["name"]), "model_id": kind.id, "company_id": company.id}
        )

    def _get_draft_for_definition(self):
        """Return the draft that a file about this workflow is written into."""
        return self if self.state == "draft" else self._make_version()

    def _load_definition(self, tree):
        """Make this draft what ``tree`` says; stages and ways that stay keep what they were copied from."""
        self.ensure_one()
        self._check_draft()
        english = self.with_context(lang="en_US")
        found = {
            "unit": self._get_definition_units(self.company_id),
            "group": self._get_definition_groups(tree),
        }
        english._check_conditions(tree)
        english.initial_stage_id = False
        found["stage"] = english._load_parts("stage_ids", tree["stages"], found)
        english._load_parts("transition_ids", tree["transitions"], found)
        (
            english.stage_ids - self.env["aria.workflow.stage"].union(*found["stage"].values())
        ).unlink()
        english.write(
            {
                "name": get_source_text(tree["name"]),
                "domain": tree.get("condition") or "[]",
                "version_note": tree.get("note") or False,
                "initial_stage_id": found["stage"][tree["first_stage"]].id
                if tree.get("first_stage")
                else False,
            }
        )
        self._write_names_of("name", tree["name"])

    def _check_conditions(self, tree):
        """Refuse a condition that cannot be evaluated, with its line."""
        for record in [tree, *tree["transitions"]]:
            if record.get("condition"):
                try:
                    self._aria_validate_domain(record["condition"], self.name)
                except ValidationError as error:
                    line = record.lines["condition"]
                    message = self.env._(
                        "Line %(line)s: %(reason)s", line=line, reason=error.args[0]
                    )
                    raise UserError(message) from error

    def _load_parts(self, name, records, found):
        """Write the stages or transitions of a file into this draft; return {code: stage} of stages."""
        parts = self[name]
        free = {part._get_definition_id(): part for part in parts}
        kept, by_code = parts.browse(), {}
        for number, record in enumerate(records, 1):
            vals = parts._prepare_definition_vals(record, found)
            vals |= {"sequence": number * 10, "workflow_id": self.id}
            part = free.pop(parts._get_record_id(record), None)
            if part:
                part.write(vals)
            else:
                part = parts.create(vals)  # a handful
            part._write_names(record)
            kept += part
            by_code[record.get("code")] = part
        if name == "transition_ids":
            (parts - kept).unlink()
        return by_code
