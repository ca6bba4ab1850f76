import random
from contextlib import closing

from odoo import sql_db
from odoo.fields import Domain
from odoo.service.model import call_kw
from odoo.tests import BaseCase, TransactionCase, get_db_name, new_test_user, tagged
from odoo.tools import SQL, mute_logger

from .. import search
from ..tools import identifiers, letters


@tagged("post_install", "-at_install")
class TestSearch(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env, "clerk", groups="base.group_user,base.group_partner_manager"
        )
        cls.partner = cls.env["res.partner"].create(
            {
                "name": "صنایع نمونه\u200cسازان کیمیا ۱۲",
                "phone": "۰۹۱۲ ۳۴۵ ۶۷۸۹",
                "country_id": cls.env.ref("base.ir").id,
                "aria_national_id": "0499370899",
                "email": "info@kimia.example",
                "ref": "KM-77",
            }
        )

    def found(self, text, operator="ilike"):
        model = self.env(user=self.user)["res.partner"]
        rows = call_kw(model, "name_search", [text], {"operator": operator, "limit": None})
        return self.partner.id in [row[0] for row in rows]

    def test_every_spelling_is_found(self):
        for text in (
            "نمونه سازان", "نمونه\u200cسازان", "نمونهسازان", "كيميا", "کيميا 12", "کیمیا ١٢", "صنايع", "کـیمیا",
            "09123456789", "۰۹۱۲۳۴۵", "+98 912 345", "0098912", "912-345-6789", "989123456789",
            "0499370899", "۰۴۹۹۳۷۰۸۹۹", "info@kimia", "KIMIA.EXAMPLE", "km77", "KM-77", "كي", "کی", "",
        ):  # fmt: skip
            self.assertTrue(self.found(text), text)
        for text in ("کیمیای", "09123456780", "سیمیا", "0498370899"):
            self.assertFalse(self.found(text), text)

    def test_negation_and_other_operators(self):
        self.assertFalse(self.found("كيميا", "not ilike"))
        self.assertTrue(self.found("سیمیا", "not ilike"))
        self.assertTrue(self.found(self.partner.display_name, "="))
        self.assertFalse(self.found("كيميا", "="))

    def test_quotes_and_signs_are_text(self):
        for text in ("'; --", "\\\\\\"):
            self.assertFalse(self.found(text), text)
        self.assertFalse(self.found("نمونه%۱۲"))

    def test_old_spelling_in_the_table_is_found(self):
        self.env.cr.execute(
            "UPDATE res_partner SET complete_name = 'كيمياي قديم' WHERE id = %s", [self.partner.id]
        )
        self.partner.invalidate_recordset()
        self.assertTrue(self.found("کیمیای قدیم"))

    def test_search_views(self):
        views = call_kw(
            self.env(user=self.user)["res.partner"], "get_views", [[[False, "search"]]], {}
        )
        self.assertIn("[('display_name', 'ilike', self)]", views["views"]["search"]["arch"])
        model = self.env["res.partner"]
        for name in ("display_name", "aria_search"):
            self.assertIn(self.partner, model.search([(name, "ilike", "كيميا")]))
        self.assertIn(self.partner, model.search([("aria_search", "ilike", "۰۹۱۲۳۴۵")]))
        child = model.create({"name": "علی", "parent_id": self.partner.id})
        self.assertIn(child, model.search([("parent_id", "ilike", "كيميا")]))

    def test_function_and_python_give_one_key(self):
        rng = random.Random(7)
        pool = [
            chr(c) for c in (*range(0x20, 0x7F), *range(0xA1, 0x130), *range(0x600, 0x700), 0x200C)
        ]
        pool += [
            chr(c)
            for c in (*range(0x2000, 0x2070), *range(0xFB50, 0xFEFD))
            if c not in (0x2028, 0x2029)
        ]
        texts = ["".join(rng.choices(pool, k=8)) for _ in range(500)]
        self.env.cr.execute("SELECT t, aria_search_key(t) FROM unnest(%s) t", [texts])
        for text, key in self.env.cr.fetchall():
            self.assertEqual(key, letters.search_key(text), ascii(text))

    def test_keys_of_phones(self):
        texts = (
            "+98 912 345 6789", "09123456789", "۰۹۱۲۳۴۵۶۷۸۹", "00989123456789", "989123456789", "+98 0912 3456789",
            "+98 21 8888 7777 ext. 12", "0044 20 7946 0958", "+44 (20) 79460958", "88887777", "1888", "", "call me",
            "0", "980912", "98 9123",
        )  # fmt: skip
        self.env.cr.execute(
            "SELECT t, COALESCE(aria_phone_key(t), '') FROM unnest(%s) t", [list(texts)]
        )
        for text, key in self.env.cr.fetchall():
            self.assertEqual(key, identifiers.phone_key(text), text)
        self.assertEqual(len(set(map(identifiers.phone_key, texts[:6]))), 1)
        self.assertEqual(len(set(map(identifiers.phone_key, texts[7:9]))), 1)
        self.assertEqual(identifiers.phone_key(texts[6]), "2188887777")
        self.assertEqual([identifiers.phone_key(t) for t in texts[10:]], [""] * 6)

    def test_index_serves_the_search(self):
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        query = self.env["res.partner"]._search(Domain("display_name", "ilike", "نمونه سازان"))
        self.env.cr.execute(SQL("EXPLAIN %s", query.select()))
        plan = "\n".join(row[0] for row in self.env.cr.fetchall())
        self.assertIn("res_partner_aria_search_", plan)

    def test_changed_function_makes_new_indexes(self):
        cr = self.env.cr
        search.create_search_functions(cr)
        self.assertEqual(self.count_indexes(), 1)
        changed = {"aria_search_key": search.SEARCH_KEY_BODY + "-- changed\n"}
        self.patch(search, "FUNCTIONS", search.FUNCTIONS | changed)
        search.create_search_functions(cr)
        self.assertEqual(self.count_indexes(), 0)
        self.env["res.partner"].init()
        self.assertEqual(self.count_indexes(), 1)
        search.ensure_search_index(cr, "res_partner", ("complete_name",))
        self.assertEqual(self.count_indexes(), 1, "the index over other columns goes")

    def test_large_tables_get_theirs_after_the_commit(self):
        self.patch(search, "LARGE_TABLE", 1)
        self.env.cr.execute(SQL("DROP INDEX %s", SQL.identifier(self.index_names()[0])))
        waiting = len(self.env.cr.postcommit._funcs)
        self.env["res.partner"].init()
        self.assertFalse(self.index_names())
        self.assertEqual(len(self.env.cr.postcommit._funcs), waiting + 1)
        self.env.cr.postcommit._funcs.pop()

    def index_names(self):
        self.env.cr.execute(
            "SELECT indexname FROM pg_indexes WHERE indexname LIKE 'res_partner_aria_search_%'"
        )
        return [row[0] for row in self.env.cr.fetchall()]

    def count_indexes(self):
        return len(self.index_names())


