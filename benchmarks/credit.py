# The debt ceiling: what a check adds to a confirmation, exposures in large numbers, and the page of a draft order, beside
# Odoo's credit banner and OCA's financial risk in the same run.
# databases: plain risk
import statistics
from contextlib import ExitStack

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
    undone,
)  # fmt: skip

from odoo.fields import Command

DOCUMENTS, CUSTOMERS, REPEAT = 10_000, 1_000, 15


class World:
    """A seller, a service, and customers: one without open orders, one with many."""

    def __init__(self, env):
        self.env = env
        self.seller = make_staff(env, 1, "sales_team.group_sale_salesman_all_leads")
        self.product = env["product.product"].create(
            {"name": "Work", "type": "service", "list_price": 100, "taxes_id": False}
        )
        self.few, self.many, self.free = env["res.partner"].create(
            [{"name": name} for name in ("Few", "Many", "Free")]
        )
        self.limit(self.few | self.many)
        self.fill(self.many, DOCUMENTS)

    def bill(self, partner, count):
        """Give ``partner`` that many posted invoices that are not paid."""
        company = self.env.company
        self.env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "invoice_date": "2026-01-01",
                "invoice_line_ids": [
                    Command.create({"name": "Work", "price_unit": 100, "tax_ids": False})
                ],
            }
        )
        move.action_post()
        multiply(self.env, move, count - 1, name="'B/' || n")
        first = self.env["account.move"].search([("name", "=", "B/1")]).id
        for line in move.line_ids:
            multiply(self.env, line, count - 1, move_id=f"{first} + n - 1")
        tidy(self.env, "account_move", "account_move_line")

    def limit(self, partners):
        partners.credit_limit = 1e12
        self.env.company.account_use_credit_limit = True

    def make_order(self, partner):
        return as_user(self.env, self.seller)["sale.order"].create(
            {
                "partner_id": partner.id,
                "order_line": [Command.create({"product_id": self.product.id})],
            }
        )

    def fill(self, partner, count):
        """Give ``partner`` that many confirmed orders."""
        order = self.make_order(partner).sudo()
        order.action_confirm()
        multiply(self.env, order, count - 1)
        first = self.env["sale.order"].search([("partner_id", "=", partner.id)], order="id", limit=2)[1]
        multiply(self.env, order.order_line, count - 1, order_id=f"{first.id} + n - 1")
        tidy(self.env, "sale_order", "sale_order_line", "res_partner", "account_move_line")

    def confirm(self, partner):
        """Return what it costs to confirm an order of ``partner``; afterwards it is a quotation again."""
        with undone(self.env):
            order = self.make_order(partner)
            with measured(self.env) as found:
                order.action_confirm()
        return found

    def open_draft(self, partner):
        """Return what it costs to open the page of a draft order of ``partner``."""
        with undone(self.env):
            order = self.make_order(partner)
            fields = specification(order.env, "sale.order", "form")
            with measured(self.env) as found:
                order.web_read(fields)
        return found


class OcaWorld(World):
    def limit(self, partners):
        partners.write(
            {"credit_limit": 1e12, "risk_sale_order_include": True, "risk_invoice_open_include": True}
        )


def in_turns(calls):
    """Return {name: samples} of these calls, measured in turns."""
    samples = {name: [] for name in calls}
    for repeat in range(REPEAT):
        for name in calls if repeat % 2 else reversed(list(calls)):
            samples[name].append(calls[name]())
    for found in samples.values():
        del found[:1]
    return samples


def show(found):
    return f"{median(found, 'queries'):.0f} queries, {median(found, 'seconds') * 1000:.0f} ms"


def ratio(samples, one, other):
    pairs = zip(samples[one], samples[other], strict=True)
    return statistics.median(a.seconds / b.seconds for a, b in pairs)


