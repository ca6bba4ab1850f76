from datetime import timedelta

from odoo import api, fields, models

from ..tools import gateways

BATCH = 100
# what one gateway sends message by message is committed in small portions: a job may be ended by the clock
PORTIONS = {"melipayamak": 10}
QUEUED = [
    ("state", "=", "outgoing"),
    ("to_delete", "!=", True),
    ("aria_company_id.aria_sms_provider", "!=", False),
]
LOST_MINUTES = 30
"""minutes after which a message whose sender died is told as unknown"""
MAX_ASKED = 12
"""questions about one message: after 1, 2, 4 … minutes, for about a day"""
MAX_WAIT = 360


class SmsSms(models.Model):
    """Messages of companies with a gateway of their own.

    They leave by the queue only: claimed and committed first, sent while no transaction is open, noted after. So a crash
    or a replayed request sends nothing twice, and what became of a message is never guessed.
    """

    _inherit = "sms.sms"

    aria_company_id = fields.Many2one(
        "res.company", string="Company of the Gateway", readonly=True, index="btree_not_null"
    )
    aria_campaign_id = fields.Many2one(
        "utm.campaign",
        string="Campaign",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        help="Messages of campaigns are kept, so that they can be counted.",
    )
    aria_notice_id = fields.Many2one(
        "aria.notice", readonly=True, index="btree_not_null", ondelete="set null"
    )
    aria_claimed_at = fields.Datetime("Handed Over", readonly=True)
    aria_message_id = fields.Char("Gateway's Id", readonly=True)
    aria_ask_at = fields.Datetime("Next Question", readonly=True)
    aria_asked = fields.Integer("Questions", readonly=True)
    aria_problem = fields.Char("Problem", readonly=True)
    failure_type = fields.Selection(
        selection_add=[("sms_not_delivered", "Not Delivered"), ("sms_rejected", "Rejected")],
        ondelete={"sms_not_delivered": "set null", "sms_rejected": "set null"},
    )

    _aria_queue_idx = models.Index("(id) WHERE state = 'outgoing'")
    _aria_claimed_idx = models.Index("(aria_claimed_at) WHERE state = 'process'")
    _aria_ask_idx = models.Index("(aria_ask_at) WHERE aria_ask_at IS NOT NULL")

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'sms': the queue runs as the scheduler, whose company says nothing
        messages = self.env["mail.message"].browse(
            [vals["mail_message_id"] for vals in vals_list if vals.get("mail_message_id")]
        )
        messages = messages.sudo()  # only the company is read
        companies = {message.id: message.record_company_id.id for message in messages}
        return super().create(
            [
                {
                    "aria_company_id": companies.get(vals.get("mail_message_id"))
                    or self.env.company.id,
                    **vals,
                }
                for vals in vals_list
            ]
        )

    def _get_sms_company(self):
        # EXTENDS 'sms'
        return self.aria_company_id or super()._get_sms_company()

    def _aria_has_gateway(self):
        """Return those of these messages whose company has an Iranian gateway."""
        return self.filtered(lambda sms: sms._get_sms_company().aria_sms_provider)

    # ------------------------------------------------------------------ sending
    def send(self, unlink_failed=False, unlink_sent=True, raise_exception=False):
        # EXTENDS 'sms': inside a request a replay would send twice, so the queue sends
        queued = self._aria_has_gateway()
        if queued:
            self.env.ref("sms.ir_cron_sms_scheduler_action")._trigger()
        return super(SmsSms, self - queued).send(
            unlink_failed=unlink_failed, unlink_sent=unlink_sent, raise_exception=raise_exception
        )

    def action_set_outgoing(self):
        # EXTENDS 'sms'
        self.write({"aria_problem": False, "aria_asked": 0, "aria_message_id": False})
        result = super().action_set_outgoing()
        self.env.ref("sms.ir_cron_sms_scheduler_action")._trigger()
        return result

    def resend_failed(self):
        # EXTENDS 'sms'
        queued = self._aria_has_gateway().filtered(lambda sms: sms.state == "error")
        queued.action_set_outgoing()
        others = self - queued
        if others or not queued:
            return super(SmsSms, others).resend_failed()
        return self._aria_notify(
            self.env._("%(count)s messages were put into the queue.", count=len(queued))
        )

    def _aria_notify(self, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "success", "message": message},
        }

    @api.model
    def _process_queue(self):
        # EXTENDS 'sms'
        if self._aria_send_queue():
            return super()._process_queue()
        return None

    @api.model
    def _aria_send_queue(self):
        """Send what is queued for gateways; return whether there is time for more."""
        self._aria_give_up_lost()
        commit = self.env["ir.cron"]._commit_progress
        while batch := self._aria_claim(BATCH):
            api_ = batch._aria_prepare_api()
            has_time = commit(len(batch), remaining=self.search_count(QUEUED, limit=1))
            api_.deliver()  # no transaction is open, nothing is locked
            batch._send_with_api(api_)
            has_time = commit(0) and has_time
            if not has_time:
                return False
        return True

    @api.model
    def _aria_claim(self, limit):
        """Return messages of one company that are now this process's."""
        found = self.search(QUEUED, order="id", limit=limit)
        found = found.filtered(lambda sms: sms.aria_company_id == found[0].aria_company_id)
        found = found[: PORTIONS.get(found.aria_company_id.aria_sms_provider, limit)]
        claimed = found.try_lock_for_update().filtered_domain(QUEUED)
        claimed.write({"state": "process", "aria_claimed_at": fields.Datetime.now()})
        claimed.sms_tracker_id._action_update_from_sms_state("process")
        return claimed

    def _aria_prepare_api(self):
        """Return Odoo's interface for these messages of one company, in the company's language."""
        company = self.aria_company_id
        env = self.with_context(lang=company.partner_id.lang or self.env.lang).env
        api_ = company._get_sms_api_class()(env)
        api_._set_company(company.with_env(env))
        api_.prepare(
            [
                {"content": body, "numbers": batch.read(["uuid", "number"])}
                for body, batch in self.grouped("body").items()
            ]
        )
        return api_

    @api.model
    def _aria_give_up_lost(self):
        """Tell as unknown what a process claimed that died: it may have been sent, and is never sent again by itself."""
        limit = fields.Datetime.now() - timedelta(minutes=LOST_MINUTES)
        lost = self.search(
            [("state", "=", "process"), ("aria_claimed_at", "<", limit)], limit=BATCH
        )
        for company, batch in lost.grouped("aria_company_id").items():
            if company.aria_sms_provider:
                api_ = batch._aria_prepare_api()
                api_.results = dict.fromkeys(
                    batch.mapped("uuid"), gateways.Result(gateways.UNKNOWN)
                )
                batch._send_with_api(api_)

    def _handle_call_result_hook(self, results):
        # EXTENDS 'sms'
        result = super()._handle_call_result_hook(results)
        now = fields.Datetime.now()
        by_uuid = {result["uuid"]: result for result in results}
        for sms in self._aria_has_gateway():
            found = by_uuid[sms.uuid]
            message_id = found.get("aria_message_id")
            sms.write(
                {
                    "aria_problem": found.get("failure_reason"),
                    "aria_message_id": message_id,
                    "aria_ask_at": now + timedelta(minutes=1) if message_id else False,
                    "to_delete": sms.to_delete and not message_id and not sms.aria_campaign_id,
                }
            )
        self.filtered(lambda sms: sms.state == "error").aria_notice_id._aria_tell_otherwise()
        return result

    # ------------------------------------------------------------------ delivery
    @api.model
    def _cron_aria_ask_deliveries(self):
        """Ask the gateways what arrived: claimed and committed first, then asked, then noted."""
        self._aria_give_up_lost()
        commit = self.env["ir.cron"]._commit_progress
        while batch := self._aria_claim_questions(BATCH):
            gateway = batch.aria_company_id._aria_find_gateway()
            ids = batch.mapped("aria_message_id")
            has_time = commit(len(batch), remaining=int(len(batch) == BATCH))
            states = gateway.deliveries(ids) if gateway else {}
            batch._aria_note_deliveries(states)
            has_time = commit(0) and has_time
            if not has_time:
                return

    @api.model
    def _aria_claim_questions(self, limit):
        """Return messages of one company that are asked now, with the time of the next question set."""
        now = fields.Datetime.now()
        found = self.search([("aria_ask_at", "<=", now)], order="aria_ask_at, id", limit=limit)
        found = found.filtered(lambda sms: sms.aria_company_id == found[0].aria_company_id)
        claimed = found.try_lock_for_update()
        for asked, batch in claimed.grouped("aria_asked").items():
            wait = timedelta(minutes=min(2 ** (asked + 1), MAX_WAIT))
            batch.write({"aria_asked": asked + 1, "aria_ask_at": now + wait})
        return claimed

    def _aria_note_deliveries(self, states):
        """Write what the gateway said.

        :param dict states: {message id: one of the states of ``tools.gateways``}
        """
        for state, batch in self.grouped(lambda sms: states.get(sms.aria_message_id)).items():
            if state == gateways.DELIVERED:
                batch._aria_end_questions({"state": "sent"})
                batch.sms_tracker_id._action_update_from_sms_state("sent")
            elif state in (gateways.UNDELIVERED, gateways.BLOCKED):
                batch._aria_note_undelivered(state)
            else:
                batch.filtered(lambda sms: sms.aria_asked >= MAX_ASKED)._aria_end_questions({})
        self.mail_message_id._notify_message_notification_update()

    def _aria_note_undelivered(self, state):
        for batch in self.grouped("aria_company_id").values():
            sentence = batch._aria_prepare_api().get_sentence(gateways.Result(state))
            vals = {"state": "error", "failure_type": f"sms_{state}", "aria_problem": sentence}
            batch._aria_end_questions(vals)
            trackers = batch.sms_tracker_id.with_context(
                sms_known_failure_reason=sentence, sms_skip_msg_notification=True
            )
            trackers._action_update_from_provider_error(state)
            batch.aria_notice_id._aria_tell_otherwise()

    def _aria_end_questions(self, vals):
        """Write ``vals`` on messages that are asked about no more; what nobody counts is deleted as Odoo does."""
        for sms in self:
            sms.write({**vals, "aria_ask_at": False, "to_delete": not sms.aria_campaign_id})
