# Memory of a worker over 1,000 requests for the cartable, its counter, an order and its lines, by real HTTP.
import socket
import subprocess
import sys
import time

import psutil
import requests
from aria_bench import Report, as_user, make_staff, other_odoo, specification

import odoo

WARM, REQUESTS = 100, 1000
PASSWORD = "memory of a worker"
LINES, ORDERS = 20, 25


def make_documents():
    """Return a seller with orders whose lines are partly referred to the seller."""
    seller = make_staff(env, 1, "sales_team.group_sale_salesman", password=PASSWORD)
    env.ref("aria_workflow.unit_sales").member_ids = [odoo.fields.Command.link(seller.id)]
    partner = env["res.partner"].create({"name": "Buyer"})
    goods = env["product.product"].create(
        [{"name": f"Goods {n}", "is_storable": True, "list_price": 100} for n in range(LINES)]
    )
    lines = [odoo.fields.Command.create({"product_id": product.id}) for product in goods]
    orders = env["sale.order"].create(
        [
            {"partner_id": partner.id, "user_id": seller.id, "order_line": lines}
            for _n in range(ORDERS)
        ]
    )
    orders.order_line[::2].aria_refer(user=seller)
    env.cr.commit()
    return seller, orders


class Client:
    """A browser that is logged in as an employee."""

    def __init__(self, url, login):
        self.url, self.session = url, requests.Session()
        database = {"db": env.cr.dbname, "login": login, "password": PASSWORD}
        self.call("/web/session/authenticate", **database)

    def call(self, path, **params):
        """Return the result of a request; an error of the server ends the benchmark."""
        answer = self.session.post(self.url + path, json={"params": params}, timeout=60).json()
        if "error" in answer:
            sys.exit(f"{path}: {answer['error']['data']['message']}")
        return answer["result"]

    def method(self, model, method, *args, **kwargs):
        """Return what a method of ``model`` answers over RPC."""
        path = f"/web/dataset/call_kw/{model}/{method}"
        return self.call(path, model=model, method=method, args=args, kwargs=kwargs)


def make_requests(client, user, orders):
    """Return the four requests, each a function of the number of the round."""
    own = as_user(env, user)
    cartable, line, order = (
        specification(own, "aria.referral", "list"),
        specification(own, "sale.order.line", "list"),
        specification(own, "sale.order", "form"),
    )
    ids = orders.ids

    def lines_of(n):
        domain = [["order_id", "in", [ids[n % len(ids)], ids[(n + 1) % len(ids)]]]]
        return client.method(
            "sale.order.line", "web_search_read", domain=domain, specification=line, limit=80
        )

    return [
        lambda n: client.method(
            "aria.referral", "web_search_read", domain=[], specification=cartable, limit=80
        ),
        lambda n: client.call("/mail/data", fetch_params=["systray_get_activities"]),
        lambda n: client.method("sale.order", "web_read", [ids[n % len(ids)]], specification=order),
        lines_of,
    ]


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def worker_of(server):
    """Return the process that answers requests."""
    children = psutil.Process(server.pid).children()
    return next(process for process in children if "gevent" not in process.cmdline())


def wait_for(server, url):
    for _try in range(240):
        if server.poll() is not None:
            sys.exit(f"Odoo ended with {server.returncode} before it answered.")
        try:
            if requests.get(f"{url}/web/health", timeout=5).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.5)
    sys.exit("Odoo did not answer within two minutes.")


def megabytes(process):
    """Return the resident memory of the process, and what of it is data (no file behind it)."""
    data = sum(part.anonymous for part in process.memory_maps())
    return process.memory_info().rss / 2**20, data / 2**20


def run(url, server, user, orders):
    """Return the memory of the worker after the warm-up and at the end."""
    client = Client(url, user.login)
    actions = make_requests(client, user, orders)
    worker = worker_of(server)
    taken = []
    for number in range(1, REQUESTS + 1):
        actions[number % len(actions)](number // len(actions))
        if number in (WARM, REQUESTS):
            taken.append(megabytes(worker))
    assert worker.is_running() and worker == worker_of(server), "the worker must not be replaced"
    return taken


report = Report("Memory of a worker")
seller, orders = make_documents()
port = free_port()
command = other_odoo("--workers=1", f"--http-port={port}", f"--gevent-port={free_port()}")
with subprocess.Popen(command) as server:
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(server, url)
        (rss, data), (rss_end, data_end) = run(url, server, seller, orders)
    finally:
        server.terminate()
for name, begin, end in (("resident", rss, rss_end), ("data", data, data_end)):
    growth = end / begin - 1
    report.add(
        f"{name}, after {WARM} → after {REQUESTS:,} requests",
        f"{begin:.0f} → {end:.0f} MB, {growth:+.1%}",
        "growth ≤ 5 %",
        growth <= 0.05,
    )
report.finish()
