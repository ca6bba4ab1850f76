from odoo import models


class AriaApprovalTask(models.Model):
    """What of an earlier round still holds, so that only what has changed is asked again."""

    # a subject of its own, in a file of its own
    _inherit = "aria.approval.task"  # pylint: disable=consider-merging-classes-inherited

    def _aria_get_source(self):
        """Return the task by whose decision the approved content of this one came about."""
        return self if self.state in ("approved", "returned") else self.kept_from_id

    def _aria_pop_held(self, seat, requester):
        """Return the one of these tasks that an earlier approver of ``seat`` decided, and the rest.

        Nobody's own approval counts for what he submits himself, and one approval fills one seat.
        """
        person, _people, unit = seat
        for task in self:
            source = task._aria_get_source()
            deciders = source.user_id | source.on_behalf_of_id
            fits = person in deciders if person else unit and task.ask_unit_id == unit
            if fits and source.user_id != requester:
                return task, self - task
        return self.browse(), self

    def _aria_prepare_kept(self, scope):
        """Return what a new task of ``scope`` takes over from this one.

        All of it is kept where nothing has changed. Where lines have, only those are asked. Where a line
        is gone or the header is another, all is asked again, as the whole is another.
        """
        done = self.approved_content
        if done["header"] != scope["header"] or done["lines"].keys() - scope["lines"].keys():
            return {}
        same = {key: value for key, value in done["lines"].items() if scope["lines"][key] == value}
        left = {key: value for key, value in scope["lines"].items() if key not in same}
        source = self._aria_get_source()
        vals = {"kept_from_id": source.id, "approved_content": {**scope, "lines": same}}
        if left:
            return vals | {"scope": {**scope, "lines": left}} if same else {}
        return vals | {
            "state": "approved", "user_id": source.user_id.id, "note": source.note,
            "on_behalf_of_id": source.on_behalf_of_id.id, "decided_at": source.decided_at,
        }  # fmt: skip

    def _aria_get_kept_lines(self):
        """Return {line id: hash} of the lines that an earlier round approved and this one does not ask."""
        asked, done = self.scope["lines"], self.approved_content or {"lines": {}}
        return {key: value for key, value in done["lines"].items() if key not in asked}

    def _aria_get_approved(self, verdict, lines):
        """Return the content that a decision on this task approves, with what was kept before."""
        asked = self.scope["lines"]
        chosen = asked.keys() if verdict == "approved" else {str(line) for line in lines or ()}
        approved = {key: value for key, value in asked.items() if key in chosen}
        approved |= self._aria_get_kept_lines()
        return {**self.scope, "lines": approved} if approved else False

    def _aria_prepare_anew(self):
        """Return what makes this decided task wait again, for all that it is about."""
        named = self.on_behalf_of_id or (
            self.user_id if not self.ask_unit_id else self.user_id.browse()
        )
        lines = self.scope["lines"] | self._aria_get_kept_lines()
        return {
            "state": "waiting", "decided_at": False, "approved_content": False, "user_id": named.id,
            "on_behalf_of_id": False, "scope": {**self.scope, "lines": lines},
        }  # fmt: skip

    def _aria_get_kept_reason(self):
        """Return what the chain says of an approval that this task keeps: the lines, unless all."""
        if self.state == "approved":
            return self.note or ""
        kept = self._aria_get_kept_lines()
        names = [x["name"] for x in self.request_id._aria_load()["lines"] if str(x["id"]) in kept]
        return self.env._("Lines: %(lines)s", lines=", ".join(names))

    # ------------------------------------------------------------------ who may decide what else
    def _aria_get_rivals(self):
        """Return the tasks that whoever decides this one may not have decided too."""
        self.ensure_one()
        others = self.request_id.task_ids - self
        if not self.request_id.allow_same_person:
            return others
        return others.filtered(lambda t: t.step_id == self.step_id)  # a quorum is of several people
