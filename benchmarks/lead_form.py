# The form of a lead with 500 actions in 20 follow-ups, beside that of a lead without any.
from aria_bench import Report, as_user, make_staff, measured, median, specification, tidy

ACTIONS, FOLLOWUPS, REPEAT = 500, 20, 25


def make_lead(name):
    return (
        env["crm.lead"]
        .with_context(tracking_disable=True)
        .create({"name": name, "user_id": seller.id, "phone": "+98 912 345 6789"})
    )


def open_form(lead):
    """Return the sample of the answer that the web client asks for to show the form of ``lead``."""
    with measured(env) as sample:
        env["crm.lead"].browse(lead.id).web_read(spec)
    return sample


report = Report("Form of a lead")
[seller] = make_staff(env, 1, "sales_team.group_sale_manager")
empty, full = make_lead("Empty"), make_lead("Full")
vals = {"name": "Call", "lead_id": full.id, "user_id": seller.id}
followups = env["aria.followup"].create([dict(vals) for _n in range(FOLLOWUPS)])
for _n in range(ACTIONS // FOLLOWUPS):
    followups.aria_act("call", "Nobody answered", "<p>Tried twice.</p>", 0.1)
assert len(full.aria_followup_ids.action_ids) == ACTIONS
tidy(env, "crm_lead", "aria_followup", "aria_followup_action", "aria_referral")
env = as_user(env, seller)
spec = specification(env, "crm.lead", "form")
found = {empty: [], full: []}
for turn in range(REPEAT):
    for lead in (empty, full) if turn % 2 else (full, empty):
        found[lead].append(open_form(lead))
figures = {
    lead: (int(median(samples[3:], "queries")), median(samples[3:], "seconds") * 1000)
    for lead, samples in found.items()
}
report.add("without follow-ups", "{} queries, {:.1f} ms".format(*figures[empty]))
ratio = figures[full][1] / figures[empty][1]
report.add(
    f"with {ACTIONS} actions in {FOLLOWUPS} follow-ups",
    "{} queries, {:.1f} ms".format(*figures[full]) + f"; {ratio:.2f} × the empty one",
    "≤ 1.3 × the empty one",
    ratio <= 1.3,
)
report.finish()
