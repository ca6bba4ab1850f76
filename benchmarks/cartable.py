# The counter of the cartable, beside Odoo's counter of activities and OCA's counter of reviews, and its first page.
# databases: plain oca
import random

from aria_bench import (
    Report,
    as_user,
    database,
    make_staff,
    measured,
    median,
    multiply,
    other_database,
    specification,
    tidy,
)
from lxml import etree

from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.safe_eval import safe_eval

STAFF, UNITS, READERS, REPEAT = 100, 20, 10, 7
FEW, MANY = 10_000, 1_000_000
# one of five is of a unit and waits for any member; some are late, most lie ahead, a few have no deadline or sleep
ROWS = {
    "res_id": "100 + n + %(start)s",
    "to_user_id": "CASE WHEN n %% 5 = 0 THEN NULL ELSE %(user)s + abs(hashint4(n)) %% {staff} END",
    "to_unit_id": "%(unit)s + abs(hashint4(n + 7)) %% {units}",
    "deadline": "CASE WHEN n %% 10 = 3 THEN NULL ELSE now() AT TIME ZONE 'UTC'"
    " + (hashint4(n + 11) %% 45 + 30) * interval '1 day' + (n %% 86400) * interval '1 second' END",
    "snoozed_until": "CASE WHEN n %% 33 = 0 THEN now() AT TIME ZONE 'UTC' + interval '2 days' END",
    "priority": "CASE WHEN n %% 20 = 0 THEN '2' WHEN n %% 7 = 0 THEN '1' ELSE '0' END",
}


def sample(env, users, call):
    """Return the samples of ``call`` (environment → anything) by each of ``users``, as in a new request."""
    samples = []
    for _repeat in range(REPEAT):
        for user in users:
            own = as_user(env, user)
            with measured(own) as found:
                call(own)
            samples.append(found)
    return samples[len(users) :]  # the first round warms what a worker keeps


def describe(samples):
    queries = max(found.queries for found in samples)
    return queries, median(samples, "sql") * 1000, median(samples, "seconds") * 1000


def show(report, what, figures, **bar):
    queries, sql, total = figures
    report.add(what, f"{queries} queries, {sql:.1f} ms SQL, {total:.1f} ms in all", **bar)


def at_two_sizes(env, record, columns, users, *calls):
    """Return what each of ``calls`` costs with few and with many rows like ``record``: [(few, many), …]."""
    figures, start = [], 1
    for size in (FEW, MANY):
        multiply(env, record, size - start, **columns(start))
        tidy(env, record._table)
        figures.append([describe(sample(env, users, call)) for call in calls])
        start = size
    return list(zip(*figures, strict=True))


# ---------------------------------------------------------------------- Aria
def count(env):
    """Ask for the badge of the clock."""
    return env["res.users"]._aria_count_cartable()


def get_page(env):
    """Return the arguments with which the web client asks for the first page of the cartable."""
    action = env.ref("aria_workflow.aria_referral_action").sudo()
    model = env["aria.referral"]
    search = etree.fromstring(model.get_view(view_type="search")["arch"])
    chosen = [
        safe_eval(search.xpath(f"//filter[@name='{key[15:]}']/@domain")[0], {"uid": env.uid})
        for key in safe_eval(action.context)
        if key.startswith("search_default_")
    ]
    view = etree.fromstring(model.get_view(view_type="list")["arch"])
    return {
        "domain": list(Domain.AND(chosen)),
        "specification": specification(env, "aria.referral", "list"),
        "limit": 80,
        "order": view.get("default_order") or "",
        "count_limit": int(view.get("count_limit", 10_000)) + 1,
    }


PAGES = {}


def page(env):
    """Ask for the first page of the cartable, as the web client does."""
    found = env["aria.referral"].web_search_read(**PAGES[env.uid])
    assert len(found["records"]) == 80, "the page is full"


def rows(env):
    """Ask for the rows of the page and their number, without what belongs to other tables."""
    asked = PAGES[env.uid]
    model = env["aria.referral"]
    model.search_fetch(asked["domain"], ["res_name"], limit=80)
    model.search_count(asked["domain"], limit=asked["count_limit"])


