"""A company that sends: its memory, key and certificate, an accountant and a manager, and a door of RPC."""

import base64
import json
from tempfile import TemporaryDirectory
from unittest.mock import patch

from cryptography.hazmat.primitives import serialization

from odoo import fields
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import TransactionCase, new_test_user

from odoo.addons.aria_moadian import watermark
from odoo.addons.aria_moadian.lib import client as clients
from odoo.addons.aria_moadian.lib import keys, packet
from odoo.addons.aria_moadian.models import aria_moadian_memory

from .lib_common import SELLER, certificate, signing_key


class MoadianCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        rial = cls.env.ref("base.IRR")
        rial.write({"active": True, "rounding": 1})
        cls.env["res.lang"]._activate_lang("fa_IR")
        cls.company = cls.env["res.company"].create(
            {"name": "بازرگانی آریا", "currency_id": rial.id}
        )
        cls.company.partner_id.write({"aria_economic_code": SELLER, "aria_national_id": SELLER})
        options = {"company_id": cls.company.id, "company_ids": [Command.set(cls.company.ids)]}
        cls.accountant = new_test_user(
            cls.env, "m_user", groups="aria_moadian.group_user", **options
        )
        cls.manager = new_test_user(
            cls.env, "m_manager", groups="aria_moadian.group_manager", **options
        )
        cls.memory = cls.env["aria.moadian.memory"].create(cls.memory_values())

    @classmethod
    def memory_values(cls, **values):
        return {
            "name": "A11216",
            "company_id": cls.company.id,
            "base_url": "http://127.0.0.1:9/requestsmanager",
            "certificate": cls.certificate_file(),
            "private_key": cls.key_file(),
            **values,
        }

    @classmethod
    def key_file(cls, name="a", password=None):
        return base64.b64encode(keys.private_pem(signing_key(name), password))

    @classmethod
    def certificate_file(cls, *args):
        return base64.b64encode(certificate(*args).public_bytes(serialization.Encoding.PEM))

    def rpc(self, user, model, method, *args, **options):
        """Call a method as a user over the door of RPC."""
        return call_kw(self.env(user=user)[model], method, list(args), options)

    def as_service(self, **answers):
        """Let the client be a stand-in whose methods answer what is given, or raise it."""
        return patch.object(aria_moadian_memory.clients, "MoadianClient", stand_in(answers))


