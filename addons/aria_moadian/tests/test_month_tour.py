import base64

from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.aria_moadian.simulator import Simulator

from .common import InvoiceCase
from .lib_common import SELLER
from .simulated import Open

DESKTOP, PHONE = "1366x768", "390x844"


@tagged("post_install", "-at_install")
class TestAccountantsMonth(InvoiceCase, HttpCase):
    """Connect, fix three refused invoices, send, correct, return, cancel, reconcile: in the browser, in Persian."""

    prefix = "aria_moadian_"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        own = cls.env.ref("base.module_aria_moadian")
        (own | own.upstream_dependencies(exclude_states=("uninstalled",)))._update_translations(
            ["fa_IR"]
        )
        cls.memory.unlink()
        cls.person = new_test_user(
            cls.env,
            "month",
            groups="aria_moadian.group_manager,base.group_partner_manager",
            name="حسابدار",
            lang="fa_IR",
            tz="Asia/Tehran",
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )
        cls.television = cls.env["product.product"].create(
            {"name": "تلویزیون ۵۵", "aria_sstid": "2710000138648"}
        )
        cls.fridge = cls.env["product.product"].create(
            {"name": "یخچال", "aria_sstid": "2710000138655"}
        )
        cls.env["aria.moadian.good"]._take_rows({"2710000138631": ("تلویزیون ال‌ای‌دی", 10.0, None)})

    def setUp(self):
        super().setUp()
        self.simulator = self.enterContext(Simulator())
        credentials = self.simulator.enroll("A11216", SELLER)
        for name, data in (
            ("url", self.simulator.base_url.encode()),
            ("key.pem", credentials.key_pem),
            ("certificate.pem", credentials.certificate_pem),
        ):
            self.env["ir.attachment"].create(
                {
                    "name": f"moadian-tour.{name}",
                    "datas": base64.b64encode(data),
                    "public": True,
                }
            )

    def tour(self, name, path):
        self.start_tour(path, f"{self.prefix}{name}", login="month", timeout=120)
        self.env.invalidate_all()

    def run_cron(self, name):
        # a case with a browser is in test mode already
        self.env.flush_all()
        self.env.ref(f"aria_moadian.{name}").method_direct_trigger()
        self.env.invalidate_all()

    def buyer_named(self, name, code):
        return self.buyer.create({"name": name, "is_company": True, "aria_economic_code": code})

    def connect(self):
        first = self.make_invoice()
        self.tour("connect", f"/odoo/moadian/{first.id}")
        memory = self.env["aria.moadian.memory"].search([("name", "=", "A11216")])
        self.assertEqual((memory.fiscal_status, memory.company_id), ("ACTIVE", self.company))
        first.action_aria_moadian_check()
        return first

    def three_refused(self):
        """Return three invoices that the service refused: an unknown buyer, two unknown goods."""
        self.simulator.service.settings.open_register = False
        self.simulator.service.settings.open_goods = False
        self.simulator.set_taxpayer("10100302746", "ACTIVE")
        for sstid in ("2710000138631", "2710000138624"):
            self.simulator.set_goods(sstid, [10])
        unknown = self.buyer_named("خریدار بی‌شماره", "10100387143")
        known = [self.buyer_named(name, "10100302746") for name in ("خریدار نخست", "خریدار دوم")]
        moves = self.make_invoice(partner_id=unknown.id)
        moves |= self.make_invoice({"product_id": self.television.id}, partner_id=known[0].id)
        moves |= self.make_invoice({"product_id": self.fridge.id}, partner_id=known[1].id)
        moves.action_aria_moadian_send()
        self.run_crons(Open)
        self.assertEqual(
            moves.mapped("aria_moadian_state"),
            ["refused"] * 3,
            moves.mapped("aria_moadian_findings"),
        )
        return moves

    def test_month_at_the_desk(self):
        self.browser_size = DESKTOP
        self.do_month()

    def test_month_on_the_phone(self):
        self.browser_size, self.touch_enabled = PHONE, True
        self.prefix = "aria_moadian_phone_"
        self.do_month()

    def do_month(self):
        first = self.connect()
        sold = self.make_invoice({"quantity": 10})
        wrong = self.make_invoice({"quantity": 9})
        (first | sold | wrong).action_aria_moadian_send()
        self.run_crons(Open)
        refused = self.three_refused()
        self.tour("fix", "/odoo/moadian")
        self.run_crons(Open)
        self.assertEqual(
            set(refused.mapped("aria_moadian_state")),
            {"accepted"},
            refused.mapped("aria_moadian_message"),
        )
        number = wrong.aria_taxid
        self.tour("correct", f"/odoo/moadian/{wrong.id}")
        self.tour("return", f"/odoo/moadian/{sold.id}")
        self.tour("cancel", f"/odoo/moadian/{first.id}")
        self.run_crons(Open)
        note = sold.reversal_move_ids
        self.assertEqual(note.aria_moadian_state, "accepted", note.aria_moadian_message)
        self.assertEqual(first.aria_moadian_state, "cancelled", first.aria_moadian_message)
        self.tour("reconcile", "/odoo/moadian-reconcile")
        self.tour("vat", "/odoo/moadian-vat")
        self.make_invoice()  # something to do, or the board is empty
        self.tour("periods", "/odoo/moadian")
        self.check_book(sold, note, refused)
        self.check_correction(wrong, number)

    def check_correction(self, wrong, number):
        """The correction refers to the first number and says what was really sold."""
        self.assertEqual(wrong.aria_moadian_state, "accepted", wrong.aria_moadian_message)
        told = {row["taxid"]: row for row in self.simulator.report()["invoices"]}[wrong.aria_taxid]
        self.assertEqual((told["ins"], told["irtaxid"], int(told["tbill"])), (2, number, 7700))

    def check_book(self, sold, note, refused):
        """The organisation's book is what was sent, to the Rial."""
        book = {row["taxid"]: row for row in self.simulator.report()["invoices"]}
        wanted = (sold | note | refused).mapped("aria_taxid")
        self.assertLessEqual(set(wanted), set(book))
        self.assertEqual(int(book[note.aria_taxid]["tbill"]), 6600)
