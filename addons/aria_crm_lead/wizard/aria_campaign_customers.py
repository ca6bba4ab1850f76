from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.aria_workflow.arguments import to_future

from ..models.aria_followup_plan import BATCH, QUIET


class AriaCampaignCustomers(models.TransientModel):
    """Asks which customers a campaign turns to, by their classes, and plans a follow-up with each."""

    _name = "aria.campaign.customers"
    _description = "Customers of a Campaign"

    campaign_id = fields.Many2one(
        "utm.campaign", required=True, readonly=True, ondelete="cascade",
        default=lambda self: self._default_campaign_id(),
    )  # fmt: skip
    class_ids = fields.Many2many(
        "aria.customer.class",
        string="Customer Classes",
        compute="_compute_class_ids",
        store=True,
        readonly=False,
    )
    domain = fields.Char("Further Condition", compute="_compute_domain", store=True, readonly=False)
    name = fields.Char("Subject", required=True)
    kind_id = fields.Many2one(
        "aria.followup.kind",
        required=True,
        default=lambda self: self.env["aria.followup.kind"].search([], limit=1),
    )
    deadline = fields.Datetime(
        required=True, default=lambda self: fields.Datetime.now() + timedelta(days=3)
    )
    unit_id = fields.Many2one(
        "aria.unit", help="Unit that does it. Empty: the salesperson of the customer."
    )
    count = fields.Integer("Customers That Fit", compute="_compute_counts")
    new_count = fields.Integer("Not Yet Planned", compute="_compute_counts")

    @api.model
    def _default_campaign_id(self):
        if self.env.context.get("active_model") == "utm.campaign":
            return self.env.context.get("active_id")
        return False

    # one by one: a value that is given for one of them must not keep the other one empty
    @api.depends("campaign_id")
    def _compute_class_ids(self):
        for dialog in self:
            dialog.class_ids = dialog.campaign_id.aria_class_ids

    @api.depends("campaign_id")
    def _compute_domain(self):
        for dialog in self:
            dialog.domain = dialog.campaign_id.aria_customer_domain or "[]"

    @api.depends("campaign_id", "class_ids", "domain")
    def _compute_counts(self):
        for dialog in self:
            partners = dialog._find_customers()
            dialog.count = len(partners)
            dialog.new_count = len(dialog._filter_new(partners))

    def _find_customers(self):
        """Return the customers of the classes who fit the further condition too, as the user sees them."""
        self.ensure_one()
        partners = self.env["res.partner"]
        if not self.class_ids:
            return partners
        condition = partners._aria_parse_condition(self.domain, self.campaign_id.title)
        commercial = Domain.custom(to_sql=partners._aria_is_commercial_sql)
        classes = Domain("aria_class_id", "in", self.class_ids.ids)
        return partners.search(classes & commercial & condition, order="id")

    def _filter_new(self, partners):
        """Return those of ``partners`` with whom nothing of this campaign was planned before."""
        # sudo: what somebody else holds counts
        rows = (
            self.env["aria.followup"]
            .sudo()
            ._read_group(
                [("campaign_id", "=", self.campaign_id.id), ("partner_id", "in", partners.ids)],
                ["partner_id"],
            )
        )
        known = {partner.id for [partner] in rows}
        return partners.filtered(lambda partner: partner.id not in known)

    def _prepare_followup_vals(self, partner):
        seller = partner.user_id
        return {
            "campaign_id": self.campaign_id.id,
            "partner_id": partner.id,
            "company_id": self.env.company.id,
            "name": self.name,
            "kind_id": self.kind_id.id,
            "deadline": self.deadline,
            "user_id": (seller if seller.active and not seller.share else self.env.user).id,
            "assign_unit_id": self.unit_id.id,
        }

    def action_apply(self):
        """Plan a follow-up with each customer that fits and has none of this campaign; show them.

        :raise UserError: no customer fits, or the deadline has passed
        """
        self.ensure_one()
        self.campaign_id.check_access("write")
        self.campaign_id._aria_check_planner()
        to_future(self.env, self.deadline, self.env._("The deadline"))
        # two who plan the same campaign at once meet here
        self.env["aria.turn"]._take([f"campaign.customers:{self.campaign_id.id}"])
        partners = self._filter_new(self._find_customers())
        if not partners:
            raise UserError(
                self.env._(
                    "No customer fits, or all of them are planned already; choose other classes."
                )
            )
        followups = self.env["aria.followup"].with_context(**QUIET)
        for first in range(0, len(partners), BATCH):
            batch = partners[first : first + BATCH]
            followups.create([self._prepare_followup_vals(partner) for partner in batch])
        self.campaign_id.write(
            {
                "aria_class_ids": [fields.Command.set(self.class_ids.ids)],
                "aria_customer_domain": self.domain,
            }
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aria_crm_lead.aria_followup_act_window"
        )
        return action | {"domain": [("campaign_id", "=", self.campaign_id.id)], "context": {}}
