from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.translate import LazyTranslate

from odoo.addons.aria_workflow.engine import holds_token

_lt = LazyTranslate(__name__)

# the installation brings old lines to their stage, and must not reopen opportunities that were closed by hand;
# compared by identity, so that no caller's context can claim it
INSTALLING = ("aria_installing", object())

# every event of a line, with the method that fires it
EVENTS = {
    "quotation_sent": _lt("Quotation sent"),  # sale.order.write: state becomes sent
    # sale.order.write: state becomes sale; before _action_confirm, where the procurement may reserve at once
    "confirmed": _lt("Order confirmed"),
    "cancelled": _lt("Order cancelled"),  # sale.order.write: state becomes cancel
    "reopened": _lt("Order reopened"),  # sale.order.write: from cancel to draft
    "quantity_changed": _lt("Ordered quantity changed"),  # sale.order.line.write, when confirmed
    "reserved": _lt("Goods reserved"),  # stock.move._action_assign
    "unreserved": _lt("Reservation lost"),  # stock.move._do_unreserve, _action_cancel
    "exited": _lt("Goods left"),  # stock.move._action_done, to the customer
    "goods_returned": _lt("Goods came back"),  # stock.move._action_done, from the customer
    "invoiced": _lt("Invoice posted"),  # account.move._post
    # account.move._post of a refund, button_draft, button_cancel
    "invoice_cancelled": _lt("Invoice cancelled"),
    "paid": _lt("Invoice paid"),  # account.move._invoice_paid_hook
    "lost": _lt("Line lost"),  # sale.order.line.aria_lose
    "revised": _lt("Replaced by a new version"),  # sale.order.action_aria_revise
    "shortage": _lt("Stock does not suffice"),  # sale.order.line._aria_update_shortage
    "stock_available": _lt("Stock suffices"),  # sale.order.line._aria_update_shortage
}
# what decides whether a customer asked for a line, so that it may enter a flow later than it was made
TRACKING = {"product_id", "product_uom_qty", "is_optional", "sequence"}
COMPUTED = {
    "state", "price_subtotal", "price_total", "price_tax", "price_reduce_taxexcl", "price_reduce_taxinc",
    "qty_invoiced", "qty_to_invoice", "invoice_status", "untaxed_amount_invoiced",
    "untaxed_amount_to_invoice", "currency_id", "order_partner_id", "salesman_id", "qty_delivered_method",
    "aria_amount_requested",
}  # fmt: skip
PRICES = {
    "price_unit", "discount", "price_subtotal", "price_total", "price_tax", "price_reduce_taxexcl",
    "price_reduce_taxinc", "untaxed_amount_invoiced", "untaxed_amount_to_invoice", "technical_price_unit",
    "purchase_price", "margin", "margin_percent", "amount_invoiced", "amount_to_invoice",
    "amount_to_invoice_at_date", "extra_tax_data", "pricelist_item_id", "aria_last_price", "aria_price_source",
    "aria_competitor_price", "aria_cost", "aria_margin", "aria_margin_percent",
    "aria_amount_requested",
}  # fmt: skip


