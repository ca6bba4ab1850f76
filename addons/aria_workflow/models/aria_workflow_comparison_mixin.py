from odoo import models
from odoo.exceptions import UserError

# of a workflow, its stages and its transitions: what a manager means by "changed"
WORKFLOW_FIELDS = ("name", "domain", "initial_stage_id")
UNREAD = {"code", "x", "y"}  # keys of a file that say nothing to whoever compares


class AriaWorkflowComparisonMixin(models.AbstractModel):
    """Two versions of a workflow side by side."""

    _name = "aria.workflow.comparison.mixin"
    _description = "Comparison of workflows"

    def action_compare(self):
        """Open this version beside the one it was made from, else beside the last version before it.

        :raise UserError: the workflow has no other version
        """
        self.ensure_one()
        self.check_access("read")
        others = self._get_family() - self
        old = (
            self.previous_id
            or others.filtered(lambda w: w.version < self.version)[:1]
            or others[:1]
        )
        if not old:
            raise UserError(
                self.env._(
                    "“%(name)s” has one version only; there is nothing to compare it with.",
                    name=self.name,
                )
            )
        comparison = self.env["aria.workflow.comparison"].create(
            {"old_id": old.id, "new_id": self.id}
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Compare Versions"),
            "res_model": comparison._name,
            "res_id": comparison.id,
            "view_mode": "form",
            "views": [[False, "form"]],
        }

    def _compare_with(self, old):
        """Return what differs in this workflow from ``old``, as values of ``aria.workflow.comparison.line``."""
        self.ensure_one()
        stages = self._pair_stages(old)
        lines = [
            line
            for name in WORKFLOW_FIELDS
            for line in self._compare_field("workflow", old, name, stages)
        ]
        for before, after in stages:
            lines += self._compare_parts("stage", before, after, stages)
        for before, after in self._pair_ways(old, stages):
            lines += self._compare_parts("transition", before, after, stages)
        return lines

    def _pair_stages(self, old):
        """Return [(old stage, new stage)]; an empty recordset where the other has no such stage."""
        pairs, free = [], self.stage_ids
        for stage in old.stage_ids:
            new = stage._propose(free)
            free -= new
            pairs.append((stage, new))
        return pairs + [(self.stage_ids.browse(), stage) for stage in free]

    def _pair_ways(self, old, stages):
        """Return [(old transition, new transition)]: by origin, else by what they join and what fires them."""
        new_stage, pairs, free = dict(stages), [], self.transition_ids
        for way in old.transition_ids:
            copies = free.filtered(lambda w, way=way: way._is_same_drawing(w))
            if not copies:
                ends = (
                    way.from_stage_id and new_stage.get(way.from_stage_id),
                    new_stage.get(way.to_stage_id),
                )
                copies = free.filtered(
                    lambda w, way=way, ends=ends: (
                        (w.from_stage_id, w.to_stage_id, w.trigger, w.event)
                        == (ends[0] or w.from_stage_id.browse(), ends[1], way.trigger, way.event)
                    )
                )
            free -= copies[:1]
            pairs.append((way, copies[:1]))
        return pairs + [(self.transition_ids.browse(), way) for way in free]

    def _compare_parts(self, part, before, after, stages):
        """Return the lines of one stage or transition."""
        if not before or not after:
            change = "removed" if before else "added"
            return [self._prepare_comparison_line(part, before or after, change)]
        names = [n for key, n in after._get_definition_fields().items() if key not in UNREAD]
        lines = [
            line for name in names for line in after._compare_field(part, before, name, stages)
        ]
        return lines or [self._prepare_comparison_line(part, after, "same")]

    def _prepare_comparison_line(self, part, record, change):
        text = record._describe_in_comparison()
        return {
            "part": part,
            "name": text,
            "change": change,
            "old_value": text if change in ("removed", "same") else False,
            "new_value": text if change in ("added", "same") else False,
        }


class AriaWorkflowComparedMixin(models.AbstractModel):
    """A workflow, stage or transition that is compared with another one, field by field."""

    _name = "aria.workflow.compared.mixin"
    _description = "Part of a workflow that is compared"

    def _describe_in_comparison(self):
        """Return how a manager calls this part."""
        return self.display_name

    def _compare_field(self, part, old, name, stages):
        """Return the line of field ``name`` when it differs between ``old`` and this part, as a list."""
        field, before, after = self._fields[name], old[name], self[name]
        if field.comodel_name == "aria.workflow.stage":  # each version has stages of its own
            same = (before, after) in stages if before and after else before == after
        else:
            same = (before or False) == (after or False)
        if same:
            return []
        return [
            {
                "part": part,
                "name": self._describe_in_comparison(),
                "change": "changed",
                "field_label": field.get_description(self.env, ["string"])["string"],
                "old_value": old._describe_value(name),
                "new_value": self._describe_value(name),
            }
        ]

    def _describe_value(self, name):
        """Return the value of a field as text in the user's language."""
        field, value = self._fields[name], self[name]
        if field.type == "boolean":
            return self.env._("Yes") if value else self.env._("No")
        if field.relational:
            return ", ".join(value.mapped("display_name"))
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, "")
        return str(value or "")
