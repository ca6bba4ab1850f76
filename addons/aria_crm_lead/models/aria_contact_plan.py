import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from .aria_followup_plan import QUIET

_logger = logging.getLogger(__name__)

BATCH = 500
"""customers that are planned in one transaction"""


class AriaContactPlan(models.Model):
    """How often the customers of a class are contacted: a call every 30 days, a visit every 90 …

    Each customer has a date of the next contact in ``aria.contact.plan.customer``. The job locks what is due,
    makes the follow-ups and moves the dates in one transaction, so that a kill or a second server neither
    loses a period nor plans it twice.
    """

    _name = "aria.contact.plan"
    _description = "Contact Plan"
    _order = "class_id, cadence_days, id"
    _check_company_auto = True

    name = fields.Char("Subject", required=True, translate=True)
    active = fields.Boolean(default=True)
    class_id = fields.Many2one(
        "aria.customer.class",
        string="Customer Class",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    cadence_days = fields.Integer(
        "Every (days)",
        default=30,
        required=True,
        help="A customer is contacted once in so many days.",
    )
    deadline_days = fields.Integer(
        "Days to Do It", default=3, required=True, help="From the day on which it is planned."
    )
    date_start = fields.Date(
        "From", required=True, default=fields.Date.context_today, help="Nothing is planned before."
    )
    kind_id = fields.Many2one(
        "aria.followup.kind",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self.env["aria.followup.kind"].search([], limit=1),
    )
    priority = fields.Selection(
        [("0", "Normal"), ("1", "High"), ("2", "Urgent")], default="0", required=True
    )
    unit_id = fields.Many2one(
        "aria.unit",
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="Unit that does it. Empty: the salesperson of the customer.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Responsible",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        help="Owns what is planned for customers without a salesperson.",
    )
    wait_for_last = fields.Boolean(
        "Not While the Last One Is Open",
        help="A period in which the last contact is still open is left out.",
    )
    note = fields.Html("Instruction", translate=True)
    followup_count = fields.Integer("Planned Follow-ups", compute="_compute_followup_count")

    def _compute_followup_count(self):
        rows = self.env["aria.followup"]._read_group(
            [("contact_plan_id", "in", self.ids)], ["contact_plan_id"], ["__count"]
        )
        counts = {plan.id: count for plan, count in rows}
        for plan in self:
            plan.followup_count = counts.get(plan.id, 0)

    @api.constrains("cadence_days", "deadline_days")
    def _check_days(self):
        for plan in self:
            if not (1 <= plan.cadence_days <= 3660 and 1 <= plan.deadline_days <= 365):
                raise ValidationError(
                    self.env._(
                        "“%(plan)s” contacts a customer every 1 to 3660 days, and leaves 1 to 365 days to do it;"
                        " correct the days.",
                        plan=plan.name,
                    )
                )

    @api.constrains("user_id", "unit_id", "active")
    def _check_people(self):
        for plan in self.filtered("active"):
            if not plan.user_id.active or plan.user_id.share:
                raise ValidationError(
                    self.env._(
                        "%(user)s cannot be responsible for “%(plan)s”; choose an active employee.",
                        user=plan.user_id.name,
                        plan=plan.name,
                    )
                )
            if plan.unit_id and not plan.unit_id._get_people():
                raise ValidationError(
                    self.env._(
                        "%(unit)s has no members who could do “%(plan)s”; choose another unit, or none.",
                        unit=plan.unit_id.name,
                        plan=plan.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        for plan in self:
            if plan.followup_count:
                raise UserError(
                    self.env._(
                        "“%(plan)s” has made follow-ups and cannot be deleted; archive it instead.",
                        plan=plan.name,
                    )
                )

    # ------------------------------------------------------------------ the job
    @api.model
    def _cron_plan(self):
        """Make the follow-ups that are due, in batches that are committed one by one."""
        plans = self.search([("class_id.active", "=", True)])
        progress = self.env["ir.cron"]._commit_progress
        if not progress(remaining=len(plans)):
            return
        for plan in plans:
            done = BATCH
            while done:
                done = plan._plan_safely()
                if not progress():
                    return
            progress(1)

    def _plan_safely(self):
        """Plan a batch; a plan that cannot be carried out does not stop the others."""
        plan = self.with_company(self.company_id)
        try:
            return self.env["aria.notice"]._aria_run(plan._plan_due, BATCH)
        except Exception:
            _logger.exception("The contact plan %s could not be carried out.", plan.id)
            return 0

    def _plan_due(self, limit):
        """Make the follow-ups of at most ``limit`` customers that are due today; return their number."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        if today < self.date_start:
            return 0
        self._add_customers(today)
        partner_ids = self._take_due(today, limit)
        if not partner_ids:
            return 0
        busy = self._get_busy(partner_ids) if self.wait_for_last else set()
        partners = self.env["res.partner"].browse(partner_ids)
        vals_list = [self._prepare_followup_vals(p) for p in partners if p.id not in busy]
        self.env["aria.followup"].with_context(**QUIET).create(vals_list)
        return len(partner_ids)

    def _add_customers(self, today):
        """Give those who are new in the class a date of their first contact: today."""
        self.env["aria.customer.standing"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO aria_contact_plan_customer (plan_id, partner_id, next_date)
                SELECT %(plan)s, standing.partner_id, %(today)s
                  FROM aria_customer_standing AS standing
                 WHERE standing.class_id = %(class)s AND standing.company_id = %(company)s
                   AND NOT EXISTS (
                    SELECT FROM aria_contact_plan_customer AS known
                     WHERE known.plan_id = %(plan)s AND known.partner_id = standing.partner_id)
                    ON CONFLICT (plan_id, partner_id) DO NOTHING
                """,
                **{"plan": self.id, "class": self.class_id.id},
                today=today,
                company=self.company_id.id,
            )
        )

    def _take_due(self, today, limit):
        """Lock customers of the class that are due, move their dates on, and return their ids.

        What another server is at work on is left out. The next date keeps its distance from the last one,
        unless that has passed as well: missed periods are not made up for.
        """
        rows = self.env.execute_query(
            SQL(
                """
                WITH due AS (
                    SELECT row.id FROM aria_contact_plan_customer AS row
                      JOIN aria_customer_standing AS standing
                        ON standing.partner_id = row.partner_id AND standing.class_id = %(class)s
                       AND standing.company_id = %(company)s
                      JOIN res_partner AS partner ON partner.id = row.partner_id AND partner.active
                       AND COALESCE(partner.company_id, %(company)s) = %(company)s
                     WHERE row.plan_id = %(plan)s AND row.next_date <= %(today)s
                     ORDER BY row.next_date, row.partner_id
                     LIMIT %(limit)s
                       FOR NO KEY UPDATE OF row SKIP LOCKED
                )
                UPDATE aria_contact_plan_customer AS row
                   SET last_date = %(today)s,
                       next_date = row.next_date
                           + %(cadence)s * ((%(today)s - row.next_date) / %(cadence)s + 1)
                  FROM due WHERE due.id = row.id
                RETURNING row.partner_id
                """,
                **{"plan": self.id, "class": self.class_id.id},
                company=self.company_id.id,
                today=today,
                limit=limit,
                cadence=self.cadence_days,
            )
        )
        return sorted(partner_id for [partner_id] in rows)

    def _get_busy(self, partner_ids):
        """Return the ids of those of the customers whose last contact of this plan is still open."""
        rows = self.env["aria.followup"]._read_group(
            [
                ("contact_plan_id", "=", self.id),
                ("partner_id", "in", partner_ids),
                ("state", "=", "open"),
            ],
            ["partner_id"],
        )
        return {partner.id for [partner] in rows}

    def _prepare_followup_vals(self, partner):
        """Return the values of the follow-up that this plan means for ``partner``."""
        self.ensure_one()
        seller = partner.user_id
        able = seller.active and not seller.share and self.company_id in seller.company_ids
        return {
            "contact_plan_id": self.id,
            "partner_id": partner.id,
            "company_id": self.company_id.id,
            "name": self.name,
            "kind_id": self.kind_id.id,
            "note": self.note,
            "priority": self.priority,
            "deadline": fields.Datetime.now() + timedelta(days=self.deadline_days),
            "user_id": (seller if able else self.user_id).id,
            "assign_unit_id": self.unit_id.id if self.unit_id._get_people() else False,
        }

    # ------------------------------------------------------------------ public
    def action_open_followups(self):
        """Open the follow-ups that this plan has made."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aria_crm_lead.aria_followup_act_window"
        )
        return action | {"domain": [("contact_plan_id", "=", self.id)], "context": {}}


class AriaContactPlanCustomer(models.Model):
    """When a customer is contacted next. It sits here as it is nothing without its plan."""

    _name = "aria.contact.plan.customer"
    _description = "Customer of a Contact Plan"
    _order = "next_date, id"
    _rec_name = "partner_id"
    _log_access = False

    plan_id = fields.Many2one(
        "aria.contact.plan", required=True, readonly=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="plan_id.company_id")
    last_date = fields.Date("Last Planned", readonly=True)
    next_date = fields.Date("Next Contact", required=True, readonly=True)

    _customer_uniq = models.Constraint(
        "UNIQUE(plan_id, partner_id)", "A customer has one date in a contact plan."
    )
    _due_idx = models.Index("(plan_id, next_date)")


class AriaFollowup(models.Model):
    _inherit = "aria.followup"

    contact_plan_id = fields.Many2one(
        "aria.contact.plan",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="Plan of the customer's class that made it.",
    )
    class_id = fields.Many2one(related="partner_id.aria_class_id", string="Customer Class")

    def _aria_get_card_rows(self):
        # EXTENDS 'aria_crm_lead': whoever calls knows how much the customer matters
        rows = super()._aria_get_card_rows()
        customer_class = self.partner_id.aria_class_id.name
        return [*rows, (self.env._("Customer Class"), customer_class)] if customer_class else rows
