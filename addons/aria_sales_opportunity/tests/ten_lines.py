"""One sale of ten lines, by the people of each unit, in Persian: the same for each of the shipped flows."""

from odoo import Command

from odoo.addons.aria_workflow.tests.hands import HandsCase

PRICE = 1000000
# name: (quantity asked for, quantity in stock)
GOODS = {
    "پمپ": (2, 5),
    "شیر": (4, 9),
    "کابل": (100, 300),
    "فیلتر": (1, 1),
    "لوله": (10, 7),
    "تابلو": (3, 0),
    "فن": (2, 0),
    "سنسور": (6, 0),
    "اینورتر": (1, 0),
    "مخزن": (5, 20),
}
OBTAINED = ("تابلو", "فن")
WON = {"پمپ": 2, "شیر": 4, "کابل": 100, "فیلتر": 1, "لوله": 7, "تابلو": 3, "فن": 2}
OPEN = {"لوله": 3, "سنسور": 6, "اینورتر": 1}
LOST = {"مخزن": 5}


class TenLines(HandsCase):
    """A seller, the unit that gets what is not there, a storekeeper and finance; ten goods and an opportunity.

    Subclasses name the kind of business, the unit that gets the goods, and how they come.
    """

    kind = "trading"
    unit = "supply"

    @classmethod
    def get_addons(cls):
        return ["aria_sales_opportunity"]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        rial = cls.env.ref("base.IRR")
        rial.active = True
        cls.env.company.write({"currency_id": rial.id, "aria_business_kind": cls.kind})
        cls._make_people()
        cls._make_goods()
        cls._make_opportunity()

    @classmethod
    def _make_people(cls):
        people = {
            "sales": (
                "لاله فروشنده",
                "sales_team.group_sale_salesman",
                "sale_management.group_sale_order_template",
            ),
            cls.unit: ("سارا تأمین", *cls.get_unit_groups()),
            "warehouse": ("ناصر انباردار", "stock.group_stock_user"),
            "finance": ("فرهاد مالی", "account.group_account_invoice"),
        }
        cls.staff = {}
        for code, (name, *groups) in people.items():
            cls.staff[code] = cls.make_person(f"ten_{code}", name, *groups)
            unit = cls.env.ref(f"aria_workflow.unit_{code}")
            unit.member_ids = [Command.link(cls.staff[code].id)]

    @classmethod
    def get_unit_groups(cls):
        """Return the rights of whoever gets the goods that are not in stock."""
        return ()

    @classmethod
    def _make_goods(cls):
        cls.goods = {
            name: cls.env["product.product"].create(
                {
                    "name": f"{name} آزمون",
                    "is_storable": True,
                    "list_price": PRICE,
                    "taxes_id": False,
                    "invoice_policy": "delivery",
                }
            )
            for name in GOODS
        }
        location = cls.env.ref("stock.warehouse0").lot_stock_id
        for name, (_asked, there) in GOODS.items():
            if there:
                cls.env["stock.quant"]._update_available_quantity(cls.goods[name], location, there)
        cls.env["sale.order.template"].create(
            {
                "name": "پمپ‌خانه ده‌سطری",
                "sale_order_template_line_ids": [
                    Command.create({"product_id": cls.goods[name].id, "product_uom_qty": asked})
                    for name, (asked, _there) in GOODS.items()
                ],
            }
        )

    @classmethod
    def _make_opportunity(cls):
        cls.reason = cls.env["crm.lost.reason"].create({"name": "قیمت رقیب پایین‌تر بود"})
        cls.env["res.partner"].create({"name": "رقیب آزمون"})
        partner = cls.env["res.partner"].create(
            {"name": "شرکت آبادگران", "email": "buyer@example.com"}
        )
        cls.lead = cls.env["crm.lead"].create(
            {
                "name": "پمپ‌خانه مجتمع",
                "type": "opportunity",
                "user_id": cls.staff["sales"].id,
                "partner_id": partner.id,
            }
        )

    # ------------------------------------------------------------------ the sale
    def run_sale(self, phone):
        """Carry the sale from the opportunity to the posted invoice, all on the phone or all at the desk."""
        self.phone = phone
        lead = f"/odoo/crm/{self.lead.id}"
        self.turn("sales", "offer", lead)
        self.check_offer()
        self.run_availability()
        self.check_waiting()
        self.turn(self.unit, "answer")
        self.turn("sales", "order", lead)
        order = self.check_split()
        self.obtain()
        self.run_availability()
        self.check_stages(dict.fromkeys(WON, "ready") | {"مخزن": "lost"}, order.order_line)
        self.turn("warehouse", "ship", f"/odoo/deliveries/{order.picking_ids.id}")
        self.turn("sales", "invoice", f"/odoo/action-sale.action_orders/{order.id}")
        order.invoice_ids.with_user(self.staff["finance"]).action_post()
        self.check_end(order)

    def turn(self, code, tour, path="/odoo/aria-cartable"):
        name = f"aria_ten_{tour}{'_phone' if self.phone else ''}"
        self.do_tour(name, self.staff[code], path, self.phone)

    def run_availability(self):
        self.env.ref("aria_sales_opportunity.ir_cron_availability").method_direct_trigger()
        self.env.invalidate_all()

    def obtain(self):
        """Let the goods that are not in stock be bought or produced, by those who do it."""
        self.turn("warehouse", "receive", f"/odoo/receipts/{self.make_receipt().id}")

    def make_receipt(self):
        """Return the receipt of what was bought, as it waits for the storekeeper."""
        kind = self.env.ref("stock.warehouse0").in_type_id
        places = {
            "location_id": self.env.ref("stock.stock_location_suppliers").id,
            "location_dest_id": kind.default_location_dest_id.id,
        }
        moves = [
            {
                "product_id": self.goods[name].id,
                "product_uom_qty": GOODS[name][0],
                "description_picking": name,
                **places,
            }
            for name in OBTAINED
        ]
        receipt = self.env["stock.picking"].create(
            {
                "picking_type_id": kind.id,
                **places,
                "move_ids": [Command.create(vals) for vals in moves],
            }
        )
        receipt.action_confirm()
        return receipt

    # ------------------------------------------------------------------ what has to come out
    def name_of(self, line):
        return line.product_id.name.split()[0]

    def check_stages(self, stages, lines):
        found = {self.name_of(line): line.aria_stage_id.code for line in lines}
        self.assertEqual(found, stages)

    def check_offer(self):
        order = self.lead.order_ids
        self.assertEqual((len(order), order.state), (1, "sent"))
        mail = order.message_ids.filtered(lambda m: m.partner_ids & order.partner_id)
        self.assertTrue(mail, "the customer got the quotation")
        self.assertEqual(len(order.order_line), 11, "ten lines, one of them in two parts")
        flow = self.env.ref(f"aria_sales_opportunity.workflow_{self.kind}")
        self.assertEqual(order.order_line.aria_workflow_id, flow)
        lost = order.order_line.filtered(lambda x: x.aria_outcome == "lost")
        self.assertEqual(lost.product_id, self.goods["مخزن"])
        self.assertEqual(
            (lost.aria_lost_reason_id, lost.aria_lost_stage_id.code),
            (self.reason, "quoted"),
        )
        self.assertEqual(
            (lost.aria_competitor_id.name, lost.aria_competitor_price), ("رقیب آزمون", 900000)
        )
        asked = sum(quantity for quantity, _there in GOODS.values())
        self.assertEqual(order.amount_total, (asked - 5) * PRICE, "without the lost line")

    def check_waiting(self):
        """What the stock does not cover went to the unit by itself."""
        away = self.lead.aria_line_ids.filtered(lambda x: x.aria_stage_id.unit_id)
        self.assertEqual({self.name_of(x) for x in away}, {*OBTAINED, *OPEN})
        self.assertEqual(set(away.mapped("aria_unit_id.code")), {self.unit})
        self.assertEqual(away.aria_stage_id.code, self.unit)

    def check_split(self):
        """The waiting lines stand in a quotation of their own; return the confirmed order."""
        waiting, order = self.lead.order_ids.sorted("id", reverse=True)
        self.assertEqual((order.state, waiting.state), ("sale", "draft"))
        self.assertEqual(waiting.aria_split_from_id, order)
        found = {self.name_of(x): x.product_uom_qty for x in waiting.order_line}
        self.assertEqual(found, OPEN)
        self.assertEqual(waiting.amount_total, sum(OPEN.values()) * PRICE)
        self.assertEqual(order.amount_total, sum(WON.values()) * PRICE)
        stages = dict.fromkeys(WON, "ready") | dict.fromkeys(OBTAINED, "ordered")
        self.check_stages(stages | {"مخزن": "lost"}, order.order_line)
        promised = order.order_line.filtered("aria_promise_date")
        self.assertEqual({self.name_of(x) for x in promised}, {"تابلو"})
        return order

    def check_end(self, order):
        self.check_stages(dict.fromkeys(WON, "delivered") | {"مخزن": "lost"}, order.order_line)
        self.assertEqual(set(order.order_line.mapped("aria_outcome")), {"won", "lost"})
        invoice = order.invoice_ids
        self.assertEqual((invoice.state, invoice.amount_total), ("posted", order.amount_total))
        self.assertEqual(order.invoice_status, "invoiced")
        self.assertEqual(self.lead.won_status, "pending", "three lines are still open")
        self.check_figures()

    def check_figures(self):
        """The figures of the opportunity against those of the documents, counted by SQL that knows no status."""
        self.env.flush_all()
        self.cr.execute(
            """
            WITH fate AS (
                SELECT line.product_uom_qty AS asked, line.price_unit * (1 - line.discount / 100) AS price,
                       COALESCE((SELECT sum(move.product_qty) FROM stock_move AS move
                                   JOIN stock_location AS target ON target.id = move.location_dest_id
                                  WHERE move.sale_line_id = line.id AND move.state = 'done'
                                    AND target.usage = 'customer'), 0) AS delivered,
                       EXISTS (SELECT FROM aria_workflow_log AS log
                                WHERE log.res_model = 'sale.order.line' AND log.res_id = line.id
                                  AND log.event = 'lost') AS given_up
                  FROM sale_order_line AS line JOIN sale_order AS sale ON sale.id = line.order_id
                 WHERE sale.opportunity_id = %s AND line.display_type IS NULL)
            SELECT CASE WHEN given_up THEN 'lost' WHEN delivered >= asked THEN 'won' ELSE 'open' END,
                   sum(asked), sum(asked * price)
              FROM fate GROUP BY 1
            """,
            [self.lead.id],
        )
        counted = {kind: (float(q), float(amount)) for kind, q, amount in self.cr.fetchall()}
        shown = {
            kind: (self.lead[f"aria_qty_{kind}"], self.lead[f"aria_amount_{kind}"])
            for kind in ("open", "won", "lost")
        }
        self.assertEqual(shown, counted)
        expected = {
            kind: (sum(lines.values()), sum(lines.values()) * PRICE)
            for kind, lines in (("open", OPEN), ("won", WON), ("lost", LOST))
        }
        self.assertEqual(shown, expected)
