import base64
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.aria_moadian import vault
from odoo.addons.aria_moadian.lib import client as clients
from odoo.addons.aria_moadian.lib import codes, keys

from .common import MoadianCase
from .lib_common import SELLER, signing_key

FACTS = {
    "nameTrade": "بازرگانی آریا",
    "fiscalStatus": "ACTIVE",
    "nationalId": SELLER,
    "economicCode": SELLER,
}


@tagged("post_install", "-at_install")
class TestMemory(MoadianCase):
    # ---------------------------------------------------------------------- secrets
    def test_a_key_is_never_read(self):
        self.assertTrue(self.memory.has_key)
        found = self.rpc(
            self.manager,
            "aria.moadian.memory",
            "read",
            self.memory.ids,
            ["private_key", "key_password"],
        )
        self.assertEqual(
            found, [{"id": self.memory.id, "private_key": False, "key_password": False}]
        )
        row = self.memory.with_user(self.manager).read()[0]
        self.assertFalse(
            any(isinstance(v, str | bytes) and "PRIVATE" in str(v) for v in row.values())
        )
        self.assertNotIn("secret", self.memory._fields)
        self.assertEqual(
            self.memory.export_data(["name", "private_key"])["datas"], [["A11216", ""]]
        )

    def test_a_key_is_encrypted_in_the_database(self):
        self.env.cr.execute(
            "SELECT secret FROM aria_moadian_memory WHERE id = %s", [self.memory.id]
        )
        stored = bytes(self.env.cr.fetchone()[0])
        self.assertNotIn(b"PRIVATE KEY", stored)
        self.assertNotIn(self.key_file()[:40], stored)
        self.assertEqual(self.memory._load_key().private_numbers(), signing_key().private_numbers())

    def test_another_server_cannot_open_it(self):
        with TemporaryDirectory() as folder, self._data_dir(folder):
            with self.assertRaisesRegex(UserError, "upload it again"):
                self.memory._load_key()
            self.memory.private_key = self.key_file()
            self.assertTrue(self.memory._load_key())
            mode = (Path(folder) / vault.FILE).stat().st_mode & 0o777
            self.assertEqual(mode, 0o600)

    def _data_dir(self, folder):
        return patch.object(vault, "config", {"data_dir": folder})

    def test_nothing_of_a_key_in_chatter_or_log(self):
        with self.assertNoLogs("odoo.addons.aria_moadian", level="DEBUG"):
            self.memory.with_user(self.manager).write(
                {"private_key": self.key_file("b"), "certificate": self.certificate_file("b")}
            )
        texts = " ".join(self.memory.message_ids.mapped("body"))
        self.assertFalse(re.search("PRIVATE|private_key", texts))

    def test_locked_keys(self):
        self.memory.write({"private_key": self.key_file("a", "رمز"), "key_password": "رمز"})
        self.assertTrue(self.memory._load_key())
        with self.assertRaisesRegex(UserError, "A11216.*password of the key is wrong"):
            self.memory.write({"private_key": self.key_file("a", "رمز"), "key_password": "other"})

    def test_a_key_can_be_taken_away(self):
        self.memory.write({"active": True})
        self.assertTrue(self.memory.has_key)
        self.memory.write({"private_key": False})
        self.assertFalse(self.memory.has_key)
        with self.assertRaisesRegex(UserError, "has no private key"):
            self.memory._load_key()

    def test_key_on_the_server(self):
        with TemporaryDirectory() as folder:
            path = Path(folder) / "key.pem"
            path.write_bytes(keys.private_pem(signing_key()))
            self.memory.write({"private_key": "", "key_password": "", "key_path": str(path)})
            self.assertTrue(self.memory.has_key)
            self.assertTrue(self.memory._load_key())
            path.unlink()
            with self.assertRaisesRegex(UserError, "missing or not readable"):
                self.memory._load_key()

    def test_bad_files(self):
        for data, reason in ((b"text", "no readable private key"), (b"", "has no private key")):
            with self.assertRaisesRegex(UserError, reason), self.env.cr.savepoint():
                self.memory.write({"private_key": base64.b64encode(data) or "", "key_password": ""})
                self.memory._load_key()

    # ---------------------------------------------------------------------- rights
    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_who_may_what(self):
        self.assertEqual(self.memory.with_user(self.accountant).name, "A11216")
        for method, args in (
            ("write", ({"private_key": self.key_file()},)),
            ("unlink", ()),
            ("action_test_connection", ()),
        ):
            with self.assertRaises(AccessError):
                self.rpc(self.accountant, "aria.moadian.memory", method, self.memory.ids, *args)
        with self.assertRaises(AccessError):
            self.rpc(
                self.manager,
                "aria.moadian.memory",
                "write",
                self.memory.ids,
                {"key_path": "/etc/passwd"},
            )
        with self.assertRaises(AccessError):
            self.rpc(self.manager, "aria.moadian.memory", "read", self.memory.ids, ["key_path"])

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_serials_and_facts_are_not_typed(self):
        for user in (self.accountant, self.manager, self.env.ref("base.user_admin")):
            for values in ({"last_serial": 5}, {"fiscal_status": "ACTIVE"}):
                with self.assertRaises(AccessError):
                    self.rpc(user, "aria.moadian.memory", "write", self.memory.ids, values)
        with self.assertRaises(AccessError):
            self.memory.write({"last_serial": 5})
        with self.assertRaises(AccessError):
            self.memory.with_user(self.manager).create(
                self.memory_values(name="A11217", last_serial=7)
            )

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_companies_are_apart(self):
        other = self.env["res.company"].create({"name": "Other"})
        memory = self.env["aria.moadian.memory"].create(
            self.memory_values(name="B11216", company_id=other.id)
        )
        self.assertFalse(
            self.env(user=self.manager)["aria.moadian.memory"].search([("id", "=", memory.id)])
        )
        with self.assertRaises(AccessError):
            memory.with_user(self.manager).read(["name"])

    # ---------------------------------------------------------------------- data
    def test_the_id_has_one_form(self):
        memory = self.env["aria.moadian.memory"].create(self.memory_values(name=" a۱1217 "))
        self.assertEqual(memory.name, "A11217")
        for name in ("A1121", "A-1217", "آ11217"):
            with (
                self.assertRaisesRegex(ValidationError, "six Latin letters or digits"),
                self.env.cr.savepoint(),
            ):
                memory.name = name

    def test_addresses(self):
        self.assertEqual(self.memory.environment, "other")
        self.memory.environment = "sandbox"
        self.assertEqual(self.memory.base_url, "https://sandboxrc.tax.gov.ir/requestsmanager")
        with self.assertRaisesRegex(ValidationError, "https://"):
            self.memory.base_url = "http://tp.tax.gov.ir"

    def test_a_used_memory_stays(self):
        self.memory._take_serials(1)
        with self.assertRaisesRegex(UserError, "archive it"):
            self.memory.unlink()
        with self.assertRaisesRegex(UserError, "duplicated"):
            self.memory.copy()

    def test_serials_have_no_gap(self):
        self.assertEqual([self.memory._take_serials(count) for count in (1, 3, 1)], [1, 2, 5])
        self.assertEqual(self.memory.last_serial, 5)

    def test_branches_send_through_their_parent(self):
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        stranger = self.env["res.company"].create({"name": "Stranger"})
        found = self.env["aria.moadian.memory"]._get_for(branch | self.company | stranger)
        self.assertEqual(found, {branch.id: self.memory, self.company.id: self.memory})
        own = self.env["aria.moadian.memory"].create(
            self.memory_values(name="A11218", company_id=branch.id)
        )
        self.assertEqual(self.env["aria.moadian.memory"]._get_for(branch), {branch.id: own})

    def test_certificate_facts(self):
        self.assertIn(SELLER, self.memory.certificate_owner)
        self.assertGreater(self.memory.certificate_end, fields.Date.today())
        self.memory.certificate = base64.b64encode(b"nothing")
        self.assertFalse(self.memory.certificate_owner)

    # ---------------------------------------------------------------------- test of the connection
    def test_connection(self):
        information = {
            "serverTime": int(fields.Datetime.now().timestamp() * 1000),
            "publicKeys": [],
        }
        with self.as_service(server_information=information, fiscal_information=FACTS):
            self.rpc(self.manager, "aria.moadian.memory", "action_test_connection", self.memory.ids)
        self.assertEqual(self.memory.fiscal_name, "بازرگانی آریا")
        self.assertEqual(self.memory.test_result.count("✓"), 6, self.memory.test_result)
        self.assertNotIn("✗", self.memory.test_result)

    def test_connection_tells_what_is_wrong(self):
        refused = clients.Refused(401, [codes.decode("4103")])
        unreachable = clients.NotSent("نشد", "The service could not be reached.")
        cases = [
            ({"server_information": refused}, "4103"),
            ({"server_information": unreachable}, "could not be reached"),
            ({"server_information": {"serverTime": 1}, "fiscal_information": FACTS}, "clock"),
            (
                {"server_information": {}, "fiscal_information": {**FACTS, "fiscalStatus": "X"}},
                "not active",
            ),
            (
                {
                    "server_information": {},
                    "fiscal_information": {**FACTS, "nationalId": "1", "economicCode": "2"},
                },
                "not to بازرگانی آریا",
            ),
        ]
        for answers, reason in cases:
            with self.as_service(**answers):
                self.memory.action_test_connection()
            self.assertRegex(self.memory.test_result, f"✗.*{reason}")

    def test_connection_with_bad_files(self):
        for values, reason in (
            ({"private_key": self.key_file("b")}, "does not belong to this certificate"),
            ({"certificate": False}, "no readable certificate"),
            ({"certificate": self.certificate_file("a", SELLER, -20, -10)}, "expired"),
        ):
            with self.subTest(reason), self.env.cr.savepoint() as savepoint:
                self.memory.write(values)
                self.memory.action_test_connection()
                self.assertIn(reason, self.memory.test_result)
                savepoint.rollback()
                self.memory.invalidate_recordset()

    def test_connection_in_persian(self):
        with self.as_service(server_information=clients.Refused(401, [codes.decode("4103")])):
            self.memory.with_context(lang="fa_IR").action_test_connection()
        self.assertIn("شناسه ملی گواهی", self.memory.test_result)

    def test_nobody_listens(self):
        with mute_logger("odoo.tests.common"):
            self.memory.action_test_connection()
        self.assertIn("✗", self.memory.test_result)
        self.assertNotIn("Traceback", self.memory.test_result)


