from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from odoo.addons.aria_workflow.engine import with_token

QUOTATION = ("draft", "sent")


class SaleOrder(models.Model):
    """Quotations of one opportunity that are split, merged back and revised; lines are moved, never copied."""

    _name = "sale.order"
    _inherit = ["sale.order", "aria.engine.mixin"]

    aria_split_from_id = fields.Many2one(
        "sale.order",
        string="Split From",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        aria_engine=True,
        help="The quotation whose waiting lines this one has taken over.",
    )
    aria_revision_of_id = fields.Many2one(
        "sale.order",
        string="Previous Version",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        aria_engine=True,
    )
    aria_revision = fields.Integer(
        "Version", default=1, copy=False, readonly=True, aria_engine=True
    )

    # ------------------------------------------------------------------ split
    def aria_split_ready(self):
        """Keep the ready lines and move the waiting ones to a new quotation of the same opportunity.

        Waiting is what is still awaited from a unit: its stage is not of the kind "ready". Moved lines keep
        price, taxes, discount, status, log and referrals.

        :return: the new orders
        :raise UserError: no quotation any more, or nothing to part
        """
        self.check_access("write")
        self._aria_check_quotation()
        orders = self.browse()
        for order in self:
            orders |= order._aria_split_off(order._aria_get_waiting_lines())
        return orders

    def action_aria_split_ready(self):
        """Split the quotations, and show the new ones."""
        return self.aria_split_ready()._aria_get_list_action(self.env._("Waiting Lines"))

    def _aria_get_list_action(self, name):
        """Return the action that shows these orders."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "sale.action_quotations_with_onboarding"
        )
        action |= {"name": name, "context": {}, "domain": [("id", "in", self.ids)]}
        if len(self) == 1:
            action |= {"views": [(False, "form")], "res_id": self.id}
        return action

    def _aria_check_quotation(self):
        fixed = self.filtered(lambda order: order.state not in QUOTATION or order.locked)[:1]
        if fixed:
            raise UserError(
                self.env._(
                    "“%(order)s” is no longer a quotation; its lines stay together.",
                    order=fixed.name,
                )
            )

    def _aria_get_waiting_lines(self):
        """Return the lines of this order that cannot go ahead, with what belongs to them.

        :raise UserError: all lines are ready, or none is
        """
        self.ensure_one()
        going = self.order_line.filtered(lambda x: x.aria_workflow_id and not x.aria_outcome)
        waiting = going.filtered(lambda x: x.aria_stage_kind != "ready")
        families = {line: line._aria_get_family() for line in going}
        moving = self.order_line.browse().union(*(families[line] for line in waiting))
        if not waiting or not going - moving:
            raise UserError(
                self.env._(
                    "“%(order)s” has no lines to part: ready and waiting ones are needed, and %(count)s wait.",
                    order=self.name,
                    count=len(waiting),
                )
            )
        return moving

    def _aria_split_off(self, lines):
        """Move ``lines`` of this quotation to a new one; return it."""
        self.ensure_one()
        new = self._aria_make_empty_copy()
        self._aria_move_lines(lines, new)
        self._aria_note_move(new, self.env._("The waiting lines were moved to %(order)s."))
        new._aria_note_move(self, self.env._("These lines come from %(order)s."))
        return new

    def _aria_prepare_split_vals(self):
        """Return what a quotation that is split off takes from this one beyond ``copy_data``."""
        self.ensure_one()
        return {
            "order_line": [],
            "opportunity_id": self.opportunity_id.id,
            "date_order": self.date_order,
            "validity_date": self.validity_date,
            "commitment_date": self.commitment_date,
            "client_order_ref": self.client_order_ref,
            "origin": self.name,
        }

    def _aria_make_empty_copy(self):
        new = self.copy(self._aria_prepare_split_vals())
        # the agreed terms, where core computes anew what a copy leaves out
        terms = {
            name: self._fields[name].convert_to_write(self[name], self)
            for name in (
                "fiscal_position_id",
                "payment_term_id",
                "pricelist_id",
                "user_id",
                "team_id",
            )
            if self[name] != new[name]
        }
        new.write(terms)
        new._aria_engine_write({"aria_split_from_id": self.id})
        return new.sudo(self.env.su)

    def _aria_note_move(self, other, text):
        self.message_post(body=text % {"order": other._get_html_link()})

    # ------------------------------------------------------------------ merge
    def aria_merge_back(self):
        """Move the lines of quotations that were split off back to where they came from.

        The emptied quotations are cancelled.

        :return: the quotations that hold the lines now
        """
        self.check_access("write")
        self._aria_check_quotation()
        origins = self.mapped("aria_split_from_id")
        for order in self:
            order._aria_check_mergeable()
            order._aria_move_lines(order.order_line, order.aria_split_from_id)
            order._aria_note_move(
                order.aria_split_from_id, self.env._("The lines were moved back to %(order)s.")
            )
            order._action_cancel()
        return origins

    def _aria_check_mergeable(self):
        self.ensure_one()
        origin = self.aria_split_from_id
        if not origin:
            raise UserError(
                self.env._("“%(order)s” was not split off from another one.", order=self.name)
            )
        origin.check_access("write")
        origin._aria_check_quotation()
        names = ("partner_id", "company_id", "currency_id", "opportunity_id", "pricelist_id")
        other = [name for name in names if self[name] != origin[name]]
        if other:
            raise UserError(
                self.env._(
                    "“%(order)s” and “%(origin)s” differ in %(field)s; make them equal first.",
                    order=self.name,
                    origin=origin.name,
                    field=self._fields[other[0]]._description_string(self.env),
                )
            )

    def action_aria_merge_back(self):
        """Merge back, and show where the lines are."""
        return self.aria_merge_back()._aria_get_list_action(self.env._("Merged Quotations"))

    # ------------------------------------------------------------------ moving lines
    def _aria_move_lines(self, lines, target):
        """Move ``lines`` of this order to ``target`` without touching what was agreed for them."""
        discounts = self._aria_take_off_discounts() + target._aria_take_off_discounts()
        lines = lines.exists()
        self._aria_bring_headings(lines, target)
        editable = [f for f in lines._fields.values() if f.store and f.compute and not f.readonly]
        # protecting: a new order would make core compute taxes, prices and names anew
        with self.env.protecting(editable, lines):
            with_token(lines).write({"order_id": target.id})
        (self | target).invalidate_recordset(["order_line"])
        self._aria_put_on_discounts(self | target, discounts)

    def _aria_bring_headings(self, lines, target):
        """Bring the section headings of ``lines`` along: moved when nothing is left below them, else copied."""
        contents = self.order_line.filtered(lambda x: not x.display_type)
        for heading in (lines.parent_id | lines.parent_id.parent_id).sorted("sequence"):
            left = (contents - lines).filtered(lambda x, h=heading: h in x._aria_get_headings())
            if left:
                heading.copy({"order_id": target.id, "sequence": heading.sequence})
            else:
                notes = self.order_line.filtered(
                    lambda x, h=heading: x.display_type == "line_note" and h == x.parent_id
                )
                with_token(heading | notes).write({"order_id": target.id})

    # ------------------------------------------------------------------ global discounts
    def _aria_take_off_discounts(self):
        """Delete the global discounts of these orders.

        :return: [(name, amount with taxes in the orders' currency)], amounts positive
        """
        totals = defaultdict(float)
        lines = self.order_line.filtered(lambda x: x._is_global_discount())
        names = {}
        for line in lines:
            key = line.extra_tax_data["computation_key"]
            totals[key] -= line.price_total
            names.setdefault(key, line.name)
        lines.unlink()
        return [(names[key], amount) for key, amount in totals.items()]

    @api.model
    def _aria_put_on_discounts(self, orders, discounts):
        """Apply ``discounts`` to ``orders``, each in the proportion of their totals, to the same sum."""
        bases = {order: order.amount_total for order in orders if order.amount_total}
        whole = sum(bases.values())
        for name, amount in discounts if whole else []:
            left = amount
            for order in orders:
                share = order.currency_id.round(amount * bases.get(order, 0.0) / whole)
                if order == list(bases)[-1]:
                    share = left
                left -= share
                order._aria_put_on_discount(name, share)

    def _aria_put_on_discount(self, name, amount):
        """Discount this order by ``amount`` (taxes included), as Odoo's own dialog does."""
        self.ensure_one()
        if self.currency_id.is_zero(amount):
            return
        before = self.order_line
        # sudo: the dialog of a discount is for salesmen; the right to write the order was checked
        dialog = self.env["sale.order.discount"].sudo()
        dialog.create(
            {"sale_order_id": self.id, "discount_type": "amount", "discount_amount": amount}
        )._create_discount_lines()
        made = self.order_line - before
        if len(made) == 1:
            made.name = name

    # ------------------------------------------------------------------ versions
    def action_aria_revise(self):
        """Make the next version of these quotations; the lines of the old one count no more.

        :return: the action that shows the new versions
        :raise UserError: no quotation any more
        """
        self.check_access("write")
        self._aria_check_quotation()
        versions = self.browse()
        for order in self:
            versions |= order._aria_revise()
        return versions._aria_get_list_action(self.env._("New Version"))

    def _aria_revise(self):
        self.ensure_one()
        going = self.order_line.filtered(lambda x: not x.aria_outcome)
        new = self.copy(
            self._aria_prepare_split_vals()
            | {"order_line": [Command.create(vals) for vals in going.copy_data()]}
        )
        new._aria_engine_write(
            {"aria_revision_of_id": self.id, "aria_revision": self.aria_revision + 1}
        )
        going._aria_void(self.env._("Replaced by %(order)s.", order=new.name))
        self._aria_note_move(new, self.env._("Replaced by %(order)s."))
        new._aria_note_move(self, self.env._("New version of %(order)s."))
        self._action_cancel()
        return new

    # ------------------------------------------------------------------ revival
    def _aria_revive(self, lines):
        """Take the lost ``lines`` of this order up again in a new quotation; return the new lines."""
        self.ensure_one()
        new = self.copy(self._aria_prepare_split_vals() | {"date_order": fields.Datetime.now()})
        revived = lines.browse()
        for line in lines:
            vals = line.copy_data(
                {"order_id": new.id, "product_uom_qty": line._aria_get_unsold_qty()}
            )[0]
            vals |= {
                "price_unit": line.price_unit,
                "technical_price_unit": line.technical_price_unit,
            }
            part = lines.create(vals)
            part._aria_engine_write({"aria_split_from_id": line.id})
            revived |= part
        new._aria_note_move(self, self.env._("Lost lines of %(order)s are taken up again."))
        return revived
