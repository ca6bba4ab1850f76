from odoo import models


class AriaNotice(models.Model):
    _inherit = "aria.notice"

    def _aria_send_by_channels(self, texts):
        # EXTENDS 'aria_workflow'
        result = super()._aria_send_by_channels(texts)
        self._aria_queue_sms(texts)
        return result

    def _aria_queue_sms(self, texts):
        """Queue one text message for each person who wants it; the queue sends them."""
        wanted = self.filtered(lambda notice: notice.user_id._aria_wants("sms"))
        vals_list = [
            {
                "number": user.partner_id.phone,
                "body": own[0]._aria_get_subject([texts[notice][0] for notice in own]),
                "partner_id": user.partner_id.id,
                "aria_company_id": user.company_id.id,
                "aria_notice_id": own[0].id,
            }
            for user, own in wanted.grouped("user_id").items()
        ]
        # sudo: messages are the system's; the text is what the person is told anyway
        self.env["sms.sms"].sudo().create(vals_list)

    def _aria_tell_otherwise(self):
        """Put news whose text message failed into the inbox of those who wanted no other channel."""
        lost = self._filter_needed().filtered(
            lambda notice: (
                not any(
                    notice.user_id._aria_wants(channel) for channel in ("inbox", "mail", "push")
                )
            )
        )
        texts = lost._aria_get_texts()
        lost.filtered(lambda notice: texts[notice])._aria_put_into_inbox(texts)
