import threading
from contextlib import contextmanager

from odoo import SUPERUSER_ID, api, sql_db
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name
from odoo.tools import mute_logger


class RaceCase(BaseCase):
    """Two at the same instant, in transactions of their own that really commit."""

    @classmethod
    @contextmanager
    def transaction(cls):
        with sql_db.db_connect(get_db_name()).cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})
            cr.commit()  # forbidden-ok: pylint: disable=invalid-commit

    def race(self, *acts):
        """Run functions of (env) side by side, each on a snapshot taken before any of them acts."""
        barrier, results = threading.Barrier(len(acts)), [None] * len(acts)

        def run(index, act):
            meet = [barrier.wait]
            with sql_db.db_connect(get_db_name()).cursor() as cr:
                env = api.Environment(cr, SUPERUSER_ID, {})

                def attempt():
                    env.cr.execute("SELECT 1 FROM aria_moadian_memory")
                    if meet:
                        meet.pop()(timeout=30)
                    return act(env)

                results[index] = retrying(attempt, env)

        threads = [
            threading.Thread(target=run, args=(index, act)) for index, act in enumerate(acts)
        ]
        with mute_logger(
            "odoo.sql_db", "odoo.service.model"
        ):  # the loser's first try is expected to clash
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(60)
        return results
