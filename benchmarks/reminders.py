# 10,000 reminders due at once: told in batches, with constant queries and memory per 100.
import tracemalloc
from datetime import timedelta

from aria_bench import Report, make_staff, measured, multiply, tidy

from odoo import fields

STAFF, BATCH, MANY = 50, 100, 10_000
SLOWEST = 1.5  # of the last batches to the first ones


def make_due(users, count):
    """Make ``count`` open referrals whose reminder is due, spread over ``users``."""
    partner = env["res.partner"].create({"name": "Buyer"})
    lead = env["crm.lead"].create({"name": "Deal", "type": "opportunity", "partner_id": partner.id})
    at = fields.Datetime.now() + timedelta(hours=1)
    referral = lead.aria_refer(user=users[0], remind_at=at)
    columns = {
        "res_id": f"{lead.id} + n",
        "to_user_id": f"{users[0].id} + n % {len(users)}",
        "remind_at": "now() AT TIME ZONE 'UTC' - interval '1 minute'",
        "alarm_at": "now() AT TIME ZONE 'UTC' - interval '1 minute'",
        "alarmed_until": "now() AT TIME ZONE 'UTC' - interval '2 minutes'",
    }
    multiply(env, referral, count, **columns)
    referral.sudo()._close("cancelled")
    tidy(env, "aria_referral")


def run(step):
    """Run ``step`` until nothing is left; return its samples, how much was done, and the peak of memory of each."""
    samples, done, peaks = [], 0, []
    while True:
        tracemalloc.start()
        with measured(env) as found:
            count = step(BATCH)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        env.cr.commit()
        env.cr.postcommit.clear()  # no screens are open
        if not count:
            return samples, done, peaks[:-1]
        samples.append(found)
        done += count


def compare(report, what, samples, peaks):
    """Report queries and memory of the first full batches beside those of the last ones."""
    first, last = samples[1:6], samples[-6:-1]
    most, least = max(s.queries for s in last), min(s.queries for s in first)
    seconds = sum(s.seconds for s in samples)
    report.add(
        f"{what}, queries for each {BATCH}",
        f"{least} at first, {most} at last, {seconds / len(samples) * 1000:.0f} ms",
        "≤ 60, and no more at last",
        most <= 60 and most <= least + 2,
    )
    growth = max(peaks[-6:]) / max(peaks[1:6])
    report.add(
        f"{what}, memory of a batch",
        f"{max(peaks[1:6]) / 2**20:.1f} MB at first, {max(peaks[-6:]) / 2**20:.1f} MB at last",
        f"≤ {SLOWEST} ×, ≤ 64 MB",
        growth <= SLOWEST and max(peaks) <= 64 * 2**20,
    )


def main(report):
    env["res.users"].search([]).aria_digest = False
    users = make_staff(env, STAFF, notification_type="inbox")
    users.aria_digest = False
    make_due(users, MANY)
    raised, due, peaks = run(env["aria.referral"]._aria_raise_due)
    compare(report, "found due", raised, peaks)
    told, number, peaks = run(env["aria.notice"]._aria_tell_due)
    compare(report, "told in the inbox", told, peaks)
    messages = env["mail.message"].search_count([("model", "=", "aria.referral")])
    report.add(
        f"{MANY:,} due at once",
        f"{due:,} found, {number:,} told, {messages:,} messages, "
        f"{sum(s.seconds for s in raised + told):.1f} s",
        "each once",
        due == number == messages == MANY,
    )


report = Report("Reminders")
main(report)
report.finish()
