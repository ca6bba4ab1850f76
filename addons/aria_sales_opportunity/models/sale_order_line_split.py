from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import float_compare

from .sale_order_split import QUOTATION


class SaleOrderLine(models.Model):
    """Lines that move between quotations, are parted by quantity, voided and reopened."""

    # a subject of its own, in a file of its own
    _inherit = "sale.order.line"  # pylint: disable=consider-merging-classes-inherited

    aria_split_from_id = fields.Many2one(
        "sale.order.line",
        string="Part Of",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        aria_engine=True,
        help="The line from which this one was parted, or which it takes up again.",
    )

    # ------------------------------------------------------------------ what belongs together
    def _aria_get_headings(self):
        """Return the section and subsection that this line stands under."""
        self.ensure_one()
        return self.parent_id | self.parent_id.parent_id

    def _aria_get_family(self):
        """Return this line with those that go wherever it goes: linked options, a combo and its items."""
        self.ensure_one()
        root = self
        while root.linked_line_id and root.combo_item_id:
            root = root.linked_line_id
        family = todo = root
        while todo:
            todo = todo.linked_line_ids - family
            family |= todo
        return family

    # ------------------------------------------------------------------ by quantity
    def aria_split_qty(self, qty):
        """Part ``qty`` off this line of a quotation, into a new line with the same price and status.

        :param float qty: in the unit of the line; more than nothing and less than the line has
        :return: the new line
        """
        self.ensure_one()
        self.check_access("write")
        qty = self._aria_check_part(qty)
        editable = [f for f in self._fields.values() if f.store and f.compute and not f.readonly]
        agreed = self.copy_data({"order_id": self.order_id.id, "product_uom_qty": qty})[0]
        agreed |= {"price_unit": self.price_unit, "technical_price_unit": self.technical_price_unit}
        # protecting: the price stays as agreed, whatever the list says of smaller quantities
        others = [f for f in editable if f.name != "product_uom_qty"]
        with self.env.protecting(others, self):
            self.write({"product_uom_qty": self.product_uom_qty - qty})
        part = self.create(agreed)
        part._aria_engine_write({"aria_split_from_id": self.id})
        part._aria_take_over_fate(self)
        return part

    def _aria_check_part(self, qty):
        """Return ``qty`` rounded to the unit of the line; refuse what is no part of it."""
        self._aria_check_partable()
        unit = self.product_uom_id
        try:
            qty = unit.round(float(qty))
        except (TypeError, ValueError):
            qty = 0.0
        if unit.compare(qty, 0) <= 0 or unit.compare(qty, self.product_uom_qty) >= 0:
            raise UserError(
                self.env._(
                    "Choose more than 0 and less than %(quantity)s %(unit)s of “%(line)s”.",
                    quantity=f"{self.product_uom_qty:g}",
                    unit=unit.name,
                    line=self.display_name,
                )
            )
        return qty

    def _aria_check_partable(self):
        alone = not self.combo_item_id and not self.linked_line_ids
        if (
            self.state not in QUOTATION
            or not self.aria_workflow_id
            or self.aria_outcome
            or not alone
        ):
            raise UserError(
                self.env._(
                    "“%(line)s” cannot be parted: only an open line of a quotation without linked lines can.",
                    line=self.display_name,
                )
            )

    def _aria_take_over_fate(self, origin):
        """Bring this new line to where ``origin`` stands, with the same holder."""
        self.ensure_one()
        line, origin = self.sudo(), origin.sudo()  # the engine: the right to part was checked
        if line.aria_stage_id != origin.aria_stage_id:
            note = self.env._("Parted from “%(line)s”.", line=origin.display_name)
            line._aria_move_to(origin.aria_stage_id, note=note)
        line._aria_engine_write({"aria_stage_since": origin.aria_stage_since})
        referral = origin.aria_referral_id
        if referral:
            line._aria_open_referrals(
                referral.to_unit_id,
                referral.to_user_id,
                previous={line.id: referral},
                same_work=True,
                note=referral.note,
            )

    # ------------------------------------------------------------------ void and reopened
    def _aria_void(self, note):
        """End these lines as void: they count nowhere, another version stands for them."""
        lines = self.sudo().filtered("aria_workflow_id")  # the engine: the right was checked
        left = lines - lines.aria_fire("revised", note=note)
        if left:
            raise UserError(
                self.env._(
                    "The workflow “%(workflow)s” has no way from “%(stage)s” for lines of a replaced quotation;"
                    " add one for the event “%(event)s”.",
                    workflow=left[:1].aria_workflow_id.name,
                    stage=left[:1].aria_stage_id.name,
                    event=dict(self._aria_workflow_events())["revised"],
                )
            )

    def aria_reopen(self):
        """Take up lost lines again.

        In a quotation the line itself is reopened; where the order was cancelled or confirmed, a new
        quotation of the same opportunity takes it up. The log keeps the loss.

        :return: the lines that are open again
        """
        self.check_access("write")
        self._aria_check_lost()
        here = self.filtered(lambda line: line.state in QUOTATION)
        reopened = here._aria_reopen_here() if here else here
        for order in (self - here).order_id:
            reopened |= order._aria_revive(
                (self - here).filtered(lambda x, o=order: x.order_id == o)
            )
        return reopened

    def _aria_check_lost(self):
        other = self.filtered(lambda line: line.aria_outcome != "lost")[:1]
        if other:
            raise UserError(
                self.env._(
                    "“%(line)s” is not lost; there is nothing to take up again.",
                    line=other.display_name,
                )
            )

    def _aria_reopen_here(self):
        moved = self.sudo().aria_fire("reopened")  # the engine: the right was checked
        stuck = (self - moved)[:1]
        if stuck:
            raise UserError(
                self.env._(
                    "“%(line)s” cannot be reopened; its flow has no way back from “%(stage)s”.",
                    line=stuck.display_name,
                    stage=stuck.sudo().aria_stage_id.name,  # the name only
                )
            )
        moved._aria_catch_up()
        return moved.with_env(self.env)

    def action_aria_reopen(self):
        """Reopen, and show the lines."""
        lines = self.aria_reopen()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Reopened Lines"),
            "res_model": self._name,
            "view_mode": "list",
            "domain": [("id", "in", lines.ids)],
        }

    def _aria_get_unsold_qty(self):
        """Return how much of this line was not delivered, in its unit."""
        self.ensure_one()
        digits = self.env["decimal.precision"].precision_get("Product Unit")
        left = self.product_uom_qty - self.qty_delivered
        return left if float_compare(left, 0, precision_digits=digits) > 0 else 0.0
