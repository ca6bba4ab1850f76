import base64

from odoo import fields
from odoo.fields import Command

from odoo.addons.aria_moadian.simulator import Simulator

from .common import InvoiceCase
from .lib_common import PERSON, SELLER


class Open:
    """In the place of a stand-in of the service: nothing stands in."""

    @staticmethod
    def connected():
        return Open()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False


class SimulatedCase(InvoiceCase):
    """A company whose memory is enrolled at a simulator of its own."""

    def setUp(self):
        super().setUp()
        self.simulator = self.enterContext(Simulator())
        credentials = self.simulator.enroll("A11216", SELLER)
        self.memory.write(
            {
                "base_url": self.simulator.base_url,
                "private_key": self.file(credentials.key_pem),
                "certificate": self.file(credentials.certificate_pem),
            }
        )
        self.memory._make_client().forget_server_key()  # a port may have been an earlier simulator's

    def file(self, text):
        return base64.b64encode(text.encode() if isinstance(text, str) else text)

    def run_all(self, times=1):
        for _ in range(times):
            self.run_crons(Open)

    def book(self):
        return {row["taxid"]: row for row in self.simulator.report()["invoices"]}


class PatternCase(SimulatedCase):
    """Adds goods of every kind, and what a delivered invoice has to agree with."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.free = {"tax_ids": [Command.clear()]}
        cls.passenger = cls.buyer.create(
            {
                "name": "مسافر",
                "is_company": False,
                "aria_national_id": PERSON,
                "zip": "1234567890",
            }
        )

    @classmethod
    def goods(cls, name, role=False, **values):
        return cls.env["product.product"].create(
            {
                "name": name,
                "aria_sstid": "2710000138631",
                "aria_moadian_role": role,
                "taxes_id": [Command.clear()],
                **values,
            }
        )

    def line(self, product, price, quantity=1, **values):
        return {"product_id": product.id, "price_unit": price, "quantity": quantity, **values}

    def told(self, move):
        return move.with_context(lang="fa_IR").aria_moadian_message

    def deliver(self, move):
        """Send an invoice to the simulator; return the document that it keeps."""
        self.assertEqual(move.aria_moadian_state, "ready", self.told(move))
        move.action_aria_moadian_send()
        self.run_all()
        self.assertEqual(move.aria_moadian_state, "accepted", self.told(move))
        document = move.aria_moadian_submission_ids.sorted("id")[-1:]._document()
        self.assertEqual(document["header"]["tbill"], int(self.book()[move.aria_taxid]["tbill"]))
        return document

    def agree(self, move, rials=0):
        """Assert that VAT summary and invoice say the same of the books and of the organisation."""
        wizard = self.env["aria.moadian.summary"].create(
            {"company_id": self.company.id, "kind": "month", "month": "1", "year": 1405}
        )
        day = fields.Date.context_today(wizard)
        period = wizard._this("month")
        wizard.write({"year": period.year, "month": str(period.number)})
        self.assertLessEqual(wizard.date_start, day)
        wizard.action_compute()
        self.assertLessEqual(abs(wizard.difference), rials)
        self.assertLessEqual(abs(sum(row.base - row.there_base for row in wizard.line_ids)), rials)
        self.assertLessEqual(abs(move.aria_moadian_difference), rials)