class SaleOrderLine(models.Model):
    _name = "sale.order.line"
    _inherit = ["sale.order.line", "aria.workflow.mixin"]

    aria_opportunity_id = fields.Many2one(
        "crm.lead",
        string="Opportunity",
        related="order_id.opportunity_id",
        store=True,
        precompute=True,
        index="btree_not_null",
        aria_engine=True,
    )
    aria_registrar_id = fields.Many2one(
        "res.users",
        string="Recorded By",
        default=lambda self: self.env.user,
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        aria_engine=True,
    )
    aria_promise_date = fields.Date("Promised For", copy=False)
    aria_all_reserved = fields.Boolean("Wholly Reserved", compute="_compute_aria_all_reserved")
    aria_all_delivered = fields.Boolean("Wholly Delivered", compute="_compute_aria_all_delivered")
    aria_all_invoiced = fields.Boolean("Wholly Invoiced", compute="_compute_aria_all_invoiced")

    # the lists open with the lines under way, grouped and summed: among a million lines this index alone answers
    _aria_open_idx = models.Index(
        "(aria_stage_id, aria_unit_id) INCLUDE (company_id, salesman_id, currency_id, product_uom_qty,"
        " price_subtotal, qty_delivered, qty_invoiced, qty_to_invoice)"
        " WHERE aria_outcome IS NULL AND aria_workflow_id IS NOT NULL"
    )

    # ------------------------------------------------------------------ facts for conditions
    @api.depends("product_uom_qty", "qty_delivered", "move_ids.state", "move_ids.quantity")
    def _compute_aria_all_reserved(self):
        for line in self:
            moves = line.move_ids.filtered(lambda m: m.state not in ("done", "cancel"))
            outgoing = moves.filtered(lambda m: m.location_dest_id._is_outgoing())
            line.aria_all_reserved = bool(outgoing) and all(m.state == "assigned" for m in outgoing)

    @api.depends("product_uom_qty", "qty_delivered")
    def _compute_aria_all_delivered(self):
        for line in self:
            left = line.product_uom_qty - line.qty_delivered
            line.aria_all_delivered = line.product_uom_id.compare(left, 0) <= 0

    @api.depends("product_uom_qty", "qty_invoiced_posted")
    def _compute_aria_all_invoiced(self):
        # core's qty_invoiced counts drafts too
        for line in self:
            left = line.product_uom_qty - line.qty_invoiced_posted
            line.aria_all_invoiced = line.product_uom_id.compare(left, 0) <= 0

    # ------------------------------------------------------------------ walls
    @api.model
    def _has_field_access(self, field, operation):
        # EXTENDS 'aria_workflow'
        if not self.env.su:
            if operation == "write" and field.name in COMPUTED:
                return False
            if field.name in PRICES and self.env["sale.order"]._aria_hides_prices():
                return False
        return super()._has_field_access(field, operation)

    @api.model
    def _check_field_access(self, field, operation):
        # EXTENDS 'aria_workflow'
        if not self._has_field_access(field, operation) and field.name in COMPUTED | PRICES:
            self.env["sale.order"]._aria_explain_refusal(field, operation)
        return super()._check_field_access(field, operation)

    @api.model
    def _aria_get_computed(self):
        """Return the fields that core computes and stores, and that no user may type."""
        return COMPUTED

    # at_uninstall=True: core's own check is skipped by the context key "_force_unlink" of any caller
    @api.ondelete(at_uninstall=True)
    def _unlink_aria_except_confirmed(self):
        self._unlink_except_confirmed()

    # ------------------------------------------------------------------ workflow
    @api.model
    def _aria_workflow_events(self):
        # EXTENDS 'aria_workflow'
        own = [(code, self.env._(label)) for code, label in EVENTS.items()]
        return [*super()._aria_workflow_events(), *own]

    def _aria_enter_flow(self):
        # EXTENDS 'aria_workflow': a line may join an order that is further on
        entered = super()._aria_enter_flow()
        entered._aria_catch_up()
        return entered

    def _aria_catch_up(self):
        """Tell new lines what has already happened to their orders."""
        by_state = self.sudo().grouped("state")  # the engine: orders of lines that entered
        lines = self.browse()
        by_state.get("sent", lines).aria_fire("quotation_sent")
        confirmed = by_state.get("sale", lines)
        for event in ("confirmed", "reserved", "exited", "invoiced"):
            confirmed.aria_fire(event)

    def write(self, vals):
        # EXTENDS 'sale_stock'
        if "order_id" in vals:
            self._aria_check_order_kept(vals["order_id"])
        if "company_id" in vals and not self.env.su:
            # refused here only: quotations are created with "default_company_id" in the context
            self.env["sale.order"]._aria_refuse_computed(self._fields["company_id"])
        confirmed = self.browse()
        if "product_uom_qty" in vals:
            confirmed = self.filtered(lambda line: line.state == "sale")
        result = super().write(vals)
        confirmed.aria_fire("quantity_changed")
        if TRACKING & vals.keys():
            self.filtered(lambda line: not line.aria_workflow_id)._aria_enter_flow()
        return result

    def _aria_check_order_kept(self, order_id):
        """Refuse to take tracked lines to another order: their history, prices and taxes belong to theirs."""
        # sudo: which lines are tracked
        moved = self.sudo().filtered(lambda x: x.aria_workflow_id and x.order_id.id != order_id)[:1]
        if moved and not holds_token(self.env):
            raise UserError(
                self.env._(
                    "“%(line)s” belongs to %(order)s and cannot be moved to another order; add a new line there.",
                    line=moved.display_name,
                    order=moved.order_id.name,
                )
            )

    def _aria_is_tracked(self):
        # EXTENDS 'aria_workflow': what the customer asked for, and not what core adds by itself
        self.ensure_one()
        if self.aria_workflow_id:
            return True
        added_by_core = self.state == "sale" and not self.product_uom_qty
        return bool(self.product_id) and not added_by_core and not self._aria_is_auxiliary()

    def _aria_is_auxiliary(self):
        """Return whether the line is none that a customer asked for: sections, costs, discounts …"""
        self.ensure_one()
        flags = ("is_downpayment", "is_expense", "is_delivery", "is_reward_line")
        return bool(
            self.display_type
            or any(name in self._fields and self[name] for name in flags)
            or self.product_id.type == "combo"
            or self.product_id == self.company_id.sale_discount_product_id
            or self._aria_is_optional()
        )

    def _aria_is_optional(self):
        section = self.parent_id
        return bool(section.is_optional or section.parent_id.is_optional)

    def _aria_get_owners(self):
        # EXTENDS 'aria_workflow'
        return {line.id: line.salesman_id for line in self}

    def _aria_get_partners(self):
        # EXTENDS 'aria_workflow': the line itself names the customer otherwise
        return {line.id: line.order_partner_id for line in self}

    def _aria_referral_card(self):
        # EXTENDS 'aria_workflow': no prices
        return {
            line.id: [
                (self.env._("Order"), line.order_id.name),
                (self.env._("Customer"), line.order_partner_id.name),
                (self.env._("Product"), line.product_id.display_name),
                (
                    self.env._("Quantity"),
                    f"{line.product_uom_qty:g} {line.product_uom_id.name or ''}",
                ),
                (self.env._("Description"), line.name),
            ]
            for line in self
        }

    def _aria_get_document_action(self):
        # EXTENDS 'aria_workflow'
        return self.order_id.get_formview_action()

    def _aria_stage_entered(self, moves):
        # EXTENDS 'aria_workflow'
        result = super()._aria_stage_entered(moves)
        self._aria_get_leads_to_tell(moves)._aria_follow_lines()
        return result

    def _aria_get_leads_to_tell(self, moves):
        """Return the opportunities that a step of these (superuser) lines may close or reopen.

        A step among open stages does neither: who closed an opportunity by hand is not overruled by it.
        """
        if self.env.context.get(INSTALLING[0]) is INSTALLING[1]:
            return self.env["crm.lead"]
        concerned = self.filtered(
            lambda line: (
                not moves[line.id][0] or moves[line.id][0].outcome or moves[line.id][1].outcome
            )
        )
        return concerned.aria_opportunity_id

    def unlink(self):
        # EXTENDS 'sale': the opportunity follows the lines that stay
        leads = self.sudo().aria_opportunity_id  # whoever deletes, the opportunity follows
        result = super().unlink()
        leads.exists()._aria_follow_lines()
        return result
