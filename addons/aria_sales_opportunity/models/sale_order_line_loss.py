from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.aria_workflow.arguments import to_record

# outcomes of lines that are neither shipped nor invoiced
GIVEN_UP = ("lost", "void")


class SaleOrderLine(models.Model):
    """Lines that end as lost: why, where, with whom, and to which competitor."""

    # a subject of its own, in a file of its own
    _inherit = "sale.order.line"  # pylint: disable=consider-merging-classes-inherited

    aria_lost_reason_id = fields.Many2one(
        "crm.lost.reason", readonly=True, copy=False, index="btree_not_null", ondelete="restrict", aria_engine=True,
        string="Lost Reason",
    )  # fmt: skip
    aria_lost_stage_id = fields.Many2one(
        "aria.workflow.stage", readonly=True, copy=False, index="btree_not_null", ondelete="restrict",
        string="Lost at Status", aria_engine=True,
    )  # fmt: skip
    aria_lost_unit_id = fields.Many2one(
        "aria.unit", readonly=True, copy=False, index="btree_not_null", ondelete="restrict", aria_engine=True,
        string="Lost in Unit",
    )  # fmt: skip
    aria_lost_user_id = fields.Many2one(
        "res.users", readonly=True, copy=False, index="btree_not_null", ondelete="restrict", aria_engine=True,
        string="Lost With", help="Who held the line when it was lost; the salesperson where nobody did.",
    )  # fmt: skip
    aria_competitor_id = fields.Many2one(
        "res.partner", readonly=True, copy=False, index="btree_not_null", ondelete="restrict", aria_engine=True,
        string="Competitor",
    )  # fmt: skip
    aria_competitor_price = fields.Float(
        "Competitor's Price",
        readonly=True,
        copy=False,
        digits="Product Price",
        aria_engine=True,
        help="For a unit of the line, in the currency of the order.",
    )

    def aria_lose(self, reason=None, note=None, competitor=None, competitor_price=None):
        """End these lines as lost; what a confirmed order still had to deliver is cancelled.

        :param reason: ``crm.lost.reason`` record or id
        :param str note: kept in the log
        :param competitor: ``res.partner`` record or id, who got the sale
        :param float competitor_price: for a unit of the line, in the currency of the order
        :return: True
        :raise UserError: no reason, or a line has its end already
        :raise AccessError: the line is not the user's to lose; of a confirmed order: the sales manager's
        """
        vals = self._aria_prepare_loss(reason, competitor, competitor_price)
        self.check_access("write")
        self._aria_check_losable()
        lines = self.sudo()  # the right to write them was checked
        lines._aria_engine_write(vals)
        moved = lines.aria_fire("lost", note=note)
        if moved != lines:
            raise UserError(
                self.env._(
                    "“%(line)s” cannot be lost from “%(stage)s”; its flow has no way there.",
                    line=(lines - moved)[:1].display_name,
                    stage=(lines - moved)[:1].aria_stage_id.name or self.env._("no status"),
                )
            )
        return True

    def _aria_prepare_loss(self, reason, competitor, competitor_price):
        """Return what is kept of a loss; refuse one without a reason."""
        reason = to_record(self.env, "crm.lost.reason", reason)
        if not reason:
            raise UserError(self.env._("Choose why the line is lost."))
        try:
            price = float(competitor_price or 0.0)
        except (TypeError, ValueError):
            price = -1.0
        if price < 0:
            raise UserError(
                self.env._(
                    "%(price)s is not a competitor's price; type a number.", price=competitor_price
                )
            )
        return {
            "aria_lost_reason_id": reason.id,
            "aria_competitor_id": to_record(self.env, "res.partner", competitor).id,
            "aria_competitor_price": price,
        }

    # ------------------------------------------------------------------ guards
    def _aria_check_losable(self):
        ended = self.filtered("aria_outcome")[:1]
        if ended:
            raise UserError(
                self.env._(
                    "“%(line)s” has its end already: %(stage)s.",
                    line=ended.display_name,
                    stage=ended.sudo().aria_stage_id.name,  # the name only
                )
            )
        if not self.env.su and not self.env.user.has_group("sales_team.group_sale_salesman"):
            raise AccessError(
                self.env._(
                    "“%(line)s” is the sales team's to give up; refer it to them with your reason.",
                    line=self[:1].display_name,
                )
            )
        self.filtered(lambda line: line.state == "sale")._aria_check_confirmed_losable()

    def _aria_check_confirmed_losable(self):
        """Refuse lines of confirmed orders that are not the user's to lose, or that were partly delivered."""
        manager = self.env.user.has_group("sales_team.group_sale_manager")
        if self and not manager and not self.env.su:
            raise AccessError(
                self.env._(
                    "“%(line)s” belongs to a confirmed order; ask the sales manager to give it up.",
                    line=self[:1].display_name,
                )
            )
        begun = self.filtered(lambda line: line.qty_delivered or line.qty_invoiced)[:1]
        if begun:
            raise UserError(
                self.env._(
                    "“%(line)s” is partly delivered or invoiced (%(delivered)s, %(invoiced)s);"
                    " lower its quantity to what the customer keeps instead.",
                    line=begun.display_name,
                    delivered=f"{begun.qty_delivered:g}",
                    invoiced=f"{begun.qty_invoiced:g}",
                )
            )

    def _aria_check_move(self, transition):
        # EXTENDS 'aria_workflow'
        if transition.to_stage_id.outcome == "lost":
            raise UserError(
                self.env._("A line is lost by its own button, which asks for the reason.")
            )
        return super()._aria_check_move(transition)

    # ------------------------------------------------------------------ what is given up
    def _aria_cancel_moves(self):
        """Take these (superuser) lines, which are given up, out of the transfers that have not been done."""
        waiting = self.move_ids.filtered(lambda move: move.state not in ("done", "cancel"))
        waiting._action_cancel()

    def _action_launch_stock_rule(self, **kwargs):
        # EXTENDS 'sale_stock': what is given up is not procured when the rest of the order is confirmed
        wanted = self.filtered(lambda line: line.aria_outcome not in GIVEN_UP)
        return super(SaleOrderLine, wanted)._action_launch_stock_rule(**kwargs)

    @api.depends("aria_outcome")
    def _compute_qty_to_invoice(self):
        # EXTENDS 'sale_stock': of what is given up only what the customer has got is invoiced
        result = super()._compute_qty_to_invoice()
        for line in self:
            if line.aria_outcome in GIVEN_UP and line.state == "sale":
                line.qty_to_invoice = line.qty_delivered - line.qty_invoiced
        return result

    # ------------------------------------------------------------------ where it was lost
    def _aria_move_to(self, stage, **kwargs):
        # EXTENDS 'aria_workflow': where a line is lost is known only before it moves
        if stage.outcome == "lost":
            self._aria_keep_loss()
        result = super()._aria_move_to(stage, **kwargs)
        if stage.outcome != "lost":
            self._aria_forget_loss()
        if stage.outcome in GIVEN_UP:
            self._aria_cancel_moves()
        return result

    def _aria_keep_loss(self):
        """Keep on these lines where and with whom they are lost, and a reason where none is given."""
        cancelled = self.env.ref("aria_sales_opportunity.lost_reason_cancelled")
        places = self.grouped(
            lambda x: (x.aria_stage_id, x.aria_unit_id, x.aria_user_id or x.salesman_id)
        )
        for (stage, unit, user), lines in places.items():
            lines._aria_engine_write(
                {
                    "aria_lost_stage_id": stage.id,
                    "aria_lost_unit_id": (unit or stage.unit_id).id,
                    "aria_lost_user_id": user.id,
                }
            )
        unexplained = self.filtered(lambda line: not line.aria_lost_reason_id)
        unexplained._aria_engine_write({"aria_lost_reason_id": cancelled.id})

    def _aria_lost_with_order(self):
        """Return those of these lines that were lost because their order was cancelled, and not by hand."""
        cancelled = self.env.ref("aria_sales_opportunity.lost_reason_cancelled")
        # sudo: the engine's own fields
        return self.filtered(lambda line: line.sudo().aria_lost_reason_id == cancelled)

    def _aria_get_loss_fields(self):
        """Return the fields that tell of a loss and are emptied when a line is open again."""
        return (
            "aria_lost_reason_id",
            "aria_lost_stage_id",
            "aria_lost_unit_id",
            "aria_lost_user_id",
            "aria_competitor_id",
            "aria_competitor_price",
        )

    def _aria_forget_loss(self):
        known = self.filtered(lambda line: line.aria_lost_reason_id)
        known._aria_engine_write(dict.fromkeys(self._aria_get_loss_fields(), False))
