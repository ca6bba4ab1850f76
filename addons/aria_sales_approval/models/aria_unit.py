from odoo import api, fields, models, tools
from odoo.fields import Command


class AriaUnit(models.Model):
    _inherit = "aria.unit"

    aria_approval_group_id = fields.Many2one(
        "res.groups",
        string="Stands for Group",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="The unit brings approvals to the cartables of this group's members.",
    )

    @api.model
    def _aria_of_group(self, group):
        """Return the unit by which ``group`` is asked, with the members that it has now."""
        # sudo: the cartable of a group is set up by whoever submits first
        unit = self.sudo().browse(self._aria_get_id_of_group(group.id) or ())
        people = group.sudo().all_user_ids.filtered(lambda u: u.active and not u.share)  # members
        if not unit:
            unit = unit.create(
                {
                    "name": group.sudo().display_name,  # the name only
                    "code": f"group_{group.id}",
                    "aria_approval_group_id": group.id,
                }
            )
        if unit.member_ids != people:
            unit.member_ids = [Command.set(people.ids)]
        return unit

    @api.model
    @tools.ormcache("group_id")
    def _aria_get_id_of_group(self, group_id):
        """Return the id of the unit that stands for a group, or False; each submission asks."""
        return self.sudo().search([("aria_approval_group_id", "=", group_id)], limit=1).id  # its id

    @api.model
    @tools.ormcache("user_id")
    def _aria_get_id_of_member(self, user_id):
        """Return the id of the first unit that a user is a member of, or False."""
        return self.sudo().search([("member_ids", "in", user_id)], limit=1).id  # its id
