# A plan of three follow-ups applied to 10,000 leads: queries of each thousand beside those of the first.
from aria_bench import Report, as_user, make_staff, measured, tidy, undone

from odoo.fields import Datetime

LEADS, PORTION = 10_000, 1_000

report = Report("Plan of follow-ups")
[seller] = make_staff(env, 1, "sales_team.group_sale_manager")
quiet = env["crm.lead"].with_context(tracking_disable=True)
vals = {"name": "Lead", "user_id": seller.id, "phone": "+98 912 345 6789"}
leads = quiet.create([dict(vals) for _n in range(LEADS)])
tidy(env, "crm_lead", "aria_followup", "aria_referral")
env = as_user(env, seller)
plan = env.ref("aria_crm_lead.followup_plan_exhibition")
leads = leads.with_env(env)


def apply(chosen):
    """Return the sample of the plan applied to ``chosen``, rolled back."""
    with undone(env), measured(env) as sample:
        made = plan.aria_apply(chosen.ids, Datetime.now())
        assert len(made) == len(chosen) * len(plan.line_ids)
    return sample


apply(leads[:10])  # what is read once a process
portions = [apply(leads[n : n + PORTION]) for n in range(0, 3 * PORTION, PORTION)]
first = portions[0].queries
report.add(
    f"{PORTION:,} leads, {PORTION * 3:,} follow-ups",
    f"{first:,} queries, {portions[0].seconds:.1f} s",
)
whole = apply(leads)
share = whole.queries / (LEADS / PORTION)
report.add(
    f"{LEADS:,} leads in one go, each {PORTION:,} of them",
    f"{share:,.0f} queries, {whole.seconds / (LEADS / PORTION):.1f} s",
    "≤ queries of 1,000 alone",
    share <= first,
)
report.finish()
