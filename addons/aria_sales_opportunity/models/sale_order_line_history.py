import math

from odoo import api, models
from odoo.exceptions import UserError, ValidationError

# what a line is about; its history tells of this and of nothing else
SUBJECT = ("product_id", "product_uom_id")
# more of any unit is a slip of the keyboard; beyond it amounts are no longer exact
MAX_QUANTITY = 10**12


class SaleOrderLine(models.Model):
    """Lines with a history stay what and where they are; lines without one follow their product."""

    # a subject of its own, in a file of its own
    _inherit = "sale.order.line"  # pylint: disable=consider-merging-classes-inherited

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'sale'
        for vals in vals_list:
            self._aria_check_quantity_sane(vals)
        return super().create(vals_list)

    def write(self, vals):
        # EXTENDS 'sale'
        self._aria_check_quantity_sane(vals)
        changed = self._aria_filter_subject_changed(vals)
        changed._aria_check_without_history(
            self.env._("its product and unit stay; lose it with its reason and add a new line")
        )
        result = super().write(vals)
        if "product_id" in vals:
            changed._aria_fit_flow()
        return result

    # ------------------------------------------------------------------ history
    def _aria_filter_subject_changed(self, vals):
        """Return those of these lines in a flow that ``vals`` make lines of another product or unit."""
        names = [name for name in SUBJECT if name in vals]
        if not names:
            return self.browse()
        # sudo: which lines are in a flow
        return self.filtered(
            lambda line: (
                line.sudo().aria_workflow_id
                and any(line[name].id != (vals[name] or False) for name in names)
            )
        )

    def _aria_filter_with_history(self):
        """Return those of these lines that an event or a button has moved, or that were referred."""
        # sudo: the log and the referrals of others count too
        env = self.sudo().env
        domain = [("res_model", "=", self._name), ("res_id", "in", self.ids)]
        steps = ["|", ("event", "!=", False), ("transition_id", "!=", False)]
        lived = {
            row["res_id"]
            for row in env["aria.workflow.log"].search_read([*domain, *steps], ["res_id"])
        }
        lived |= {row["res_id"] for row in env["aria.referral"].search_read(domain, ["res_id"])}
        return self.filtered(lambda line: line.id in lived)

    def _aria_check_without_history(self, remedy):
        """Refuse users what would leave the log telling of something else than these lines.

        What Odoo itself does as superuser (a visitor's cart) is no change of mind of the staff.

        :param str remedy: what stays as it is and what to do, the end of the sentence
        """
        # sudo: which lines are in a flow
        lines = self.browse() if self.env.su else self.filtered(lambda x: x.sudo().aria_workflow_id)
        lived = lines and lines._aria_filter_with_history()[:1]
        if lived:
            raise UserError(
                self.env._(
                    "“%(line)s” has a history: %(remedy)s.", line=lived.display_name, remedy=remedy
                )
            )

    # at_uninstall=True: the context key of an uninstallation is any caller's
    @api.ondelete(at_uninstall=True)
    def _unlink_aria_except_history(self):
        self._aria_check_without_history(
            self.env._("it is not deleted; lose it with its reason instead")
        )

    # ------------------------------------------------------------------ the flow follows the product
    def _aria_fit_flow(self):
        """Start these lines, which have another product now, again in the flow that fits it."""
        # the engine: lines that nothing has happened to yet
        lines = (self - self._aria_filter_with_history()).sudo()
        outside = lines.filtered(lambda line: line._aria_is_auxiliary())
        outside._aria_leave_flow()
        lines -= outside
        for workflow in lines and self.env["aria.workflow"]._aria_get_candidates(self._name):
            fitting = workflow._aria_filter_entering(lines)
            wrong = fitting.filtered(lambda line, flow=workflow: line.aria_workflow_id != flow)
            wrong._aria_move_to(workflow.initial_stage_id)
            wrong._aria_go_auto()
            lines -= fitting

    def _aria_leave_flow(self):
        """Take these (superuser) lines, for which no customer asks any more, out of their flow."""
        if self:
            names = ("aria_workflow_id", "aria_stage_id", "aria_stage_since")
            self._aria_engine_write(dict.fromkeys(names, False))
            self.aria_opportunity_id._aria_follow_lines()

    # ------------------------------------------------------------------ quantities
    @api.model
    def _aria_check_quantity_sane(self, vals):
        """Refuse a quantity that no computation survives, before anything is computed from it."""
        try:
            quantity = float(vals.get("product_uom_qty") or 0.0)
        except (TypeError, ValueError):
            quantity = math.nan
        if not abs(quantity) <= MAX_QUANTITY:
            raise UserError(
                self.env._(
                    "%(quantity)s is no quantity of a line; type a number up to %(most)s.",
                    quantity=vals["product_uom_qty"],
                    most=f"{MAX_QUANTITY:,}",
                )
            )

    @api.constrains("product_uom_qty")
    def _check_aria_quantity(self):
        negative = self.filtered(lambda line: line.product_uom_qty < 0 and line._aria_is_tracked())
        if negative:
            raise ValidationError(
                self.env._(
                    "A customer cannot ask for %(quantity)s of “%(line)s”; type 0 or more,"
                    " and take goods back by a return of their delivery.",
                    quantity=f"{negative[0].product_uom_qty:g}",
                    line=negative[0].display_name,
                )
            )
