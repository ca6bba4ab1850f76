# Duplicates of one lead and of a page of leads among a million, beside a plain search on one indexed column.
from aria_bench import Report, measured, median, multiply, tidy

LEADS, REPEAT, PAGE = 1_000_000, 15, 80
NAMES = "ARRAY['علی','رضا','محمد','زهرا','کیمیا','مریم','حسین','فاطمه']"
SURNAMES = "ARRAY['احمدی','حسینی','رضایی','تهرانی','کریمی','موسوی','صادقی']"
# two of three share a name, two an e-mail; telephones are one lead's own, but for the first digits
COLUMNS = {
    "name": "'Lead ' || n",
    "contact_name": f"({NAMES})[1 + n % 8] || ' ' || ({SURNAMES})[1 + n / 8 % 7] || ' ' || n / 3",
    "phone": "'+98 912 ' || lpad((n / 10000 % 1000)::text, 3, '0') || ' ' || lpad((n % 10000)::text, 4, '0')",
    "email_normalized": "'u' || n / 2 || '@x' || n % 1000 || '.example'",
    "phone_sanitized": "'+98912' || lpad(n::text, 7, '0')",
}


def sample(call):
    """Return the samples of ``call`` (leads → anything) on leads spread over the table."""
    samples = []
    for step in range(REPEAT + 2):
        first = model.id + 1 + step * (LEADS // (REPEAT + 2))
        leads = env["crm.lead"].browse(range(first, first + PAGE))
        with measured(env) as found:
            leads.mapped("phone")
        with measured(env, cold=False) as found:
            call(leads)
        samples.append(found)
    return samples[2:]


report = Report("Duplicates of leads")
model = env["crm.lead"].with_context(tracking_disable=True).create({"name": "Model"})
multiply(env, model, LEADS, **COLUMNS)
tidy(env, "crm_lead")
calls = {
    "plain search on one indexed column": lambda leads: (
        leads.search([("phone_sanitized", "=", leads[0].phone_sanitized)]).ids
    ),
    "duplicates of one lead": lambda leads: leads[0]._aria_find_duplicates(),
    f"duplicates of {PAGE} leads": lambda leads: leads._aria_find_duplicates(),
}
for what, call in calls.items():
    samples = sample(call)
    queries, sql = int(median(samples, "queries")), median(samples, "sql") * 1000
    figures = f"{queries} queries, {sql:.1f} ms SQL"
    if what.startswith("plain"):
        report.add(f"{what}, {LEADS:,} leads", figures)
    elif what.endswith("one lead"):
        report.add(
            f"{what}, {LEADS:,} leads", figures, "1 query, ≤ 20 ms SQL", queries == 1 and sql <= 20
        )
    else:
        report.add(f"{what}, {LEADS:,} leads", figures, "1 query", queries == 1)
report.finish()
