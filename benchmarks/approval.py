# Two-step approval of 100 quotations, beside OCA's tier validation in the same run; queries of one and of a batch.
# databases: oca
from contextlib import ExitStack

from aria_bench import Report, as_user, database, make_staff, measured, other_database

from odoo.fields import Command

ORDERS, LINES, BATCH = 100, 5, 11
STEP_QUERIES = 14


class People:
    """Who submits and who approves in one database, and the quotations they do it with."""

    def __init__(self, env):
        self.env = env
        self.seller, self.first, self.second = make_staff(env, 3, "sales_team.group_sale_manager")
        self.partner = env["res.partner"].create({"name": "Buyer"})
        self.goods = env["product.product"].create(
            [{"name": f"Goods {n}", "type": "consu", "list_price": 100 + n} for n in range(LINES)]
        )

    def make_orders(self, count, lines=LINES):
        """Return ``count`` quotations of the seller."""
        commands = [
            Command.create({"product_id": self.goods[n % LINES].id, "product_uom_qty": 2})
            for n in range(lines)
        ]
        vals = {"partner_id": self.partner.id, "order_line": commands}
        own = as_user(self.env, self.seller)
        orders = own["sale.order"].create([dict(vals) for _n in range(count)])
        self.env.flush_all()
        return orders.sudo()

    def measure(self, user, records, method):
        """Return what a call of ``method`` on ``records`` costs ``user``, as in a request of its own."""
        own = as_user(self.env, user)[records._name].browse(records.ids)
        with measured(self.env) as found:
            getattr(own, method)()
        return found


class AriaPeople(People):
    def __init__(self, env):
        super().__init__(env)
        env["aria.approval.policy"].search([]).active = False
        steps = [
            Command.create({"sequence": n, "user_ids": [Command.set(user.ids)]})
            for n, user in enumerate((self.first, self.second))
        ]
        env["aria.approval.policy"].create({"name": "Two steps", "step_ids": steps})

    def get_tasks(self, orders):
        return orders.aria_approval_request_ids.task_ids.filtered(lambda t: t.state == "open")

    def go(self, orders):
        """Return what submission and the two decisions of ``orders`` cost, each in one call."""
        found = [self.measure(self.seller, orders, "aria_submit")]
        for user in (self.first, self.second):
            found.append(self.measure(user, self.get_tasks(orders), "approve"))
        assert set(orders.mapped("aria_approval_state")) == {"approved"}
        return found


class OcaPeople(People):
    def __init__(self, env):
        super().__init__(env)
        env["tier.definition"].create(
            [
                {
                    "model_id": env["ir.model"]._get_id("sale.order"),
                    "review_type": "individual",
                    "reviewer_id": user.id,
                    "definition_domain": "[]",
                    "sequence": 30 - n,
                    "approve_sequence": True,
                }
                for n, user in enumerate((self.first, self.second))
            ]
        )

    def go(self, order):
        found = [self.measure(self.seller, order, "request_validation")]
        for user in (self.first, self.second):
            found.append(self.measure(user, order, "validate_tier"))
        assert order.validation_status == "validated", order.validation_status
        return found


def one_by_one(people):
    """Return the seconds and the queries of ORDERS quotations, each step a request of its own."""
    warm = people.make_orders(2)
    for order in warm:
        people.go(order)
    samples = [sample for order in people.make_orders(ORDERS) for sample in people.go(order)]
    return sum(s.seconds for s in samples), sum(s.queries for s in samples)


def show(report, name, seconds, queries, bar=None, ok=None):
    text = f"{seconds:.2f} s, {queries:,} queries"
    report.add(name, text, bar or "baseline", ok)


def compare(report, aria, oca):
    theirs = one_by_one(oca) if oca else None
    if theirs:
        show(report, f"OCA, {ORDERS} quotations one by one", *theirs)
    mine = one_by_one(aria)
    batch = aria.go(aria.make_orders(ORDERS))
    whole = sum(s.seconds for s in batch), sum(s.queries for s in batch)
    show(report, f"Aria, {ORDERS} quotations one by one", *mine)
    show(report, f"Aria, {ORDERS} quotations at once", *whole)
    if not theirs:
        report.add("OCA sale_tier_validation", "package not available, not measured")
        return
    report.add("time one by one / OCA's", f"{mine[0] / theirs[0]:.2f} ×")
    ratio = whole[0] / theirs[0]
    report.add("time at once / OCA's", f"{ratio:.2f} ×", "≤ 0.5 ×", ratio <= 0.5)


def count(report, aria):
    """Report the queries of one quotation, of many lines and of a batch."""
    small, large, many = (aria.make_orders(*size) for size in ((1, 5), (1, 50), (BATCH, 5)))
    costs = {name: aria.go(orders) for name, orders in (("1", small), ("50", large), ("n", many))}
    queries = {name: [sample.queries for sample in found] for name, found in costs.items()}
    further = BATCH - 1
    submit, *steps = queries["1"]
    report.add("decision of one step, 1 quotation", f"{max(steps)} queries", f"≤ {STEP_QUERIES}",
               max(steps) <= STEP_QUERIES)  # fmt: skip
    grown = max(abs(a - b) for a, b in zip(steps, queries["50"][1:], strict=True))
    report.add("decision, 50 lines − 5 lines", f"{grown} queries", "0", grown == 0)
    each = max(b - a for a, b in zip(steps, queries["n"][1:], strict=True)) / further
    report.add("decision, each further quotation", f"{each:.2f} queries", "≤ 1", each <= 1)
    ratio = queries["50"][0] / submit
    report.add("submission of 1 quotation", f"{submit} queries")
    report.add("submission, 50 lines / 5 lines", f"{ratio:.2f} ×", "≤ 1.5 ×", ratio <= 1.5)
    each = (queries["n"][0] - submit) / further
    report.add("submission, each further quotation", f"{each:.2f} queries", "≤ 2", each <= 2)


report = Report("Approval in two steps")
with ExitStack() as stack:
    name = other_database("oca")
    theirs = OcaPeople(stack.enter_context(database(name))) if name else None
    mine = AriaPeople(env)
    compare(report, mine, theirs)
    count(report, mine)
report.finish()
