from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class AriaApprovalStep(models.Model):
    """Who is asked: steps of one sequence at the same time, the next sequence after them."""

    _name = "aria.approval.step"
    _description = "Approval Step"
    _order = "sequence, id"

    policy_id = fields.Many2one(
        "aria.approval.policy", required=True, index=True, ondelete="cascade"
    )
    name = fields.Char(translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10, help="Steps with the same number are asked at once.")
    mode = fields.Selection(
        [("any", "Any one"), ("all", "All"), ("quorum", "Several")], required=True, default="any"
    )
    quorum = fields.Integer("How Many", default=1)
    user_ids = fields.Many2many(
        "res.users",
        string="Persons",
        domain=[("share", "=", False)],
        context={"active_test": False},
        ondelete="restrict",
        help="Whoever is archived or away is represented by a substitute, else by the manager of the unit.",
    )
    group_id = fields.Many2one("res.groups", index="btree_not_null", ondelete="restrict")
    unit_id = fields.Many2one("aria.unit", index="btree_not_null", ondelete="restrict")
    use_unit_manager = fields.Boolean(
        "Manager of the Unit", help="Of the unit named here; without one, of the submitter's unit."
    )
    use_line_unit_manager = fields.Boolean(
        "Managers of the Lines' Units", help="Of the units that hold the lines."
    )
    user_field_id = fields.Many2one(
        "ir.model.fields",
        string="Person Named by Field",
        index="btree_not_null",
        ondelete="cascade",
        domain=[("model", "=", "sale.order"), ("relation", "=", "res.users")],
        help="A field of the quotation that names the approver.",
    )
    condition_domain = fields.Char(
        "Condition", default="[]", help="Asked only where the quotation fits; empty: always."
    )
    line_domain = fields.Char(
        "Lines Concerned",
        default="[]",
        help="The step is asked again only when such a line has changed; empty: all lines.",
    )
    deadline_hours = fields.Float(help="Working hours to decide; 0: as the unit has it.")

    _quorum_positive = models.Constraint(
        "CHECK (mode != 'quorum' OR quorum >= 1)", "A step needs at least one approval."
    )
    _hours_positive = models.Constraint(
        "CHECK (deadline_hours IS NULL OR deadline_hours >= 0)", "Hours cannot be negative."
    )

    @api.depends("name", "user_ids", "group_id", "unit_id", "user_field_id")
    def _compute_display_name(self):
        for step in self:
            step.display_name = step.name or step._aria_describe()

    def _aria_describe(self):
        self.ensure_one()
        step = self.sudo()  # names only
        parts = [*step.user_ids.mapped("name")]
        parts += [r.display_name for r in (step.group_id, step.unit_id) if r]
        if step.user_field_id:
            parts.append(step.user_field_id.field_description)
        if step.use_line_unit_manager:
            parts.append(self.env._("Managers of the lines' units"))
        if step.use_unit_manager and not step.unit_id:
            parts.append(self.env._("Manager of the unit"))
        return ", ".join(parts) or self.env._("Step %(number)s", number=step.sequence)

    # ------------------------------------------------------------------ guards
    @api.constrains("condition_domain", "line_domain")
    def _check_domains(self):
        for step in self:
            parse = step.policy_id._aria_parse
            parse(step.condition_domain, "sale.order", step.display_name)
            parse(step.line_domain, "sale.order.line", step.display_name)

    @api.constrains(
        "mode", "quorum", "user_ids", "group_id", "unit_id", "use_unit_manager",
        "use_line_unit_manager", "user_field_id", "active",
    )  # fmt: skip
    def _check_approvers(self):
        for step in self.sudo():  # how many people, whoever they are
            if not step._aria_names_somebody():
                raise ValidationError(
                    self.env._(
                        "A step of “%(policy)s” has no approvers; name persons, a group or a unit.",
                        policy=step.policy_id.name,
                    )
                )
            step._aria_check_people()

    def _aria_names_somebody(self):
        return bool(
            self.user_ids or self.group_id or self.unit_id or self.user_field_id
            or self.use_unit_manager or self.use_line_unit_manager
        )  # fmt: skip

    def _aria_check_people(self):
        outsider = self.user_ids.filtered("share")[:1]
        if outsider:
            raise ValidationError(
                self.env._(
                    "%(user)s is not an employee and cannot approve; take the name out.",
                    user=outsider.name,
                )
            )
        if (
            self.use_line_unit_manager
            or self.user_field_id
            or (self.use_unit_manager and not self.unit_id)
        ):  # known only when a quotation is there
            return
        people = self._aria_get_named(None, None) | self._aria_get_pool()
        needed = self.quorum if self.mode == "quorum" else 1
        if len(people) < needed:
            raise ValidationError(
                self.env._(
                    "Step “%(step)s” of “%(policy)s” asks for %(needed)s approvals and has %(count)s approvers;"
                    " add approvers or ask for fewer.",
                    step=self.display_name,
                    policy=self.policy_id.name,
                    needed=needed,
                    count=len(people),
                )
            )

    @api.ondelete(at_uninstall=True)
    def _unlink_except_used(self):
        # sudo: whether anybody's approval names the step
        used = self.env["aria.approval.task"].sudo().search([("step_id", "in", self.ids)], limit=1)
        if used:
            raise UserError(
                self.env._(
                    "Step “%(step)s” has been asked and belongs to the history; archive it instead.",
                    step=used.step_id.display_name,
                )
            )

    # ------------------------------------------------------------------ who is asked
    def _aria_get_named(self, order, requester):
        """Return the persons that this (superuser) step names one by one, for ``order`` if there is one."""
        self.ensure_one()
        people = self.user_ids
        if self.use_unit_manager and (self.unit_id or requester):
            people |= self._aria_get_manager(self.unit_id, requester)
        if order and self.user_field_id:
            people |= order[self.user_field_id.name]
        if order and self.use_line_unit_manager:
            for line in order.order_line:
                people |= (line.aria_unit_id or line.aria_stage_id.unit_id).manager_id
        return people

    @api.model
    def _aria_get_manager(self, unit, requester):
        model = self.env["aria.unit"].sudo()  # whose unit, not what is in it
        units = unit or model.browse(model._aria_get_id_of_member(requester.id) or ())
        while units and not units.manager_id:
            units = units.parent_id
        return units.manager_id

    def _aria_get_pool(self):
        """Return the people of whom anybody may decide: members of the group or the unit."""
        self.ensure_one()
        people = self.group_id.all_user_ids.filtered(lambda u: u.active and not u.share)
        if self.unit_id and not self.use_unit_manager:
            people |= self.unit_id._get_people()
        return people

    def _aria_get_scope(self, lines):
        """Return those of the content ``lines`` that this step is asked about."""
        policy = self.policy_id
        text = self.line_domain if self.line_domain not in (False, "", "[]") else policy.line_domain
        return policy._aria_filter(lines, text, self.display_name)

    def _aria_get_seats(self, order, requester):
        """Return the seats of this (superuser) step: [(person or nobody, people, unit)].

        :raise UserError: nobody is left to approve
        """
        self.ensure_one()
        named = self._aria_get_named(order, requester) - requester
        pool = self._aria_get_pool() - requester
        needed = self.quorum if self.mode == "quorum" else 1
        if len(named | pool) < needed:
            raise UserError(
                self.env._(
                    "“%(order)s” cannot be submitted: step “%(step)s” has no approver but who submits it, or too few;"
                    " add approvers to “%(policy)s”.",
                    order=order.name,
                    step=self.display_name,
                    policy=self.policy_id.name,
                )
            )
        nobody = requester.browse()
        if self.mode == "all":
            return [(person, person, self.env["aria.unit"]) for person in named | pool]
        seats = [(person, person, self.env["aria.unit"]) for person in named]
        return seats + ([(nobody, pool, self._aria_get_pool_unit())] * needed if pool else [])

    def _aria_get_pool_unit(self):
        """Return the unit in whose cartable the pool finds the task."""
        return self.unit_id or self.env["aria.unit"]._aria_of_group(self.group_id)

    def _aria_get_needed(self, seats):
        self.ensure_one()
        return {"any": 1, "all": seats}.get(self.mode, self.quorum)
