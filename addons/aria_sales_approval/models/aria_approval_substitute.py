from odoo import fields, models


class AriaApprovalSubstitute(models.Model):
    """Who decides for an approver from one day to another. Rules are those of absences."""

    _name = "aria.approval.substitute"
    _inherit = "aria.absence"
    _description = "Substitute of an Approver"

    user_id = fields.Many2one(string="Approver")
    substitute_id = fields.Many2one(required=True)

    def _get_acting(self, users, company):
        """Return {user: (who decides now, why it is another person or empty)} of (superuser) ``users``.

        The substitute, else who stands in by the calendar of absences, else the manager of the unit.
        An absent person whom nobody can represent keeps the task.
        """
        own, away = self._get_absences_now(), self.env["aria.absence"]._get_absences_now()
        acting = {}
        for user in users:
            person = (
                self._follow(user, away | own, company)
                if user.active
                else (self._follow_archived(user, away | own, company))
            )
            acting[user] = self._explain_acting(user, person, company)
        return acting

    def _get_acting_of(self, tasks):
        """Return {(company, user): as in :meth:`_get_acting`} for the persons of (superuser) ``tasks``."""
        found = {}
        for company, group in tasks.grouped("company_id").items():
            acting = self._get_acting(group.user_id, company)
            found |= {(company, user): value for user, value in acting.items()}
        return found

    def _follow_archived(self, user, absences, company):
        first = absences[user.id].substitute_id if user.id in absences else user.browse()
        return self._follow(first, absences, company) if first else first

    def _explain_acting(self, user, person, company):
        if person == user:
            return user, ""
        if person:
            text = self.env._("%(user)s is away; %(other)s decides as substitute.")
        else:
            # sudo: the units of whoever is away; one that stands for a group has no manager
            units = (
                self.env["aria.unit"]
                .sudo()
                .search([("member_ids", "in", user.ids), ("aria_approval_group_id", "=", False)])
            )
            managers = (unit._get_reachable_manager(company) for unit in units)
            person = next(filter(None, managers), person)
            text = self.env._(
                "%(user)s is away without a substitute; %(other)s decides as manager."
            )
        if not person or person == user:
            return (user if user.active else user.browse()), ""
        return person, text % {"user": user.name, "other": person.name}
