# 10,000 leads from one Excel file: Odoo's own import of it, beside Aria's with its check of every row for duplicates.
import base64
import time

from aria_bench import Report, measured, median, multiply, tidy, undone

from odoo.addons.aria_persian.tools import sheets

ROWS, KNOWN, REPEAT = 10_000, 100_000, 3
LIMIT = 60
COLUMNS = {
    "Contact Name": ("contact_name", lambda n: f"بازدیدکننده {n}"),
    "Company Name": ("partner_name", lambda n: f"شرکت {n // 2}"),
    "Job Position": ("function", lambda n: "مدیر خرید"),
    "Phone": ("phone", lambda n: f"0912{n:07}"),
    "Email": ("email_from", lambda n: f"visitor{n}@example.com"),
    "City": ("city", lambda n: "تهران"),
}


def make_file():
    """Return the file; Odoo's own import needs the subject in a column of its own."""
    rows = [[*(make(n) for _field, make in COLUMNS.values()), f"سرنخ {n}"] for n in range(ROWS)]
    return sheets.write({"Leads": [[*COLUMNS, "Subject"], *rows]})


def import_by_odoo(data):
    """Import with Odoo's own wizard."""
    names = [name for name, _make in COLUMNS.values()]
    wizard = env["base_import.import"].create(
        {"res_model": "crm.lead", "file": data, "file_type": sheets_type, "file_name": "l.xlsx"}
    )
    options = {"has_headers": True, "quoting": '"', "separator": ",", "date_format": ""}
    options |= {"float_thousand_separator": ",", "float_decimal_separator": "."}
    result = wizard.execute_import([*names, "name"], [*COLUMNS, "Subject"], options)
    assert len(result["ids"] or ()) == ROWS, result["messages"][:3]


def import_by_aria(data):
    """Preview and import, as the two buttons do."""
    wizard = env["aria.lead.import"].create({"file": base64.b64encode(data)})
    wizard.action_preview()
    begin = time.process_time()
    wizard.action_import()
    env.cr.flush()
    cpu.append(time.process_time() - begin)
    assert wizard.lead_count == ROWS, wizard.read()


sheets_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
report = Report("Import of leads")
model = env["crm.lead"].with_context(tracking_disable=True).create({"name": "Model"})
multiply(
    env,
    model,
    KNOWN,
    name="'Lead ' || n",
    contact_name="'Person ' || n",
    phone="'+98 935 ' || lpad((n / 10000)::text, 3, '0') || ' ' || lpad((n % 10000)::text, 4, '0')",
    email_normalized="'u' || n || '@x.example'",
)
tidy(env, "crm_lead")
whole = make_file()
ways = {"odoo": import_by_odoo, "aria": import_by_aria}
found = {name: [] for name in ways}
cpu = []
for turn in range(REPEAT):
    for name in ways if turn % 2 else reversed(ways):
        with undone(env), measured(env) as sample:
            ways[name](whole)
        found[name].append(sample)
seconds = {name: median(samples, "seconds") for name, samples in found.items()}
queries = {name: int(median(samples, "queries")) for name, samples in found.items()}
report.add(
    f"Odoo's own import, {ROWS:,} rows beside {KNOWN:,} leads",
    f"{seconds['odoo']:.1f} s, {queries['odoo']:,} queries",
)
ratio = seconds["aria"] / seconds["odoo"]
report.add(
    "preview and import with duplicates found, same file",
    f"{seconds['aria']:.1f} s, {queries['aria']:,} queries; {ratio:.2f} × Odoo's",
    "≤ 1.5 × Odoo's",
    ratio <= 1.5,
)
report.add(
    f"processor time of the request that records {ROWS:,} leads, the most that one file may hold",
    f"{max(cpu):.0f} s",
    f"≤ {LIMIT} s, limit_time_cpu of Odoo",
    max(cpu) <= LIMIT,
)
report.finish()