@tagged("post_install", "-at_install")
class TestMasterData(MoadianCase):
    def test_goods_id_of_product_and_category(self):
        above = self.env["product.category"].create({"name": "A", "aria_sstid": "2710000138624"})
        below = self.env["product.category"].create({"name": "B", "parent_id": above.id})
        product = self.env["product.template"].create({"name": "کالا", "categ_id": below.id})
        self.assertEqual(product._get_aria_sstid(), "2710000138624")
        product.aria_sstid = "۲۷۱۰۰۰۰ ۱۳۸۶۲۵"
        self.assertEqual(product._get_aria_sstid(), "2710000138625")
        for record in (product, above):
            with self.assertRaisesRegex(ValidationError, "13 digits"), self.env.cr.savepoint():
                record.aria_sstid = "271"

    def test_units(self):
        self.assertEqual(self.env.ref("uom.product_uom_unit").aria_moadian_code, "1627")
        self.assertEqual(self.env.ref("uom.product_uom_kgm").aria_moadian_code, "164")
        with self.assertRaisesRegex(ValidationError, "list of units"):
            self.env.ref("uom.product_uom_unit").aria_moadian_code = "1"

    def test_kinds_of_tax(self):
        group = self.env["account.tax.group"].create({"name": "VAT", "company_id": self.company.id})
        values = {
            "name": "VAT",
            "amount": 10,
            "company_id": self.company.id,
            "country_id": self.env.ref("base.ir").id,
            "tax_group_id": group.id,
        }
        Tax = self.env["account.tax"].with_company(self.company)
        self.assertEqual(Tax.create({**values, "type_tax_use": "sale"}).aria_moadian_kind, "vat")
        self.assertEqual(
            Tax.create({**values, "type_tax_use": "purchase"}).aria_moadian_kind, "none"
        )
        duty = Tax.create(
            {**values, "name": "Duty", "type_tax_use": "sale", "aria_moadian_kind": "other"}
        )
        self.assertEqual(duty.aria_moadian_kind, "other")

    def test_kinds_of_buyers(self):
        company = self.env["res.partner"].create({"name": "C", "is_company": True})
        person = self.env["res.partner"].create({"name": "P"})
        self.assertEqual(
            (company._get_aria_moadian_kind(), person._get_aria_moadian_kind()), (2, 1)
        )
        person.aria_national_id = "123456789012"
        self.assertEqual(person._get_aria_moadian_kind(), 4)
        company.aria_moadian_kind = "partnership"
        self.assertEqual(company._get_aria_moadian_kind(), 3)