class InvoiceCase(MoadianCase):
    """Adds a chart of accounts, a tax, goods and a buyer, and a service of its own memory."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["account.chart.template"].try_loading(
            "generic_coa", cls.company, install_demo=False
        )
        cls.company.write(
            {
                "currency_id": cls.env.ref("base.IRR").id,
                "account_fiscal_country_id": cls.env.ref("base.ir").id,
            }
        )
        cls.env = cls.env(
            context={
                **cls.env.context,
                "allowed_company_ids": cls.company.ids,
                "tracking_disable": True,
            }
        )
        group = cls.env["account.tax.group"].create({"name": "VAT", "company_id": cls.company.id})
        cls.vat = cls.env["account.tax"].create(
            {
                "name": "VAT 10%",
                "amount": 10,
                "type_tax_use": "sale",
                "company_id": cls.company.id,
                "country_id": cls.env.ref("base.ir").id,
                "tax_group_id": group.id,
            }
        )
        cls.product = cls.env["product.product"].create(
            {"name": "کالای نمونه", "aria_sstid": "2710000138624", "taxes_id": [Command.clear()]}
        )
        cls.buyer = cls.env["res.partner"].create(
            {
                "name": "خریدار",
                "is_company": True,
                "aria_economic_code": "10100302746",
                "aria_national_id": "10100302746",
            }
        )

    def setUp(self):
        super().setUp()
        # marks of serials outlive the rollback of a test
        folder = self.enterContext(TemporaryDirectory())
        self.enterContext(patch.object(watermark, "config", {"data_dir": folder}))

    @classmethod
    def make_invoice(cls, *lines, post=True, **values):
        rows = [
            {
                "product_id": cls.product.id,
                "quantity": 1,
                "price_unit": 1000,
                "tax_ids": [Command.set(cls.vat.ids)],
                **line,
            }
            for line in lines or [{}]
        ]
        move = cls.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": cls.buyer.id,
                "company_id": cls.company.id,
                "invoice_date": fields.Date.today(),
                "invoice_line_ids": [Command.create(row) for row in rows],
                **values,
            }
        )
        if post:
            move.action_post()
        return move

    @classmethod
    def refund(cls, move, quantities=None):
        """Return the posted credit note of an invoice: of all of it, or of {line index: quantity}."""
        reversal = move._reverse_moves([{"invoice_date": fields.Date.today()}])
        if quantities is not None:
            lines = reversal.invoice_line_ids
            for index, line in enumerate(lines):
                if index in quantities:
                    line.quantity = quantities[index]
            (lines - lines.browse([lines[index].id for index in quantities])).unlink()
        reversal.action_post()
        return reversal

    def run_cron(self, name):
        """Run a cron as Odoo does, with commits that the test takes back."""
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref(f"aria_moadian.{name}").method_direct_trigger()
        self.env.invalidate_all()

    def run_crons(self, service):
        """Send and ask once, whatever the pauses, as the crons do against a service."""
        with service.connected():
            for name in ("ir_cron_send", "ir_cron_inquire"):
                self.env.flush_all()
                self.env.cr.execute("UPDATE aria_moadian_submission SET next_try = NULL")
                self.env.invalidate_all()
                self.run_cron(name)


class MemoryService:
    """Stands for the service behind the client: keeps packets by uid, and answers, loses or refuses as told."""

    def __init__(self):
        self.packets, self.taxids, self.calls = {}, {}, []
        self.lose, self.refuse, self.fail, self.status, self.statuses = [], {}, [], "SUCCESS", {}

    def connected(self):
        return patch.object(
            aria_moadian_memory.clients,
            "MoadianClient",
            stand_in(
                {
                    "make_packet": self.make_packet,
                    "send": self.send,
                    "inquiry_by_uid": self.inquire,
                    "invoice_status": self.invoice_status,
                    "inquiry": self.page,
                    "verify_receipt": self.receipt,
                }
            ),
        )

    def make_packet(self, content, uid):
        return packet.envelope(content, "A11216", uid)

    def send(self, packets):
        self.calls.append(len(packets))
        if self.fail:
            raise self.fail.pop(0)
        for row in packets:
            self.take(row["header"]["requestTraceId"], json.loads(row["payload"]))
        if self.lose:
            raise self.lose.pop(0)
        return [clients.Receipt(row["header"]["requestTraceId"], "r-1") for row in packets]

    def take(self, uid, invoice):
        taxid = invoice["header"]["taxid"]
        self.packets[uid] = (invoice, taxid not in self.taxids)
        self.taxids.setdefault(taxid, uid)

    def inquire(self, uids, *_window):
        return [self.result(uid) for uid in uids]

    def result(self, uid):
        if uid not in self.packets:
            return clients.Result(uid, "", "NOT_FOUND", (), "", "", {})
        invoice, first = self.packets[uid]
        code = self.refuse.get(invoice["header"]["taxid"]) or (None if first else "05001")
        status = self.statuses.get(uid, self.status)
        if code and code.startswith("0"):
            message = clients.Message(code, "پیام سامانه", "error")
            return clients.Result(
                uid, "r-1", "FAILED", (message,), "A11216", "", {"status": "FAILED"}
            )
        messages = (clients.Message(code, "هشدار سامانه", "warning"),) if code else ()
        return clients.Result(uid, "r-1", status, messages, "A11216", "", {"status": status})

    def page(self, start, end, page, status=None):
        return [self.result(uid) for uid in self.packets]

    def receipt(self, result):
        return {"taxId": self.packets[result.uid][0]["header"]["taxid"]}

    def invoice_status(self, taxids):
        return {t: {"taxId": t, "error": None if t in self.taxids else "NOT_FOUND"} for t in taxids}


def stand_in(answers):
    """Return a class that stands for the client: each method answers with a value or raises an exception."""

    class Service:
        def __init__(self, *args, **options):
            self.args = args

        def __getattr__(self, name):
            def method(*args, **options):
                answer = answers.get(name)
                if isinstance(answer, Exception):
                    raise answer
                return answer(*args, **options) if callable(answer) else answer

            return method

    return Service
