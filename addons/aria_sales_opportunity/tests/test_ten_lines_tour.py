from odoo.tests import tagged

from .ten_lines import TenLines


@tagged("post_install", "-at_install")
class TestTradingTour(TenLines):
    """A trading company: what is not in stock is got by supply."""

    def test_desk(self):
        self.run_sale(phone=False)

    def test_phone(self):
        self.run_sale(phone=True)


@tagged("post_install", "-at_install")
class TestBrokerageTour(TenLines):
    """A broker: what is not in stock is bought."""

    kind, unit = "brokerage", "purchase"

    def test_desk(self):
        self.run_sale(phone=False)

    def test_phone(self):
        self.run_sale(phone=True)
