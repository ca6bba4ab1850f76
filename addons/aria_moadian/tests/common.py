"""A company that sends: its memory, key and certificate, an accountant and a manager, and a door of RPC."""

import base64
from unittest.mock import patch

from cryptography.hazmat.primitives import serialization

from odoo.service.model import call_kw
from odoo.tests import TransactionCase, new_test_user

from odoo.addons.aria_moadian.lib import keys
from odoo.addons.aria_moadian.models import aria_moadian_memory

from .lib_common import SELLER, certificate, signing_key


class MoadianCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create(
            {"name": "بازرگانی آریا", "currency_id": cls.env.ref("base.IRR").id}
        )
        cls.env.ref("base.IRR").write({"active": True, "rounding": 1})
        cls.company.partner_id.write({"aria_economic_code": SELLER, "aria_national_id": SELLER})
        options = {"company_id": cls.company.id, "company_ids": [(6, 0, cls.company.ids)]}
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
