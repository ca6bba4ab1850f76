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


def public_methods(model_cls):
    """Yield the names of public methods that the addons define on a model's class."""
    for cls in filter(defined_here, model_cls.mro()):
        for name, value in vars(cls).items():
            private = (
                name.startswith("_")
                or name in SHARED_METHODS
                or getattr(value, "_api_private", False)
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
        found = {
            name
            for name in found
            if not name.split(".")[-1].startswith(("action_set_lost", "button_"))
        }
        self.assertEqual(found - decisions(text), set(), "not in tests/public_methods.txt")
        self.assertEqual(
            decisions(text) - found, set(), "in tests/public_methods.txt, but not in the code"
        )

    def test_fields_on_models_of_odoo_carry_the_prefix(self):
        for field in self.own_fields:
            if not field.model_name.startswith("aria."):
                own = not set(field._modules) - set(NAMES)
                self.assertTrue(not own or field.name.startswith("aria_"), field)

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
            record = model.search([], limit=1)
            names = [
                name
                for name, field in model._fields.items()
                if field.exportable and field.type != "json"
            ]
            record.export_data(names)
            if not record:
                continue
            try:
                with self.env.cr.savepoint():
                    self.assertTrue(record.copy())
            except UserError as error:
                self.assertTrue(str(error).endswith("."), error)

    def test_checks_can_fail(self):
        self.assertEqual(decisions("a.b guarded: x\nc.d maybe\n# e.f harmless\n"), {"a.b"})
