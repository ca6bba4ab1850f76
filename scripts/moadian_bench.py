"""What the benchmarks of the tax connector share: the simulator as a process, a company that sends, its invoices."""

import base64
import pathlib
import re
import subprocess
import sys

import requests

MEMORY, SELLER, BUYER = "A11216", "14003778990", "10100302746"
GOODS, REFUSED_GOODS = "2710000138624", "2710000138631"
SCRIPT = pathlib.Path(__file__).with_name("moadian_simulator.py")


def start_simulator(folder, *options):
    """Start the simulator as a process of its own; return it and its address."""
    command = [sys.executable, str(SCRIPT), "--port", "0", "--memory", f"{MEMORY}={SELLER}"]
    process = subprocess.Popen(
        [*command, "--credentials", folder, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    for line in process.stdout:
        found = re.search(r"http://\S+/requestsmanager", line)
        if found:
            return process, found.group(0)
    sys.exit("The simulator did not start.")


def ask(url, name, **values):
    """Return the answer of a switch of the simulator."""
    address = url.replace("/requestsmanager", f"/simulator/{name}")
    answer = requests.post(address, json=values, timeout=120)
    answer.raise_for_status()
    return answer.json()


class World:
    """A company in Rial with a fiscal memory at the simulator, a tax, a buyer and goods."""

    def __init__(self, env, folder, url):
        rial = env.ref("base.IRR")
        rial.active = True
        company = env["res.company"].create({"name": "Bench", "currency_id": rial.id})
        env["account.chart.template"].try_loading("generic_coa", company, install_demo=False)
        company.write({"currency_id": rial.id, "account_fiscal_country_id": env.ref("base.ir").id})
        company.partner_id.write({"aria_economic_code": SELLER, "aria_national_id": SELLER})
        context = {"allowed_company_ids": company.ids, "tracking_disable": True}
        self.env = env(context={**env.context, **context})
        self.company = company
        self._connect(folder, url)
        self._make_data()

    def _connect(self, folder, url):
        files = {
            field: base64.b64encode(pathlib.Path(folder, f"{MEMORY}.{name}").read_bytes())
            for field, name in (("private_key", "key.pem"), ("certificate", "crt.pem"))
        }
        values = {"name": MEMORY, "company_id": self.company.id, "base_url": url, **files}
        self.memory = self.env["aria.moadian.memory"].create(values)

    def _make_data(self):
        env, company = self.env, self.company
        group = env["account.tax.group"].create({"name": "VAT", "company_id": company.id})
        self.tax = env["account.tax"].create(
            {
                "name": "VAT 10%",
                "amount": 10,
                "company_id": company.id,
                "tax_group_id": group.id,
                "country_id": env.ref("base.ir").id,
            }
        )
        self.goods = env["product.product"].create(
            [{"name": f"Goods {n}", "aria_sstid": GOODS} for n in range(5)]
        )
        self.buyer = env["res.partner"].create(
            {
                "name": "Buyer",
                "is_company": True,
                "aria_economic_code": BUYER,
                "aria_national_id": BUYER,
            }
        )

    def line(self, product, quantity, price, **values):
        """Return the values of a line of an invoice."""
        return {
            "product_id": product.id,
            "quantity": quantity,
            "price_unit": price,
            "tax_ids": [(6, 0, self.tax.ids)],
            **values,
        }

    def post(self, invoices):
        """Return posted invoices of lists of line values."""
        moves = self.env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": self.buyer.id,
                    "company_id": self.company.id,
                    "invoice_line_ids": [(0, 0, line) for line in lines],
                }
                for lines in invoices
            ]
        )
        moves.action_post()
        return moves
