from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain


class AriaUnit(models.Model):
    """A unit of the company that work is referred to: sales, finance, warehouse …"""

    _name = "aria.unit"
    _description = "Unit"
    _order = "sequence, id"
    _parent_store = True
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True, help="Short name by which flows find the unit; unique per company."
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: the unit serves all companies."
    )
    parent_id = fields.Many2one(
        "aria.unit", string="Parent Unit", index=True, ondelete="restrict", check_company=True
    )
    parent_path = fields.Char(index=True)
    child_ids = fields.One2many("aria.unit", "parent_id", string="Sub-units")
    manager_id = fields.Many2one(
        "res.users",
        index=True,
        ondelete="restrict",
        domain=[("share", "=", False)],
    )
    member_ids = fields.Many2many(
        "res.users", "aria_unit_member_rel", "unit_id", "user_id", string="Members",
        domain=[("share", "=", False)],
    )  # fmt: skip
    assignment = fields.Selection(
        [("manual", "Any member takes it"), ("manager", "The manager hands it out")],
        required=True,
        default="manual",
        help="What happens to work referred to the unit without a name: it waits for any member to take it,"
        " or goes to the manager, who refers it on.",
    )
    calendar_id = fields.Many2one(
        "resource.calendar",
        string="Working Hours",
        index=True,
        check_company=True,
        help="Working time of the unit, for times in stages. Empty: the working hours of the company.",
    )

    # a plain UNIQUE(code, company_id) would let two shared units, whose company is NULL, share a code
    _code_uniq = models.UniqueIndex(
        "(code, COALESCE(company_id, 0))",
        "Another unit of this company has the same code; choose another code.",
    )

    @api.depends("name", "company_id")
    def _compute_display_name(self):
        several = len(self.env.user.company_ids) > 1
        for unit in self:
            company = (
                unit.company_id.sudo().name if several and unit.company_id else ""
            )  # the name only
            unit.display_name = f"{unit.name} ({company})" if company else unit.name

    @api.constrains("parent_id")
    def _check_parent(self):
        if self._has_cycle():
            raise ValidationError(
                self.env._(
                    "%(unit)s cannot be its own parent; choose another parent unit.",
                    unit=self[:1].name,
                )
            )

    @api.constrains("assignment", "manager_id")
    def _check_manager(self):
        for unit in self:
            if unit.assignment == "manager" and not unit.manager_id:
                raise ValidationError(
                    self.env._(
                        "%(unit)s hands out its work by its manager, but has none; choose a manager.",
                        unit=unit.name,
                    )
                )

    @api.constrains("member_ids", "manager_id")
    def _check_internal(self):
        for unit in self:
            outsiders = (unit.member_ids | unit.manager_id).filtered("share")
            if outsiders:
                raise ValidationError(
                    self.env._(
                        "%(user)s is not an employee and cannot work in %(unit)s; take the name out.",
                        user=outsiders[0].name,
                        unit=unit.name,
                    )
                )

    def copy_data(self, default=None):
        # EXTENDS 'base'
        vals_list = super().copy_data(default)
        for unit, vals in zip(self, vals_list, strict=True):
            if "code" not in (default or {}):
                vals["code"] = unit._get_free_code()
                vals["name"] = self.env._("%(name)s (copy)", name=unit.name)
        return vals_list

    def _get_free_code(self):
        """Return the unit's code with the first number that no unit has yet."""
        taken = self.sudo().with_context(active_test=False)  # codes of all companies count
        used = set(taken.search([("code", "=like", f"{self.code}_%")]).mapped("code"))
        return next(
            code for n in range(2, len(used) + 3) if (code := f"{self.code}_{n}") not in used
        )

    @api.ondelete(at_uninstall=True)
    def _unlink_except_used(self):
        for model, field in self._get_history_fields():
            # sudo: whether anybody's referral or log names the unit
            used = self.env[model].sudo().search([(field, "in", self.ids)], limit=1)
            if used:
                raise UserError(
                    self.env._(
                        "%(unit)s has taken part in work and cannot be deleted; archive it instead.",
                        unit=used[field].name,
                    )
                )

    @api.model
    def _get_history_fields(self):
        """Return (model, field) pairs whose rows keep a unit from being deleted."""
        return [
            ("aria.referral", "to_unit_id"),
            ("aria.referral", "from_unit_id"),
            ("aria.workflow.log", "unit_id"),
            ("aria.workflow.stage", "unit_id"),
        ]

    def _get_receiver(self):
        """Return the user that work for this unit goes to at once; empty when any member may take it."""
        self.ensure_one()
        return self.manager_id if self.assignment == "manager" else self.env["res.users"]

    def _get_people(self):
        """Return the active users who see the work of these units."""
        # sudo: users of other companies may be members of a shared unit
        units = self.sudo()
        return (units.member_ids | units.manager_id).filtered("active")

    @api.model
    def _get_my_units_domain(self):
        return Domain("member_ids", "in", self.env.uid) | Domain("manager_id", "=", self.env.uid)
