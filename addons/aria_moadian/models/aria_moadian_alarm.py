from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models

from .aria_moadian_submission import OPEN

DEAD = timedelta(hours=1)  # crons run every ten minutes
FORGOTTEN = timedelta(days=1)
TOLD_AGAIN = timedelta(hours=20)
CRONS = ("ir_cron_send", "ir_cron_inquire")


class AriaMoadianMemory(models.Model):
    """The queue is watched from outside the queue: what the clock shows is computed when it is looked at."""

    _name = "aria.moadian.memory"
    _inherit = ["aria.moadian.memory"]

    told_at = fields.Datetime(
        "Group Told at",
        copy=False,
        help="When the accountants were last told of what needs a look.",
    )

    @api.model
    def _get_dead_queue(self):
        """Return in one sentence why packets that wait will not be sent, or False; no cron is needed to know it."""
        for name in CRONS:
            # sudo: whether and when a job ran
            job = self.env.ref(f"aria_moadian.{name}", raise_if_not_found=False).sudo()
            if not job or not job.active:
                return self.env._(
                    "The job “%(name)s” is switched off: nothing is sent. Ask the administrator to switch it on.",
                    name=job.name if job else name,
                )
        return self._get_silent_queue()

    @api.model
    def _get_silent_queue(self):
        """Return a sentence when packets are due for an hour and no job touched them, or False."""
        before = fields.Datetime.now() - DEAD
        # sudo: the number of packets only
        count = (
            self.env["aria.moadian.submission"]
            .sudo()
            .search_count(
                [
                    ("state", "in", OPEN),
                    ("company_id", "in", self.env.companies.ids),
                    ("create_date", "<", before),
                    "|",
                    ("next_try", "=", False),
                    ("next_try", "<", before),
                ],
                limit=1000,
            )
        )
        return bool(count) and self.env._(
            "%(count)s packets have been due for more than an hour, and the queue stands still: ask the administrator"
            " whether the scheduled jobs of Odoo run.",
            count=count,
        )

    def _find_troubles(self):
        # EXTENDS 'aria_moadian'
        troubles = super()._find_troubles()
        dead = self.with_company(self.company_id)._get_dead_queue()
        return [*troubles, *(text for text in (dead, self._find_forgotten()) if text)]

    def _find_forgotten(self):
        """Return a sentence when packets were handed over by hand a day ago and nobody told the result, or False."""
        count = self.env["aria.moadian.submission"].search_count(
            [
                ("state", "=", "manual"),
                ("memory_id", "=", self.id),
                ("sent_at", "<", fields.Datetime.now() - FORGOTTEN),
            ]
        )
        return bool(count) and self.env._(
            "%(count)s packets were handed over by hand more than a day ago: import the portal's result, or take them back.",
            count=count,
        )

    @api.model
    def _cron_watch(self):
        # EXTENDS 'aria_moadian'
        result = super()._cron_watch()
        before = fields.Datetime.now() - TOLD_AGAIN
        for memory in self.search(["|", ("told_at", "=", False), ("told_at", "<", before)]):
            memory._tell_group()
        return result

    def _tell_group(self):
        """Send a notice of what needs a look to every accountant of the memory's company, once a day."""
        group = self.env.ref("aria_moadian.group_user")
        people = group.all_user_ids.filtered(
            lambda user: user.active and not user.share and self.company_id in user.company_ids
        )
        told = False
        for lang, users in people.grouped("lang").items():
            memory = self.with_context(lang=lang)
            troubles = memory._find_troubles()
            if troubles:
                told = True
                memory.message_notify(
                    partner_ids=users.partner_id.ids,
                    subject=memory.env._("Moadian needs a look: %(name)s", name=self.name),
                    body=Markup("<br/>").join(troubles),
                )
        if told:
            self.told_at = fields.Datetime.now()