@tagged("post_install", "-at_install")
class TestConcurrentIndex(BaseCase):
    """An index that is made while another transaction writes the table, and one that fails."""

    TABLE = "aria_test_index"

    def setUp(self):
        super().setUp()
        self.run_sql(
            "CREATE TABLE aria_test_index AS SELECT 'x'::text AS name FROM generate_series(1, 10)"
        )
        self.addCleanup(self.run_sql, "DROP TABLE aria_test_index")

    def run_sql(self, statement):
        with closing(sql_db.db_connect(get_db_name()).cursor()) as cr:
            cr.execute(statement)
            rows = cr.fetchall() if cr.description else []
            cr.commit()  # forbidden-ok: pylint: disable=invalid-commit
            return rows

    def build(self, column):
        statement = SQL(
            "CREATE INDEX CONCURRENTLY aria_test_index_name ON aria_test_index (%s)",
            SQL.identifier(column),
        )
        search.build_concurrently(get_db_name(), statement, "aria_test_index_name", self.TABLE)
        return self.run_sql(
            "SELECT indisvalid FROM pg_index JOIN pg_class c ON c.oid = indexrelid WHERE relname = 'aria_test_index_name'"
        )

    def test_made(self):
        self.assertEqual(self.build("name"), [(True,)])

    def test_failure_leaves_nothing_and_is_reported(self):
        with (
            mute_logger("odoo.sql_db"),
            self.assertLogs("odoo.addons.aria_persian.search", "ERROR") as logs,
        ):
            self.assertEqual(self.build("nothing"), [])
        self.assertIn("upgraded", logs.output[0])
