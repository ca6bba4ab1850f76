from odoo import Command
from odoo.tests import HttpCase, new_test_user, tagged

PHONE, DESKTOP = "375x667", "1366x768"


@tagged("post_install", "-at_install")
class TestOneSaleTour(HttpCase):
    """One sale of three lines in the browser, in Persian, by one person per unit with the rights of the job."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fa_IR")
        own = cls.env.ref("base.module_aria_sales_opportunity")
        (own | own.upstream_dependencies(exclude_states=("uninstalled",)))._update_translations(
            ["fa_IR"]
        )
        cls.staff = {
            login: cls.make_person(login, *groups)
            for login, groups in {
                "sales": ("sales_team.group_sale_salesman", "crm.group_use_lead"),
                "finance": ("account.group_account_invoice",),
                "supply": (),
                "purchase": (),
                "warehouse": ("stock.group_stock_user",),
            }.items()
        }
        cls.env["utm.campaign"].create({"title": "نمایشگاه صنعت", "aria_kind": "exhibition"})
        cls.reason = cls.env["crm.lost.reason"].create({"name": "قیمت رقیب پایین‌تر بود"})
        cls.pump, cls.drive, cls.pipe = cls.env["product.product"].create(
            [
                {
                    "name": f"{name} آزمون",
                    "is_storable": True,
                    "list_price": 1000000,
                    "taxes_id": False,
                    "invoice_policy": "delivery",
                }
                for name in ("پمپ", "اینورتر", "لوله")
            ]
        )
        location = cls.env.ref("stock.warehouse0").lot_stock_id
        cls.env["stock.quant"]._update_available_quantity(cls.pump, location, 5)
        cls.env["stock.quant"]._update_available_quantity(cls.pipe, location, 500)

    @classmethod
    def make_person(cls, code, *groups):
        """Return a new member of the unit ``code``, with the rights of the job and no others."""
        user = new_test_user(
            cls.env,
            f"tour_{code}",
            groups=",".join(("base.group_user", *groups)),
            lang="fa_IR",
            tz="Asia/Tehran",
        )
        cls.env.ref(f"aria_workflow.unit_{code}").member_ids = [Command.link(user.id)]
        return user

    def turn(self, code, tour, path="/odoo/aria-cartable", phone=False):
        """Let the person of a unit do a tour, at the desk or on the phone."""
        self.browser_size, self.touch_enabled = (PHONE, True) if phone else (DESKTOP, False)
        self.start_tour(path, f"aria_one_sale_{tour}", login=f"tour_{code}", timeout=120)
        self.env.invalidate_all()

    def line_of(self, product):
        return self.env["sale.order.line"].search([("product_id", "=", product.id)])

    def get_outcomes(self):
        return {
            product: (line.aria_stage_id.code, line.aria_outcome or None)
            for product in (self.pump, self.drive, self.pipe)
            for line in self.line_of(product)
        }

    def test_one_sale(self):
        self.turn("sales", "offer", "/odoo/aria-leads")
        order = self.line_of(self.pump).order_id
        lead = order.opportunity_id
        self.assertEqual((lead.campaign_id.title, lead.type), ("نمایشگاه صنعت", "opportunity"))
        self.assertEqual((lead.aria_registrar_id, order.user_id), (self.staff["sales"],) * 2)
        self.assertEqual(
            order.order_line.mapped("aria_unit_id.code"), ["finance", "supply", "purchase"]
        )
        self.turn("finance", "answer", phone=True)
        self.turn("supply", "answer", phone=True)
        self.turn("purchase", "return", phone=True)
        self.assertEqual(self.line_of(self.pipe).aria_user_id, self.staff["sales"])
        self.turn("sales", "order", "/odoo/aria-lines")
        self.turn("warehouse", "accept", phone=True)
        picking = order.picking_ids
        self.assertEqual(picking.move_ids.product_id, self.pump | self.drive)
        self.turn("warehouse", "ship", f"/odoo/deliveries/{picking.id}")
        self.turn("sales", "invoice", f"/odoo/action-sale.action_orders/{order.id}")
        invoice = order.invoice_ids
        path = f"/odoo/action-account.action_move_out_invoice_type/{invoice.id}"
        self.turn("finance", "post", path)
        self.check_end(order, invoice)

    def check_end(self, order, invoice):
        self.assertEqual(
            self.get_outcomes(),
            {
                self.pump: ("delivered", "won"),
                self.drive: ("ordered", None),
                self.pipe: ("lost", "lost"),
            },
        )
        self.assertEqual((invoice.state, invoice.amount_total), ("posted", 2000000))
        lost = self.line_of(self.pipe)
        self.assertEqual(lost.aria_lost_reason_id, self.reason)
        self.assertEqual(lost.aria_lost_stage_id.code, "requested")
        self.assertEqual(order.opportunity_id.won_status, "pending", "a line is still open")
        self.check_log()
        self.check_referrals(order)

    def check_log(self):
        """Every step of every line, and who made it."""
        self.assertEqual(
            {
                product: self.line_of(product)
                .aria_log_ids.sorted("id")
                .mapped(lambda row: (row.to_stage_id.code, row.user_id.login[5:]))
                for product in (self.pump, self.drive, self.pipe)
            },
            {
                self.pump: [
                    ("requested", "sales"),
                    ("ordered", "sales"),
                    ("ready", "sales"),
                    ("delivered", "warehouse"),
                ],
                self.drive: [
                    ("requested", "sales"),
                    ("supply", "sales"),
                    ("requested", "sales"),
                    ("ordered", "sales"),
                ],
                self.pipe: [("requested", "sales"), ("lost", "sales")],
            },
        )

    def check_referrals(self, order):
        """Who held which line, and how it ended."""
        rows = order.order_line.aria_referral_ids.sorted("id")
        self.assertEqual(
            {(row.to_unit_id.code, row.to_user_id.login[5:], row.state) for row in rows},
            {
                ("finance", "finance", "answered"),
                ("supply", "supply", "answered"),
                ("purchase", "purchase", "returned"),
                ("sales", "sales", "cancelled"),
                ("warehouse", "warehouse", "answered"),
            },
        )
        back = rows.filtered(lambda row: row.to_unit_id.code == "sales")
        self.assertEqual(back.note, "قطر لوله را بنویسید.")
        self.assertEqual(back.previous_id.closed_by_id, self.staff["purchase"])
        self.assertFalse(rows.filtered(lambda row: row.state in ("open", "accepted")))
