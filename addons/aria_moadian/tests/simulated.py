import base64

from odoo.addons.aria_moadian.simulator import Simulator

from .common import InvoiceCase
from .lib_common import SELLER


class Open:
    """In the place of a stand-in of the service: nothing stands in."""

    @staticmethod
    def connected():
        return Open()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False


class SimulatedCase(InvoiceCase):
    """A company whose memory is enrolled at a simulator of its own."""

    def setUp(self):
        super().setUp()
        self.simulator = self.enterContext(Simulator())
        credentials = self.simulator.enroll("A11216", SELLER)
        self.memory.write(
            {
                "base_url": self.simulator.base_url,
                "private_key": self.file(credentials.key_pem),
                "certificate": self.file(credentials.certificate_pem),
            }
        )
        self.memory._make_client().forget_server_key()  # a port may have been an earlier simulator's

    def file(self, text):
        return base64.b64encode(text.encode() if isinstance(text, str) else text)

    def run_all(self, times=1):
        for _ in range(times):
            self.run_crons(Open)

    def book(self):
        return {row["taxid"]: row for row in self.simulator.report()["invoices"]}
