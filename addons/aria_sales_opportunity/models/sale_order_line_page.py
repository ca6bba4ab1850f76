from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

COST_GROUP = "aria_sales_opportunity.group_cost"
# the last part of the time allowed, in which a line that is still there is about to be late
SOON = 0.25


class SaleOrderLine(models.Model):
    """What the page of an opportunity tells of each line, and what is done from there."""

    # a subject of its own, in a file of its own
    _inherit = "sale.order.line"  # pylint: disable=consider-merging-classes-inherited

    aria_deadline = fields.Datetime(
        "Due",
        compute="_compute_aria_deadline",
        help="Until when its holder is to be done with the line; without a holder: when the hours of its"
        " status are over.",
    )
    aria_pace = fields.Selection(
        [("in_time", "In Time"), ("soon", "Due Soon"), ("late", "Late")],
        string="Pace",
        compute="_compute_aria_deadline",
    )
    aria_cost = fields.Float(
        "Unit Cost",
        compute="_compute_aria_margin",
        digits="Product Price",
        groups=COST_GROUP,
        help="For a unit of the line, in the currency of the order.",
    )
    aria_margin = fields.Monetary(
        "Margin",
        compute="_compute_aria_margin",
        groups=COST_GROUP,
        help="Untaxed amount less cost, in the currency of the order.",
    )
    aria_margin_percent = fields.Float(
        "Margin (%)", compute="_compute_aria_margin", groups=COST_GROUP
    )

    aria_free_qty = fields.Float(
        "In Stock",
        compute="_compute_aria_free_qty",
        digits="Product Unit",
        help="What the warehouse of the line has of the product and nobody has reserved, in the unit of the line.",
    )

    # ------------------------------------------------------------------ stock
    @api.depends("product_id", "product_uom_id", "warehouse_id")
    def _compute_aria_free_qty(self):
        self.aria_free_qty = 0.0
        storable = self.filtered("product_id.is_storable")
        for warehouse, lines in storable.grouped("warehouse_id").items():
            # sudo: how much there is, whoever may read the line
            products = lines.product_id.sudo().with_context(warehouse_id=warehouse.id)
            free = {product.id: product.free_qty for product in products}
            for line in lines:
                own, unit = line.product_id.uom_id, line.product_uom_id
                quantity = free[line.product_id.id]
                line.aria_free_qty = own._compute_quantity(quantity, unit) if unit else quantity

    # ------------------------------------------------------------------ deadline
    @api.depends("aria_referral_ids.state", "aria_referral_ids.deadline", "aria_stage_since")
    def _compute_aria_deadline(self):
        now = fields.Datetime.now()
        # sudo: the moments only; flows and referrals are not open to every reader of a line
        lines = self.sudo()
        planned = lines._aria_get_stage_deadlines()
        for line, own in zip(self, lines, strict=True):
            referral = own.aria_referral_id
            deadline = referral.deadline if referral else planned.get(own.id)
            line.aria_deadline = deadline
            since = referral.create_date if referral else own.aria_stage_since
            line.aria_pace = self._aria_get_pace(since, deadline, now)

    @api.model
    def _aria_get_pace(self, since, deadline, now):
        """Return how ``now`` stands to a ``deadline`` that was set at ``since``; False without a deadline."""
        if not deadline:
            return False
        if now > deadline:
            return "late"
        last = (deadline - since) * SOON if since and since < deadline else timedelta()
        return "soon" if now > deadline - last else "in_time"

    def _aria_get_stage_deadlines(self):
        """Return {line id: moment} when the hours of its status are over, of open lines that nobody holds."""
        free = self.filtered(
            lambda x: (
                x.aria_stage_since
                and x.aria_stage_id.sla_hours
                and not x.aria_outcome
                and not x.aria_referral_id
            )
        )
        found = {}
        for (stage, company), lines in free.grouped(
            lambda x: (x.aria_stage_id, x.company_id)
        ).items():
            since = lines.mapped("aria_stage_since")
            clock = stage.unit_id._get_clock(company, fields.Datetime.now(), since)
            found |= {x.id: clock(x.aria_stage_since, stage.sla_hours) for x in lines}
        return found

    # ------------------------------------------------------------------ margin
    @api.depends("product_id", "product_uom_id", "product_uom_qty", "aria_amount_requested")
    @api.depends_context("company")
    def _compute_aria_margin(self):
        for line in self:
            line.aria_cost = line._aria_get_unit_cost()
            known = line.product_id and not line.display_type
            amount = line.aria_amount_requested
            margin = amount - line.aria_cost * line.product_uom_qty if known else 0.0
            line.aria_margin = margin
            line.aria_margin_percent = margin / amount if amount else 0.0

    def _aria_get_unit_cost(self):
        """Return what a unit of this line costs, in the currency of the order.

        That is the cost of the product; who knows it better extends this.
        """
        self.ensure_one()
        line = self.with_company(self.company_id)
        product = line.product_id
        if not product:
            return 0.0
        cost = product.uom_id._compute_price(product.standard_price, line.product_uom_id)
        rate = (
            (line.order_id.currency_rate or 1.0)
            if line.currency_id != product.cost_currency_id
            else 1.0
        )
        return cost * rate

    # ------------------------------------------------------------------ buttons
    def action_aria_open(self):
        """Return the action that shows the page of this line."""
        self.ensure_one()
        self.check_access("read")
        view = self.env.ref("aria_sales_opportunity.sale_order_line_view_form")
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": self._name,
            "res_id": self.id,
            "views": [(view.id, "form")],
        }

    def action_aria_answer(self):
        """Return the dialog that answers the open referral of these lines.

        :raise UserError: none of them is referred to the user
        """
        # sudo: which referrals are open; those of the user are asked for at once
        held = self.sudo().aria_referral_id._filter_held_by(self.env.user)
        if not held:
            raise UserError(
                self.env._(
                    "“%(line)s” is not with you; only who holds it can answer.",
                    line=self[:1]._aria_get_visible_name(),
                )
            )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aria_workflow.aria_referral_answer_action"
        )
        context = {"active_model": held._name, "active_ids": held.ids, "active_id": held[0].id}
        return action | {"context": {**context, "default_verb": "answer"}}