def aria(report):
    users = make_staff(env, STAFF)
    units = env["aria.unit"].create(
        [
            {"name": f"Unit {n}", "code": f"bench{n}", "member_ids": users[n::UNITS].ids}
            for n in range(UNITS)
        ]
    )
    partner = env["res.partner"].create({"name": "Buyer"})
    order = env["sale.order"].create({"partner_id": partner.id})
    product = env["product.product"].create({"name": "Goods"})
    line = env["sale.order.line"].create({"order_id": order.id, "product_id": product.id})
    referral = line.aria_refer(unit=units[0], user=users[0])

    def columns(start):
        values = {"user": users[0].id, "unit": units[0].id, "start": start + line.id}
        return {name: text.format(staff=STAFF, units=UNITS) % values for name, text in ROWS.items()}

    readers = random.Random(1).sample(list(users), READERS)
    PAGES.update({user.id: get_page(as_user(env, user)) for user in readers})
    found = at_two_sizes(env, referral, columns, readers, count, rows, page)
    for what, figures, queries in zip(
        ("count", "rows of the first page", "first page with names"),
        found,
        (3, 3, None),
        strict=True,
    ):
        for size, (used, sql, total) in zip((FEW, MANY), figures, strict=True):
            show(
                report,
                f"{what}, {size:,} open",
                (used, sql, total),
                bar=f"≤ {queries} queries, ≤ 20 ms SQL" if queries else "≤ 20 ms SQL",
                holds=used <= (queries or used) and sql <= 20,
            )
        ratio = figures[1][1] / figures[0][1]
        report.add(f"{what}, SQL at {MANY:,} / at {FEW:,}", f"{ratio:.2f} ×", "≤ 2 ×", ratio <= 2)


# ---------------------------------------------------------------------- Odoo's activities
def activities(report, plain):
    users = make_staff(plain, STAFF)
    partner = plain["res.partner"].create({"name": "Buyer"})
    activity = partner.activity_schedule("mail.mail_activity_data_todo", user_id=users[0].id)
    readers = random.Random(1).sample(list(users), READERS)

    def columns(start):
        return {
            "user_id": f"{users[0].id} + abs(hashint4(n)) % {STAFF}",
            "date_deadline": "current_date + hashint4(n + 11) % 45 + 30",
        }

    [figures] = at_two_sizes(
        plain,
        activity,
        columns,
        readers,
        lambda own: own["res.users"]._get_activity_groups(),
    )
    for size, found in zip((FEW, MANY), figures, strict=True):
        show(report, f"Odoo's activities, {size:,} open", found)


# ---------------------------------------------------------------------- OCA's reviews
def reviews(report, oca):
    users = make_staff(oca, STAFF, "sales_team.group_sale_manager")
    partner = oca["res.partner"].create({"name": "Buyer"})
    oca["tier.definition"].create(
        {
            "model_id": oca["ir.model"]._get_id("sale.order"),
            "review_type": "individual",
            "reviewer_id": users[0].id,
            "definition_domain": "[]",
        }
    )
    order = oca["sale.order"].create({"partner_id": partner.id})
    review = order.request_validation()
    oca.flush_all()
    multiply(oca, order, FEW, name="'B' || n", access_token="NULL")
    multiply(oca, review, FEW, res_id=f"{order.id} + n")
    for field in (review._fields["reviewer_ids"], users._fields["review_ids"]):
        columns = [field.column1, field.column2]
        if field.model_name == "tier.review":
            columns.reverse()
        oca.cr.execute(
            SQL(
                "INSERT INTO %s (%s, %s) SELECT %s + id %% %s, id FROM tier_review"
                " ON CONFLICT DO NOTHING",
                SQL.identifier(field.relation),
                *map(SQL.identifier, columns),
                users[0].id,
                STAFF,
            )
        )
    oca.invalidate_all()
    tidy(oca, "sale_order", "tier_review")
    readers = random.Random(1).sample(list(users), READERS)
    show(
        report,
        f"OCA base_tier_validation, {FEW:,} pending",
        describe(sample(oca, readers, lambda own: own["res.users"].review_user_count())),
    )


report = Report("Cartable")
aria(report)
with database(other_database("plain")) as plain:
    activities(report, plain)
if other_database("oca"):
    with database(other_database("oca")) as oca:
        reviews(report, oca)
else:
    report.add("OCA base_tier_validation", "package not available, not measured")
report.finish()
