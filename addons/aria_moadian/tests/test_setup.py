import base64
from datetime import datetime, timedelta, timezone

from cryptography import x509

from odoo.exceptions import AccessError, RedirectWarning, UserError
from odoo.tests import new_test_user, tagged

from odoo.addons.aria_moadian.simulator import Simulator

from .common import InvoiceCase
from .lib_common import SELLER
from .simulated import SimulatedCase


@tagged("post_install", "-at_install")
class TestSetup(InvoiceCase):
    """The wizard leads from nothing to a tested memory; nobody but a manager walks it, and no key stays in it."""

    file = SimulatedCase.file

    def setUp(self):
        super().setUp()
        self.simulator = self.enterContext(Simulator())
        self.credentials = self.simulator.enroll("A1112K", SELLER)

    def start(self, **values):
        return (
            self.env["aria.moadian.setup"]
            .with_user(self.manager)
            .create(
                {
                    "company_id": self.company.id,
                    "name": "a1112k",
                    "environment": "other",
                    "base_url": self.simulator.base_url,
                    **values,
                }
            )
        )

    def test_from_nothing_to_a_tested_memory(self):
        wizard = self.start()
        wizard.action_next()
        self.assertEqual((wizard.step, wizard.memory_id.name), ("key", "A1112K"))
        with self.assertRaisesRegex(UserError, "certificate of memory A1112K"):
            wizard.action_next()
        wizard.write({"certificate": self.file(self.credentials.certificate_pem)})
        with self.assertRaisesRegex(UserError, "private key of memory A1112K"):
            wizard.action_next()
        wizard.write({"private_key": self.file(self.credentials.key_pem)})
        wizard.memory_id._make_client().forget_server_key()
        wizard.action_next()
        self.assertEqual(wizard.step, "test")
        self.assertIn("text-success", wizard.test_html)
        self.assertNotIn("text-danger", wizard.test_html)
        self.assertEqual(wizard.fiscal_status, "ACTIVE")
        self.assertEqual(wizard.with_context(lang="fa_IR").fiscal_state, "فعال")
        self.assertFalse(wizard.memory_id._get_missing())

    def test_no_key_stays_in_the_wizard(self):
        wizard = self.start()
        wizard.action_next()
        wizard.write({"private_key": self.file(self.credentials.key_pem), "key_password": "x"})
        self.assertFalse(wizard.private_key or wizard.key_password)
        self.env.flush_all()
        self.env.cr.execute("SELECT * FROM aria_moadian_setup WHERE id = %s", [wizard.id])
        self.assertNotIn("PRIVATE", str(self.env.cr.fetchall()))
        names = self.env["aria.moadian.setup"]._fields
        self.assertFalse(names["private_key"].store or names["key_password"].store)

    def test_own_key_and_a_request_for_its_certificate(self):
        wizard = self.start()
        with self.assertRaisesRegex(UserError, "Type the memory id first"):
            wizard.action_make_request()
        wizard.action_next()
        wizard.action_make_request()
        request = base64.b64decode(wizard.certificate_request)
        subject = x509.load_pem_x509_csr(request).subject.rfc4514_string()
        self.assertIn(SELLER, subject)
        self.assertIn("[Stamp]", subject)
        self.assertNotIn(b"PRIVATE", request)
        self.assertTrue(wizard.has_key)
        with self.assertRaisesRegex(UserError, "has a private key"):
            wizard.action_make_request()
        now = datetime.now(timezone.utc)
        licensed = self.simulator.service.authority.license(
            request, now - timedelta(days=1), now + timedelta(days=300)
        )
        wizard.write({"certificate": self.file(licensed)})
        wizard.memory_id._make_client().forget_server_key()
        wizard.action_next()
        self.assertNotIn("text-danger", wizard.test_html)
        self.assertEqual(wizard.fiscal_status, "ACTIVE")

    def test_a_request_of_nobody(self):
        wizard = self.start()
        wizard.action_next()
        self.company.partner_id.write({"aria_economic_code": False, "aria_national_id": False})
        with self.assertRaisesRegex(UserError, "national id of"):
            wizard.action_make_request()
        with self.assertRaises(AccessError):
            self.rpc(
                self.accountant,
                "aria.moadian.memory",
                "action_make_request",
                wizard.memory_id.ids,
            )
        with self.assertRaises(AccessError):
            self.rpc(
                self.manager,
                "aria.moadian.memory",
                "write",
                wizard.memory_id.ids,
                {"certificate_request": "eA=="},
            )
        self.assertFalse(wizard.memory_id.has_key)

    def test_each_step_says_what_is_missing(self):
        with self.assertRaisesRegex(UserError, "Type the memory id"):
            self.start(name=False).action_next()
        with self.assertRaisesRegex(UserError, "Type the memory id first"):
            self.start(private_key=self.file(self.credentials.key_pem))
        self.company.partner_id.write({"aria_economic_code": False, "aria_national_id": False})
        with self.assertRaisesRegex(UserError, "economic code of"):
            self.start().action_next()
        wizard = self.start(economic_code=SELLER)
        wizard.action_next()
        self.assertEqual(self.company.partner_id.aria_economic_code, SELLER)

    def test_a_memory_that_is_there_is_taken_up_again(self):
        first = self.start()
        first.action_next()
        first.memory_id.active = False
        again = self.start()
        again.action_next()
        self.assertEqual(again.memory_id, first.memory_id)
        self.assertTrue(again.memory_id.active)

    def test_only_managers(self):
        with self.assertRaises(AccessError):
            self.rpc(self.accountant, "aria.moadian.setup", "create", {"name": "A1112K"})
        wizard = self.start()
        for name in ("action_next", "action_back", "action_test", "action_make_request"):
            with self.assertRaises(AccessError):
                self.rpc(self.accountant, "aria.moadian.setup", name, wizard.ids)
        other = self.env["res.company"].create({"name": "دیگر"})
        foreign = self.memory.create(self.memory_values(name="A1112Z", company_id=other.id))
        with self.assertRaises(AccessError):
            self.rpc(
                self.manager, "aria.moadian.setup", "write", wizard.ids, {"memory_id": foreign.id}
            )
        with self.assertRaises(AccessError):
            self.start(memory_id=foreign.id)
        with self.assertRaises(AccessError):
            self.start(company_id=other.id, economic_code="10100302746").action_next()
        self.assertFalse(other.partner_id.aria_economic_code)

    def test_missing_setup_is_said_with_a_link(self):
        self.memory.write({"active": False})
        move = self.make_invoice().with_user(self.accountant)
        self.company.country_id = self.env.ref("base.ir")
        self.env.invalidate_all()
        self.assertIn("no fiscal memory", move.aria_moadian_missing)
        with self.assertRaises(RedirectWarning):
            move.action_aria_moadian_send()
        with self.assertRaisesRegex(UserError, "m_manager"):
            move.action_aria_moadian_set_up()
        action = move.with_user(self.manager).action_aria_moadian_set_up()
        self.assertEqual(action["res_model"], "aria.moadian.setup")
        self.memory.write({"active": True, "certificate": False})
        self.env.invalidate_all()
        self.assertIn("no certificate", move.aria_moadian_missing)

    def test_companies_abroad_are_not_asked(self):
        self.memory.write({"active": False})
        self.company.write(
            {
                "country_id": self.env.ref("base.de").id,
                "account_fiscal_country_id": self.env.ref("base.de").id,
            }
        )
        self.assertFalse(self.company._get_aria_moadian_missing())

    def test_lowest_role_reads_nothing(self):
        clerk = new_test_user(self.env, "m_clerk", groups="base.group_user")
        move = self.make_invoice()
        for name in ("action_aria_moadian_fix", "action_aria_moadian_recheck"):
            args = [move.ids, 0] if name.endswith("fix") else [move.ids]
            with self.assertRaises(AccessError):
                self.rpc(clerk, "account.move", name, *args)
        with self.assertRaises(AccessError):
            self.rpc(clerk, "account.move", "action_aria_moadian_set_up", move.ids)
        with self.assertRaises(AccessError):
            self.rpc(clerk, "aria.moadian.memory", "action_set_up", self.memory.ids)
