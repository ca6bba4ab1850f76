from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CrmLead(models.Model):
    _name = "crm.lead"
    _inherit = ["crm.lead", "aria.referable.mixin"]

    aria_registrar_id = fields.Many2one(
        "res.users",
        string="Recorded By",
        default=lambda self: self.env.user,
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        aria_engine=True,
        help="Who recorded it; kept for ever.",
    )
    aria_source_unit_id = fields.Many2one(
        "aria.unit", string="Source Unit", index="btree_not_null", ondelete="restrict"
    )

    @api.constrains("active", "probability", "lost_reason_id")
    def _check_aria_lost_reason(self):
        for lead in self:
            if not lead.active and not lead.probability and not lead.lost_reason_id:
                raise ValidationError(
                    self.env._(
                        "“%(lead)s” cannot be lost without a reason; choose the reason.",
                        lead=lead.name,
                    )
                )

    def action_set_lost(self, **additional_values):
        # EXTENDS 'crm': the reason first, as archiving is refused without one
        if additional_values.get("lost_reason_id"):
            self.write({"lost_reason_id": additional_values["lost_reason_id"]})
        return super().action_set_lost(**additional_values)

    def _aria_referral_card(self):
        # EXTENDS 'aria_workflow'
        rows = {
            lead.id: [
                (self.env._("Subject"), lead.name),
                (
                    self.env._("Customer"),
                    lead.partner_id.name or lead.partner_name or lead.contact_name,
                ),
                (self.env._("Phone"), lead.phone),
                (self.env._("Email"), lead.email_from),
                (self.env._("Campaign"), lead.campaign_id.title),
            ]
            for lead in self
        }
        return {
            lead: [(label, value) for label, value in row if value] for lead, row in rows.items()
        }

    def _merge_dependences(self, opportunities):
        # EXTENDS 'crm': who holds a merged lead goes on holding it
        result = super()._merge_dependences(opportunities)
        self._aria_take_over_referrals(opportunities)
        return result

    def _aria_take_over_referrals(self, opportunities):
        """Refer this lead to whom the most urgent of the merged ``opportunities`` was referred.

        Closed referrals stay with those who took part in them; a lead has one holder at a time, so the
        less urgent ones are cancelled with the leads that disappear.
        """
        self.ensure_one()
        lead = self.sudo()  # the user may merge; who holds the leads is the engine's
        waiting = opportunities.sudo()._aria_get_open_referrals()  # the same
        if lead._aria_get_open_referrals() or not waiting:
            return
        urgent = waiting[:1]
        note = self.env._(
            "%(note)s (merged from “%(lead)s”)", note=urgent.note or "", lead=urgent.res_name
        ).strip()
        lead._aria_open_referrals(
            urgent.to_unit_id,
            urgent.to_user_id,
            previous={lead.id: urgent},
            same_work=True,
            note=note,
        )
