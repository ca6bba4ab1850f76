import uuid

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError, ValidationError
from odoo.tools import SQL, mute_logger

COMPANY_LENGTH = 11
"""digits of the national id of a company; persons and foreigners have others"""


class CrmLead(models.Model):
    _name = "crm.lead"
    _inherit = [
        "crm.lead",
        "aria.referable.mixin",
        "aria.caller.mixin",
        "aria.identity.mixin",
        "aria.search.mixin",
    ]
    _aria_action_field = "lead_id"
    _aria_text_fields = (
        "name",
        "contact_name",
        "partner_name",
        "function",
        "street",
        "street2",
        "city",
    )
    _aria_search_fields = (
        "name",
        "contact_name",
        "partner_name",
        "email_from",
        "phone",
        "aria_national_id",
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
        help="Who recorded it; kept for ever.",
    )
    aria_source_unit_id = fields.Many2one(
        "aria.unit", string="Source Unit", index="btree_not_null", ondelete="restrict"
    )

    aria_capture_uuid = fields.Char(
        "Capture ID",
        readonly=True,
        copy=False,
        aria_engine=True,
        help="Given by the device that recorded the lead; a lead that is sent twice is recorded once.",
    )
    aria_interest_product_ids = fields.Many2many(
        "product.product",
        "crm_lead_aria_interest_product_rel",
        "lead_id",
        "product_id",
        string="Interesting Products",
        check_company=True,
    )
    aria_interest_category_ids = fields.Many2many(
        "product.category",
        "crm_lead_aria_interest_category_rel",
        "lead_id",
        "category_id",
        string="Interesting Categories",
    )
    aria_consent = fields.Selection(
        [("given", "Given"), ("refused", "Refused")],
        string="Consent to Messages",
        tracking=True,
        help="Whether the person agreed to calls and messages of campaigns. Empty: never asked.",
    )
    aria_consent_date = fields.Datetime(
        "Consent Asked On",
        compute="_compute_aria_consent_date",
        store=True,
        readonly=True,
        aria_engine=True,
    )

    _aria_capture_uuid_uniq = models.UniqueIndex(
        "(aria_capture_uuid) WHERE aria_capture_uuid IS NOT NULL",
        "This lead has just been recorded from the same device; reload the list.",
    )

    @api.depends("aria_consent")
    def _compute_aria_consent_date(self):
        for lead in self:
            lead.aria_consent_date = fields.Datetime.now() if lead.aria_consent else False

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

    # ------------------------------------------------------------------ recorded offline
    @api.model
    def aria_capture(self, captures):
        """Record leads that a device sends, perhaps more than once, and return their ids in order.

        :param list captures: dicts of values of a lead, each with the key ``uuid``, made by the device
        :return: ids; of a capture that is known already, the id of its lead
        :raise UserError: a capture without a well-formed uuid, or with that of somebody else's lead
        """
        keys = self._aria_check_captures(captures)
        known = self._aria_get_captured(keys)
        new = {
            key: {name: value for name, value in capture.items() if name != "uuid"}
            for key, capture in zip(keys, captures, strict=True)
            if key not in known
        }
        leads = self.create(list(new.values()))
        for key, lead in zip(new, leads, strict=True):
            lead._aria_engine_write({"aria_capture_uuid": key})
            known[key] = lead.id
        self._aria_flush_captures()
        return [known[key] for key in keys]

    @api.model
    def _aria_check_captures(self, captures):
        """Return the uuids of ``captures`` in their one form."""
        try:
            return [str(uuid.UUID(str(capture["uuid"]))) for capture in captures]
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise UserError(
                self.env._(
                    "A lead was sent without a valid capture id; update the app and send it again."
                )
            ) from error

    @api.model
    def _aria_get_captured(self, uuids):
        """Return {uuid: lead id} of those that the user has recorded before."""
        # sudo: a lead that went to somebody else meanwhile is still the one that was recorded
        leads = self.sudo().with_context(active_test=False)
        leads = leads.search([("aria_capture_uuid", "in", uuids)])
        foreign = leads.filtered(lambda lead: lead.aria_registrar_id.id != self.env.uid)[:1]
        if foreign:
            raise UserError(
                self.env._(
                    "The capture id %(uuid)s belongs to a lead that somebody else recorded; record it anew.",
                    uuid=foreign.aria_capture_uuid,
                )
            )
        return {lead.aria_capture_uuid: lead.id for lead in leads}

    @api.model
    def _aria_flush_captures(self):
        """Write the capture ids; had the same device sent them at the same instant, the call is replayed."""
        try:
            with self.env.cr.savepoint(flush=False), mute_logger("odoo.sql_db"):
                self.flush_model(["aria_capture_uuid"])
        except psycopg2.errors.UniqueViolation as error:
            raise ConcurrencyError("capture id recorded at the same instant") from error

    def _prepare_customer_values(self, partner_name, is_company=False, parent_id=False):
        # EXTENDS 'crm': identifiers go to the person or the company that they are of
        values = super()._prepare_customer_values(partner_name, is_company, parent_id)
        number, code = self.aria_national_id, self.aria_economic_code
        if number and is_company == (len(number) == COMPANY_LENGTH):
            values["aria_national_id"] = number
        if code and (is_company or not self.partner_name):
            values["aria_economic_code"] = code
        return values

    @api.model
    def _aria_won_amount_sql(self, alias):
        """Return the SQL of what the won lead ``alias`` is worth, in the currency of its company."""
        return SQL("COALESCE(%s, 0)", SQL.identifier(alias, "expected_revenue"))

    def _aria_get_customer_name(self):
        # EXTENDS 'aria_crm_lead'
        names = [self.contact_name, self.partner_name]
        return self.partner_id.display_name or ", ".join(filter(None, names))

    def _aria_referral_card(self):
        # EXTENDS 'aria_workflow'
        rows = {
            lead.id: [
                (self.env._("Subject"), lead.name),
                (self.env._("Customer"), lead._aria_get_customer_name()),
                (self.env._("Phone"), lead.phone),
                (self.env._("Email"), lead.email_from),
                (self.env._("Campaign"), lead.campaign_id.title),
            ]
            for lead in self
        }
        return {
            lead: [(label, value) for label, value in row if value] for lead, row in rows.items()
        }

    def _merge_get_fields(self):
        # EXTENDS 'crm'
        return [
            *super()._merge_get_fields(),
            "aria_national_id",
            "aria_economic_code",
            "aria_source_unit_id",
        ]

    def _merge_get_fields_specific(self):
        # EXTENDS 'crm'
        return {
            **super()._merge_get_fields_specific(),
            "aria_interest_product_ids": lambda fname, leads: leads[fname],
            "aria_interest_category_ids": lambda fname, leads: leads[fname],
            # once refused stays refused, whichever of the leads is kept
            "aria_consent": lambda fname, leads: next(
                (c for c in ("refused", "given") if c in leads.mapped(fname)), False
            ),
        }

    def _merge_dependences(self, opportunities):
        # EXTENDS 'crm': who holds a merged lead goes on holding it
        result = super()._merge_dependences(opportunities)
        # sudo: follow-ups of others go along, with their actions and referrals
        opportunities.sudo().aria_followup_ids.write({"lead_id": self.id})
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
