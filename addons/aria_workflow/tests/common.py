import threading
from contextlib import contextmanager

from odoo import SUPERUSER_ID, api, fields, models, sql_db
from odoo.exceptions import AccessError, UserError
from odoo.orm.model_classes import add_to_registry
from odoo.service.model import call_kw, retrying
from odoo.tests import BaseCase, TransactionCase, get_db_name, new_test_user
from odoo.tools import mute_logger


class AriaDocument(models.Model):
    """A document that exists in tests only, so that the kernel is tested without sales."""

    _name = "aria.test.document"
    _module = None
    _inherit = ["aria.workflow.mixin"]
    _description = "Document of a test"

    name = fields.Char()
    user_id = fields.Many2one("res.users")
    company_id = fields.Many2one("res.company")
    amount = fields.Float()
    tracked = fields.Boolean(default=True)

    def _aria_workflow_events(self):
        return [*super()._aria_workflow_events(), ("reserved", "Reserved"), ("shipped", "Shipped")]

    def _aria_is_tracked(self):
        return self.tracked


class AriaCase(TransactionCase):
    """Units and staff, and the RPC door for them."""

    @classmethod
    def make_user(cls, login, *groups, unit=None, **values):
        """Return a new employee, with the groups named by XML ids, member of ``unit`` when given."""
        user = new_test_user(
            cls.env, login, groups=",".join(groups or ("base.group_user",)), **values
        )
        if unit:
            unit.member_ids = [fields.Command.link(user.id)]
        return user

    @classmethod
    def make_unit(cls, code, **values):
        """Return a new unit with ``code`` as its name too."""
        return cls.env["aria.unit"].create({"name": code.title(), "code": code, **values})

    @classmethod
    def rpc(cls, user, records, method, /, *args, context=None, **kwargs):
        """Call ``method`` as a client of ``user`` would: by ids, through the door that RPC uses.

        ``records`` may be a recordset or a model (no ids are sent for ``@api.model`` methods).
        """
        model = cls.env(user=user, context={"lang": user.lang or "en_US", "tz": user.tz})[
            records._name
        ]
        ids = (
            []
            if getattr(getattr(type(model), method, None), "_api_model", False)
            else [records.ids]
        )
        result = call_kw(model, method, [*ids, *args], {"context": context or {}, **kwargs})
        model.env.flush_all()
        return result

    def refuse(self, user, records, method, /, *args, error=UserError, **kwargs):
        """Check that the call is refused in one sentence, and that nothing of it is left."""
        self.env.invalidate_all()
        names = {"user": user.login, "model": records._name, "method": method, "args": args}
        with (
            self.subTest(**names, **kwargs),
            self.assertRaises(error) as caught,
            self.cr.savepoint(),
        ):
            self.rpc(user, records, method, *args, **kwargs)
        self.assertTrue(str(caught.exception).strip())
        self.env.invalidate_all()


