# 1,000 referrals handed out to the member with the least open work: queries for each 100, and whether loads end even.
from aria_bench import Report, make_staff, measured, median, undone

SIZES, REPEAT, STAFF = (1, 100, 1000), 5, 40


def make_unit(users, assignment):
    return env["aria.unit"].create(
        {
            "name": assignment,
            "code": f"bench_{assignment}",
            "assignment": assignment,
            "member_ids": users.ids,
        }
    )


def hand_out(leads, unit):
    """Return the samples of referring ``leads`` to ``unit``, and the most and the least that a member got."""
    samples = []
    for _repeat in range(REPEAT):
        with undone(env):
            with measured(env) as found:
                referrals = leads.aria_refer(unit=unit)
            samples.append(found)
            got = [len(rows) for rows in referrals.grouped("to_user_id").values()]
            got += [0] * (STAFF - len(got))
    return samples, max(got) - min(got)


def main(report):
    users = make_staff(env, STAFF)
    leads = env["crm.lead"].create(
        [{"name": f"Deal {n}", "type": "opportunity"} for n in range(max(SIZES))]
    )
    env.cr.commit()
    for assignment, label in (("manual", "any member"), ("least_loaded", "least loaded")):
        unit = make_unit(users, assignment)
        alone = None
        for size in SIZES:
            samples, spread = hand_out(leads[:size], unit)
            queries = max(found.queries for found in samples[1:])
            seconds = median(samples[1:], "seconds")
            alone = alone or queries
            # Odoo inserts and updates in batches of 100: one more of each for each hundred
            allowed = alone + 6 * (size // 100)
            report.add(
                f"{label}, {size:,} referrals",
                f"{queries} queries, {seconds / size * 1000:.2f} ms each",
                f"≤ {allowed} queries, 6 more for each 100" if size > 1 else "",
                queries <= allowed if size > 1 else None,
            )
            if assignment == "least_loaded":
                report.add(
                    f"{label}, {size:,}: most − least of {STAFF} members",
                    str(spread),
                    "≤ 1",
                    spread <= 1,
                )


report = Report("Handing out work")
main(report)
report.finish()
