from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError


class AriaApprovalSimulation(models.TransientModel):
    """Shows who would approve a quotation under a policy, and why; nothing is written."""

    _name = "aria.approval.simulation"
    _description = "Simulation of an Approval Policy"

    policy_id = fields.Many2one("aria.approval.policy", ondelete="cascade")
    order_id = fields.Many2one("sale.order", string="Quotation", ondelete="cascade")
    result = fields.Html(compute="_compute_result", sanitize=False)

    @api.depends("policy_id", "order_id")
    def _compute_result(self):
        for simulation in self:
            rows = simulation._aria_explain() if simulation.order_id else []
            simulation.result = Markup("<ul>%s</ul>") % Markup().join(
                Markup("<li>%s</li>") % row for row in rows
            )

    def _aria_explain(self):
        """Return the sentences that explain what would happen to the quotation."""
        self.order_id.check_access("read")
        self.policy_id.check_access("read")
        order, policy = self.order_id.sudo(), self.policy_id.sudo()  # read above; conditions only
        holds = policy._aria_of_orders(order)[order]
        rows = []
        if holds != policy:
            rows.append(
                self.env._("“%(policy)s” holds for it.", policy=holds.name)
                if holds
                else self.env._("No policy holds for it: it needs no approval.")
            )
        if not policy._aria_fitting(order):
            return [*rows, self.env._("It does not fit the conditions of this policy.")]
        return rows + [self._aria_explain_step(step, order) for step in policy.step_ids]

    def _aria_explain_step(self, step, order):
        name = f"{step.sequence}. {step.display_name}"
        if not step.policy_id._aria_filter(order, step.condition_domain, name):
            return self.env._("%(step)s: not asked, its condition does not fit.", step=name)
        if not step._aria_get_scope(order._aria_get_content()):
            return self.env._("%(step)s: not asked, no line concerns it.", step=name)
        try:
            seats = step._aria_get_seats(order, order.user_id)
        except UserError as error:
            return f"{name}: {error}"
        people = self.env["res.users"].union(*(people for _one, people, _unit in seats))
        return self.env._(
            "%(step)s: %(needed)s of %(users)s.",
            step=name,
            needed=step._aria_get_needed(len(seats)),
            users=", ".join(people.sudo().mapped("name")),  # names only
        )
