"""Checks over the models of every addon, in the database with all of them."""

import inspect

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user, tagged

from .addons import NAMES, ROOT

SHARED_METHODS = {"create", "write", "unlink", "copy", "copy_data", "default_get", "fields_get"}


def defined_here(cls):
    """Return whether a class of a model's ancestry stands in one of the addons."""
    parts = cls.__module__.split(".")
    return parts[:2] == ["odoo", "addons"] and parts[2] in NAMES and "tests" not in parts


def overrides_odoo(model_cls, name):
    """Return whether Odoo itself has the method, so that its rights are Odoo's."""
    return any(name in vars(cls) for cls in model_cls.mro() if not defined_here(cls))


def public_methods(model_cls):
    """Yield the names of public methods that the addons define on a model's class, and Odoo does not."""
    for cls in filter(defined_here, model_cls.mro()):
        for name, value in vars(cls).items():
            private = (
                name.startswith("_")
                or name in SHARED_METHODS
                or getattr(value, "_api_private", False)
                or overrides_odoo(model_cls, name)
            )
            if inspect.isfunction(value) and not private:
                yield f"{cls._name or cls._inherit}.{name}"


def decisions(text):
    """Return the methods of a list of decisions."""
    rows = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    return {row[0] for row in rows if row[1].rstrip(":") in ("guarded", "harmless")}


@tagged("post_install", "-at_install")
class TestModels(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own_models = [
            model
            for name, model in cls.env.items()
            if name.startswith("aria.") and not name.startswith("aria.test")
        ]
        cls.own_fields = [
            field
            for model in cls.env.values()
            if not model._abstract
            for field in model._fields.values()
            if field._modules and set(field._modules) & set(NAMES)
        ]

    def test_every_model_has_access_rules(self):
        listed = set(self.env["ir.model.access"].search([]).model_id.mapped("model"))
        for model in self.own_models:
            if not model._abstract:
                self.assertIn(model._name, listed)

    def test_models_with_a_company_have_a_rule(self):
        for model in self.own_models:
            if model._abstract or "company_id" not in model._fields:
                continue
            rules = self.env["ir.rule"].search(
                [("model_id.model", "=", model._name), ("global", "=", True)]
            )
            self.assertTrue(
                any("company_ids" in (r.domain_force or "") for r in rules), model._name
            )

    def test_public_methods_are_decided(self):
        text = (ROOT / "tests" / "public_methods.txt").read_text(encoding="utf-8")
        found = {name for model in self.env.values() for name in public_methods(type(model))}
        self.assertEqual(found - decisions(text), set(), "not in tests/public_methods.txt")
        self.assertEqual(
            decisions(text) - found, set(), "in tests/public_methods.txt, but not in the code"
        )

    def test_columns_that_follow_from_others_are_not_typed(self):
        """A stored related or computed column can be written over RPC, whatever the view says."""
        user = self.env.ref("base.user_admin")
        checked = 0
        for field in self.own_fields:
            model = self.env[field.model_name].with_user(user)
            follows = field.compute or field.related
            derived = field.store and follows and field.readonly and not field.inverse
            names = {name for name in field._modules if name not in NAMES}
            if not derived or names or model.is_transient() or not model.has_access("write"):
                continue
            checked += 1
            self.assertFalse(model._has_field_access(field, "write"), field)
        self.assertTrue(checked)

    def test_fields_on_models_of_odoo_carry_the_prefix(self):
        for field in self.own_fields:
            if not field.model_name.startswith("aria."):
                own = not set(field._modules) - set(NAMES)
                # the digest takes fields that begin with kpi_ for figures
                named = field.name.startswith(("aria_", "kpi_aria_"))
                self.assertTrue(not own or named, field)

    def test_many2one_fields_have_an_index(self):
        for field in self.own_fields:
            own = not set(field._modules) - set(NAMES)
            checked = own and field.type == "many2one" and field.store and field.column_type
            if (
                checked
                and not self.env[field.model_name].is_transient()
                and field.name not in ("create_uid", "write_uid")
            ):
                self.assertTrue(field.index, f"{field}: searched without an index")

    def test_views_open_for_every_group_with_the_menu(self):
        menus = self.env["ir.ui.menu"].with_context(**{"ir.ui.menu.full_list": True}).search([])
        data = self.env["ir.model.data"].search(
            [("model", "=", "ir.ui.menu"), ("module", "in", NAMES)]
        )
        menus = menus.browse(data.mapped("res_id")).filtered("action")
        self.assertTrue(menus)
        for menu in menus:
            groups = menu.group_ids or menu.parent_id.group_ids
            for group in groups or self.env.ref("base.group_user"):
                self.open_action(menu.action, group)

    def open_action(self, action, group):
        login = f"probe_{action.id}_{group.id}"
        user = new_test_user(self.env, login, groups="base.group_user")
        user.group_ids = [Command.link(group.id)]
        model = self.env[action.res_model].with_user(user)
        views = [[view.id, kind] for view, kind in self.views_of(action)]
        fetched = model.get_views([*views, [action.search_view_id.id, "search"]])
        for kind in action.view_mode.split(","):
            names = [
                name for name in fetched["models"][model._name]["fields"] if name in model._fields
            ]
            model.search_read([], names, limit=1)
            self.assertIn(kind, fetched["views"])

    def views_of(self, action):
        chosen = {view.view_mode: view.view_id for view in action.view_ids}
        empty = self.env["ir.ui.view"]
        return [(chosen.get(kind, empty), kind) for kind in action.view_mode.split(",")]

    def test_records_can_be_exported_and_copied_or_say_why_not(self):
        for model in self.own_models:
            if model._abstract:
                continue
            record = model.search([], limit=1) or (model._auto and self.make_sample(model)) or model
            names = [
                name
                for name, field in model._fields.items()
                if field.exportable and field.type != "json"
            ]
            exported = record.export_data(names)["datas"]
            self.assertGreaterEqual(len(exported), len(record), model._name)
            admin = self.env.ref("base.user_admin")
            if not record or not model.with_user(admin).has_access("create"):
                continue  # rows that only the engine makes
            try:
                with self.env.cr.savepoint():
                    self.assertTrue(record.copy())
            except UserError as error:
                self.assertTrue(str(error).endswith("."), error)

    def make_sample(self, model):
        """Return a record with whatever fits its required fields; nothing for rows of the engine."""
        values = {}
        defaults = model.default_get(list(model._fields))
        for name, field in model._fields.items():
            if not field.required or field.compute or field.related or defaults.get(name):
                continue
            if field.type == "many2one":
                values[name] = self.env[field.comodel_name].search([], limit=1).id
                if not values[name]:
                    return model  # the database has nothing to point at
            elif field.type == "selection":
                values[name] = field.get_values(self.env)[0]
            else:
                samples = {
                    "integer": 1,
                    "float": 1.0,
                    "monetary": 1.0,
                    "date": "2026-11-24",
                    "datetime": "2026-11-24 08:00:00",
                }
                values[name] = samples.get(field.type, "x")
        try:
            with self.env.cr.savepoint():
                return model.create(values)
        except UserError as error:
            self.assertTrue(str(error).strip(), model._name)
            return model

    def test_checks_can_fail(self):
        self.assertTrue(overrides_odoo(type(self.env["crm.lead"]), "action_set_lost"))
        self.assertFalse(overrides_odoo(type(self.env["crm.lead"]), "aria_refer"))
        self.assertEqual(decisions("a.b guarded: x\nc.d maybe\n# e.f harmless\n"), {"a.b"})