class AriaDocumentCase(AriaCase):
    """The same, with a kind of document that exists in the test only, and a workflow for it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._register_document()
        cls.sales = cls.env.ref("aria_workflow.unit_sales")
        cls.supply = cls.env.ref("aria_workflow.unit_supply")
        cls.warehouse = cls.env.ref("aria_workflow.unit_warehouse")
        cls.seller = cls.make_user("seller", unit=cls.sales)
        cls.supplier = cls.make_user("supplier", unit=cls.supply)
        cls.supplier2 = cls.make_user("supplier2", unit=cls.supply)
        cls.keeper = cls.make_user("keeper", unit=cls.warehouse)
        cls.outsider = cls.make_user("outsider")

    @classmethod
    def _register_document(cls):
        add_to_registry(cls.registry, AriaDocument)
        cls.registry._setup_models__(cls.env.cr, [AriaDocument._name])
        cls.registry.init_models(cls.env.cr, [AriaDocument._name], {"models_to_check": True})
        cls.addClassCleanup(cls._forget_document)
        cls.env["ir.model.access"].create(
            {
                "name": "documents of tests",
                "model_id": cls.env["ir.model"]._get_id(AriaDocument._name),
                "group_id": cls.env.ref("base.group_user").id,
                **dict.fromkeys(("perm_read", "perm_write", "perm_create", "perm_unlink"), True),
            }
        )
        cls.env["ir.rule"].create(
            {
                "name": "documents of tests: own",
                "model_id": cls.env["ir.model"]._get_id(AriaDocument._name),
                "domain_force": "[('user_id', '=', user.id)]",
                "groups": [fields.Command.link(cls.env.ref("base.group_user").id)],
            }
        )

    @classmethod
    def _forget_document(cls):
        cls.registry._clear_cache() if hasattr(cls.registry, "_clear_cache") else None
        for parent in ("aria.workflow.mixin", "base"):
            cls.registry[parent]._inherit_children.discard(AriaDocument._name)
        del cls.registry.models[AriaDocument._name]
        cls.registry._setup_models__(cls.env.cr)

    @classmethod
    def make_document(cls, n=1, **values):
        """Return ``n`` documents of the seller."""
        return cls.env["aria.test.document"].create(
            [{"name": f"Doc {i}", "user_id": cls.seller.id, **values} for i in range(1, n + 1)]
        )

    @classmethod
    def make_workflow(cls, stages, transitions, activate=True, **values):
        """Return a workflow for the documents.

        :param stages: {code: values}; the first one is the first stage
        :param transitions: list of (from code or None, to code, values)
        """
        workflow = cls.env["aria.workflow"].create(
            {
                "name": "Flow",
                "model_id": cls.env["ir.model"]._get_id("aria.test.document"),
                **values,
            }
        )
        made = {
            code: cls.env["aria.workflow.stage"].create(
                {
                    "workflow_id": workflow.id,
                    "name": code.title(),
                    "code": code,
                    "sequence": n,
                    **vals,
                }
            )
            for n, (code, vals) in enumerate(stages.items())
        }
        for source, target, vals in transitions:
            cls.env["aria.workflow.transition"].create(
                {
                    "workflow_id": workflow.id,
                    "from_stage_id": made[source].id if source else False,
                    "to_stage_id": made[target].id,
                    **vals,
                }
            )
        workflow.initial_stage_id = next(iter(made.values()))
        if activate:
            workflow.action_activate()
        return workflow


class RaceCase(BaseCase):
    """Two users at the same instant, in transactions of their own that really commit."""

    @classmethod
    @contextmanager
    def transaction(cls, uid=SUPERUSER_ID):
        # not the cursor of the tests: what happens here is committed
        with sql_db.db_connect(get_db_name()).cursor() as cr:
            yield api.Environment(cr, uid, {})
            cr.commit()  # forbidden-ok: pylint: disable=invalid-commit

    def race(self, *calls, model_method=False, door=call_kw, free=False):
        """Run (uid, model, ids, method, args) side by side; return what each got or raised, in order.

        Each one has read the records before any of them acts, so that all act on the same snapshot.

        :param bool free: nobody waits for anybody; they meet where they meet
        """
        barrier = threading.Barrier(len(calls))
        results = [None] * len(calls)

        def run(index, uid, model, ids, method, args):
            meet = [] if free else [barrier.wait]
            with sql_db.db_connect(get_db_name()).cursor() as cr:
                env = api.Environment(cr, uid, {})

                def act():
                    env[model].sudo().browse(ids).mapped("display_name")
                    if meet:
                        meet.pop()(timeout=30)
                    sent = args if model_method else [ids, *args]
                    return door(env[model], method, sent, {})

                try:
                    results[index] = retrying(act, env)
                except (UserError, AccessError) as error:
                    cr.rollback()  # as a request does
                    results[index] = error

        threads = [threading.Thread(target=run, args=(i, *call)) for i, call in enumerate(calls)]
        with mute_logger("odoo.sql_db"):  # the loser's first try is expected to clash
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
        return results