def compare_confirmations(report, mine, oca):
    calls = {
        "without a ceiling": lambda: mine.confirm(mine.free),
        "0 open orders": lambda: mine.confirm(mine.few),
        f"{DOCUMENTS:,} open orders": lambda: mine.confirm(mine.many),
    }
    if oca:
        calls["OCA, 0 open orders"] = lambda: oca.confirm(oca.few)
        calls[f"OCA, {DOCUMENTS:,} open orders"] = lambda: oca.confirm(oca.many)
    samples = in_turns(calls)
    names = list(calls)
    for name in names:
        report.add(f"confirmation, {name}", show(samples[name]))
    more = median(samples[names[2]], "queries") - median(samples[names[0]], "queries")
    report.add("queries that the check adds", f"{more:.0f}", "≤ 5", more <= 5)
    found = ratio(samples, names[2], names[1])
    report.add(f"{DOCUMENTS:,} / 0 open orders", f"{found:.2f} ×", "≤ 1.2 ×", found <= 1.2)


def compare_exposures(report, env, mine):
    customers = env["res.partner"].create([{"name": f"Customer {n}"} for n in range(CUSTOMERS)])
    order = env["sale.order"].search([("partner_id", "=", mine.many.id)], limit=1)
    first = customers[0].id
    assert customers.ids == list(range(first, first + CUSTOMERS)), "one after the other"
    spread = f"{first} + n % {CUSTOMERS}"
    highest = env["sale.order"].search([], order="id desc", limit=1).id
    multiply(env, order, DOCUMENTS, partner_id=spread, partner_invoice_id=spread)
    lowest = env["sale.order"].search([("id", ">", highest)], order="id", limit=1).id
    multiply(env, order.order_line, DOCUMENTS, order_id=f"{lowest} + n - 1")
    tidy(env, "sale_order", "sale_order_line", "res_partner")
    plain = """
        SELECT p.commercial_partner_id, SUM(l.price_total)
          FROM sale_order_line l JOIN sale_order o ON o.id = l.order_id JOIN res_partner p ON p.id = o.partner_invoice_id
         WHERE p.commercial_partner_id = ANY(%s) AND o.state = 'sale' GROUP BY 1"""

    def add_up():
        with measured(env) as found:
            env.cr.execute(plain, [customers.ids])
            assert len(env.cr.fetchall()) == CUSTOMERS
        return found

    def exposures(partners):
        with measured(env) as found:
            partners._aria_get_exposures(env.company)
        return found

    billed = env["res.partner"].create({"name": "Billed"})
    mine.bill(billed, DOCUMENTS)
    found = billed.aria_credit_exposure(env.company)["receivable"]
    assert found == 100 * DOCUMENTS, found
    samples = in_turns(
        {
            "one": lambda: exposures(mine.many),
            "billed": lambda: exposures(billed),
            "plain": add_up,
            "all": lambda: exposures(customers),
        }
    )
    one = median(samples["one"], "seconds")
    report.add(f"exposure of one customer, {DOCUMENTS:,} orders", f"{one * 1000:.0f} ms", "< 100 ms", one < 0.1)
    one = median(samples["billed"], "seconds")
    report.add(f"exposure of one customer, {DOCUMENTS:,} invoices", f"{one * 1000:.0f} ms", "< 100 ms", one < 0.1)
    report.add(f"plain sum over {CUSTOMERS:,} customers", show(samples["plain"]))
    report.add(f"exposure of {CUSTOMERS:,} customers", show(samples["all"]))
    pairs = zip(samples["all"], samples["plain"], strict=True)
    found = statistics.median(a.sql / b.sql for a, b in pairs)
    report.add("SQL of the exposures / plain sum", f"{found:.2f} ×", "≤ 2 ×", found <= 2)


def compare_pages(report, mine, plain):
    samples = in_turns(
        {
            "Odoo with its banner": lambda: plain.open_draft(plain.many),
            "Aria": lambda: mine.open_draft(mine.many),
        }
    )
    for name, found in samples.items():
        report.add(f"page, {DOCUMENTS:,} open orders, {name}", show(found))
    found = ratio(samples, "Aria", "Odoo with its banner")
    report.add("Aria / Odoo with its banner", f"{found:.2f} ×", "≤ 0.1 ×", found <= 0.1)


report = Report("Debt ceiling")
with ExitStack() as stack:
    plain = World(stack.enter_context(database(other_database("plain"))))
    name = other_database("risk")
    oca = OcaWorld(stack.enter_context(database(name))) if name else None
    mine = World(env)
    compare_confirmations(report, mine, oca)
    compare_pages(report, mine, plain)
    compare_exposures(report, env, mine)
report.finish()
