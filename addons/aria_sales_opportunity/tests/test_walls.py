import json
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common import LineCase

ORDER_PRICES = (
    "amount_untaxed", "amount_tax", "amount_total", "amount_to_invoice", "amount_invoiced", "amount_paid",
    "amount_undiscounted", "tax_totals", "pricelist_id", "partner_credit_warning", "access_token",
)  # fmt: skip
LINE_PRICES = (
    "price_unit", "discount", "price_subtotal", "price_total", "price_tax", "price_reduce_taxexcl",
    "price_reduce_taxinc", "untaxed_amount_invoiced", "untaxed_amount_to_invoice", "technical_price_unit",
    "amount_invoiced", "amount_to_invoice", "amount_to_invoice_at_date", "extra_tax_data", "pricelist_item_id",
)  # fmt: skip


@tagged("post_install", "-at_install")
class TestPrices(LineCase):
    """Who only handles goods comes to no price, by any path."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.exporter = cls.make_user(
            "exporter",
            "stock.group_stock_user",
            "base.group_allow_export",
            "base.group_partner_manager",
        )
        cls.order = cls.env["sale.order"].create(
            {
                "partner_id": cls.partner.id,
                "user_id": cls.seller.id,
                "order_line": [
                    Command.create({"product_id": cls.goods[0].id, "product_uom_qty": 2})
                ],
            }
        )
        cls.order.action_confirm()
        cls.order._portal_ensure_token()
        cls.line = cls.order.order_line
        cls.env.flush_all()

    def test_every_money_field_is_on_the_list(self):
        """A price that a later Odoo or another addon adds to orders or lines must not be forgotten."""
        for model, known in (("sale.order", ORDER_PRICES), ("sale.order.line", LINE_PRICES)):
            access = self.env[model].with_user(self.keeper)
            for name, field in access._fields.items():
                money = field.type == "monetary" or name.startswith(("price_", "amount_", "margin"))
                if money and field.type != "selection":
                    self.assertFalse(access._has_field_access(field, "read"), field)
            for name in known:
                self.assertFalse(access._has_field_access(access._fields[name], "read"), name)
                self.assertFalse(access._has_field_access(access._fields[name], "write"), name)

    def test_reading(self):
        for record, names in ((self.order, ORDER_PRICES), (self.line, LINE_PRICES)):
            self.assertFalse(set(names) & set(self.rpc(self.keeper, record, "fields_get")))
            for name in names:
                self.refuse(self.keeper, record, "read", [name])
                self.refuse(self.keeper, record, "web_read", {name: {}})
        moves = self.order.picking_ids.move_ids
        nested = {"sale_line_id": {"fields": {"price_unit": {}}}}
        self.refuse(self.keeper, moves, "web_read", nested)

    def test_searching_sorting_and_summing(self):
        order, line, move = self.order, self.line, self.env["stock.move"]
        self.refuse(self.keeper, line, "search", [("price_unit", ">", 5)])
        self.refuse(self.keeper, order, "search", [("order_line.price_unit", ">", 5)])
        self.refuse(self.keeper, move, "search", [("sale_line_id.price_unit", ">", 5)])
        self.refuse(
            self.keeper,
            self.env["stock.picking"],
            "search_count",
            [("sale_id.amount_total", ">", 5)],
        )
        self.refuse(self.keeper, order, "search", [], order="amount_total desc")
        self.refuse(self.keeper, order, "web_search_read", [], {"amount_total": {}})
        for aggregate in ("amount_total:sum", "amount_total:array_agg"):
            self.refuse(self.keeper, order, "formatted_read_group", [], ["state"], [aggregate])
            self.refuse(self.keeper, order, "web_read_group", [], ["state"], [aggregate])
        self.refuse(self.keeper, line, "formatted_read_group", [], ["price_unit"], ["__count"])
        having = {"having": [("amount_total:sum", ">", 3)]}
        self.refuse(
            self.keeper, order, "formatted_read_group", [], ["state"], ["__count"], **having
        )

    def test_export_forms_and_reports(self):
        self.refuse(self.exporter, self.order, "export_data", ["name", "amount_total"])
        self.refuse(self.exporter, self.order, "export_data", ["order_line/price_unit"])
        moves = self.order.picking_ids.move_ids
        self.refuse(self.exporter, moves, "export_data", ["sale_line_id/price_unit"])
        names = {"product_uom_qty": {}, "price_unit": {}}
        self.refuse(
            self.keeper, self.line, "onchange", {"product_uom_qty": 9}, ["product_uom_qty"], names
        )
        self.refuse(self.keeper, self.order, "copy")
        self.refuse(self.keeper, self.env["sale.report"], "search_read", [], ["price_total"])
        for report in ("sale.report_saleorder", "sale.report_saleorder_raw"):
            with self.assertRaises(AccessError):
                self.env(user=self.keeper)["ir.actions.report"]._render_qweb_html(
                    report, self.order.ids
                )

    def test_chatter_and_papers_of_the_order(self):
        paper = self.env["ir.attachment"].create(
            {"name": "offer.pdf", "raw": b"200", "res_model": "sale.order", "res_id": self.order.id}
        )
        message = self.order.message_post(body="Your order of 200", attachment_ids=paper.ids)
        self.refuse(self.keeper, message, "read", ["body"])
        self.assertFalse(self.rpc(self.keeper, message, "search", [("id", "=", message.id)]))
        self.refuse(self.keeper, paper, "read", ["raw"])
        self.assertFalse(self.rpc(self.keeper, paper, "search", [("id", "=", paper.id)]))
        self.assertTrue(self.rpc(self.seller, message, "read", ["body"]))
        self.assertTrue(self.rpc(self.seller, paper, "read", ["name"]))

    def test_repricing_and_deciding(self):
        before = (self.order.state, self.line.price_unit, self.line.discount)
        for vals in ({"price_unit": 1}, {"discount": 50}):
            self.refuse(self.keeper, self.line, "write", vals)
            self.refuse(
                self.keeper,
                self.order,
                "write",
                {"order_line": [Command.update(self.line.id, vals)]},
            )
        self.refuse(self.keeper, self.order, "write", {"state": "draft"})
        self.refuse(self.keeper, self.order, "action_update_prices")
        self.refuse(self.keeper, self.order, "action_cancel")
        self.assertEqual((self.order.state, self.line.price_unit, self.line.discount), before)

    def test_links_to_the_customers_page(self):
        self.refuse(self.keeper, self.order, "get_portal_url")
        self.refuse(self.keeper, self.order, "action_preview_sale_order")
        context = {"active_model": "sale.order", "active_id": self.order.id}
        share = self.env["portal.share"]
        self.refuse(self.exporter, share, "default_get", ["share_link"], context=context)
        vals = {"res_model": "sale.order", "res_id": self.order.id, "partner_ids": self.partner.ids}
        made = share.browse(self.rpc(self.exporter, share, "create", vals))
        self.refuse(self.exporter, made, "read", ["share_link"])
        self.refuse(self.exporter, made, "action_send_mail")

    def test_the_flow_of_the_warehouse_goes_on(self):
        self.supply_stock(self.goods[0], 2)
        picking = self.order.picking_ids
        self.rpc(self.keeper, picking, "action_assign")
        picking.move_ids.picked = True
        self.rpc(self.keeper, picking, "button_validate")
        self.assertEqual((picking.state, self.line.qty_delivered), ("done", 2))
        self.rpc(self.keeper, self.order, "message_post", body="Gone")


@tagged("post_install", "-at_install")
class TestSellersAndCustomers(LineCase):
    def test_columns_that_core_computes(self):
        order = self.make_order(self.goods[0])
        line = order.order_line
        for vals in (
            {"state": "sale"}, {"price_subtotal": 1.0}, {"price_total": 1.0}, {"price_tax": 1.0},
            {"qty_invoiced": 2}, {"qty_to_invoice": 2}, {"invoice_status": "invoiced"},
            {"untaxed_amount_invoiced": 1.0}, {"salesman_id": self.manager.id}, {"currency_id": 1},
            {"order_partner_id": self.env.user.partner_id.id}, {"company_id": False},
        ):  # fmt: skip
            self.refuse(self.seller, line, "write", vals, error=AccessError)
            through = {"order_line": [Command.update(line.id, vals)]}
            self.refuse(self.seller, order, "write", through, error=AccessError)
        for vals in (
            {"amount_total": 1.0}, {"amount_untaxed": 1.0}, {"amount_tax": 1.0}, {"currency_rate": 9.0},
            {"invoice_status": "invoiced"}, {"delivery_status": "full"}, {"effective_date": False},
            {"currency_id": 1},
        ):  # fmt: skip
            self.refuse(self.seller, order, "write", vals, error=AccessError)
            name, value = next(iter(vals.items()))
            vals["partner_id"] = self.partner.id
            self.refuse(self.seller, order, "create", vals, error=AccessError)
            context = {f"default_{name}": value}
            vals = {"partner_id": self.partner.id}
            self.refuse(self.seller, order, "create", vals, context=context, error=AccessError)

    def test_engine_fields_by_every_door(self):
        order = self.make_order(self.goods[0])
        line, other = order.order_line, self.lead.copy()
        stage = self.env.ref("aria_sales_opportunity.stage_trading_delivered")
        unit = self.supply
        engine = {
            "aria_stage_id": stage.id, "aria_workflow_id": stage.workflow_id.id, "aria_outcome": "won",
            "aria_stage_since": "2020-01-01 00:00:00", "aria_unit_id": unit.id, "aria_user_id": self.seller.id,
            "aria_registrar_id": self.manager.id, "aria_lost_reason_id": self.reason.id,
            "aria_lost_stage_id": stage.id, "aria_lost_unit_id": unit.id, "aria_opportunity_id": other.id,
        }  # fmt: skip
        product = {"order_id": order.id, "product_id": self.goods[1].id}
        for user in (self.seller, self.manager, self.env.ref("base.user_admin")):
            for name, value in engine.items():
                vals = {name: value}
                for context in ({}, {"aria_engine_token": True, "install_mode": True, "uid": 1}):
                    self.refuse(user, line, "write", vals, context=context)
                    self.refuse(user, line, "web_save", vals, {"id": {}}, context=context)
                    self.refuse(user, line, "create", {**product, **vals}, context=context)
                self.refuse(user, line, "create", product, context={f"default_{name}": value})
                self.refuse(user, order, "write", {"order_line": [Command.update(line.id, vals)]})
                self.refuse(
                    user, order, "write", {"order_line": [Command.create({**product, **vals})]}
                )
        commands = [Command.link(line.id), Command.create(product), Command.set(line.ids)]
        for command in commands:
            self.refuse(self.seller, other, "write", {"aria_line_ids": [command]})
        self.assertEqual((self.codes(line), line.aria_opportunity_id), (["requested"], self.lead))
        self.assertEqual(len(order.order_line), 1)

    def test_log_and_referrals_through_the_document(self):
        order = self.make_order(self.goods[0])
        line = order.order_line
        self.rpc(self.seller, line, "aria_refer", unit=self.supply.id)
        referral, log = line.aria_referral_id, line._aria_get_log()
        for name, row in (("aria_referral_ids", referral), ("aria_log_ids", log)):
            for command in (
                Command.create({"res_id": line.id}), Command.update(row.id, {"note": "x"}),
                Command.delete(row.id), Command.unlink(row.id), Command.clear(), Command.set([]),
            ):  # fmt: skip
                self.refuse(self.seller, line, "write", {name: [command]})
        self.assertEqual((referral.state, referral.note), ("open", False))
        self.assertTrue(log.exists())

    def test_lines_stay_with_their_order(self):
        order, other = self.make_order(self.goods[0]), self.make_order(self.goods[1])
        self.refuse(self.seller, order.order_line, "write", {"order_id": other.id}, error=UserError)
        linked = {"order_line": [Command.link(order.order_line.id)]}
        self.refuse(self.seller, other, "write", linked, error=UserError)
        self.assertEqual(len(order.order_line), 1)

    def test_a_state_that_is_written_is_told_to_the_lines(self):
        order = self.make_order(self.goods[0])
        self.rpc(self.seller, order, "write", {"state": "sale"})
        self.assertEqual(self.codes(order.order_line), ["ordered"])
        vals = {
            "partner_id": self.partner.id,
            "order_line": [Command.create({"product_id": self.goods[0].id})],
        }
        for values, context in (({**vals, "state": "sale"}, {}), (vals, {"default_state": "sale"})):
            made = self.rpc(self.seller, order, "create", values, context=context)
            self.assertEqual(self.codes(order.browse(made).order_line), ["ordered"])

    def test_confirmed_orders_are_not_deleted(self):
        order = self.make_order(self.goods[0])
        order.action_confirm()
        for context in ({}, {"_force_unlink": True}, {"install_mode": True, "_force_unlink": 1}):
            for user in (self.seller, self.manager, self.env.ref("base.user_admin")):
                self.refuse(user, order, "unlink", context=context)
                self.refuse(user, order.order_line, "unlink", context=context)
                for command in (Command.delete(order.order_line.id), Command.clear()):
                    self.refuse(user, order, "write", {"order_line": [command]}, context=context)
        with self.assertRaises(UserError):
            order.sudo().with_context(_force_unlink=True).unlink()

    def test_another_sellers_line(self):
        order = self.make_order(self.goods[0])
        stranger = self.make_user("stranger", "sales_team.group_sale_salesman")
        biller = self.make_user("biller", "account.group_account_invoice")
        for user in (stranger, biller, self.supplier, self.keeper):
            self.refuse(user, order.order_line, "aria_lose", self.reason.id)
            self.refuse(user, order.order_line, "aria_fire", "exited")
            self.refuse(user, order.order_line, "aria_refer", unit=self.supply.id)
        self.assertFalse(order.order_line.aria_outcome)

    def test_customers_see_nothing_internal(self):
        customer = self.make_user("customer", "base.group_portal")
        order = self.make_order(self.goods[0])
        order.partner_id = customer.partner_id
        order.action_quotation_sent()
        shown = self.rpc(customer, order.order_line, "fields_get")
        self.assertIn("product_uom_qty", shown)
        self.assertFalse([name for name in shown if name.startswith("aria_")])
        for name in ("aria_stage_id", "aria_user_id", "aria_lost_reason_id", "aria_referral_ids"):
            self.refuse(customer, order.order_line, "read", [name], error=AccessError)
            self.refuse(
                customer, order.order_line, "search", [(name, "!=", False)], error=AccessError
            )
        for method, args in (
            ("aria_lose", [self.reason.id]), ("aria_accept", []), ("aria_answer", ["x"]),
            ("aria_return", ["x"]), ("aria_refer", [self.supply.id]),
        ):  # fmt: skip
            self.refuse(customer, order.order_line, method, *args)
        self.assertEqual(self.rpc(customer, order.order_line, "aria_available_transitions"), [])
        for model in ("aria.referral", "aria.workflow", "aria.workflow.log", "aria.unit"):
            self.refuse(customer, self.env[model], "search", [], error=AccessError)

    def test_finance_reads_the_log_and_writes_none(self):
        biller = self.make_user("biller", "account.group_account_invoice")
        log = self.make_order(self.goods[0]).order_line._aria_get_log()
        self.assertTrue(self.rpc(biller, log, "read", ["to_stage_id"]))
        self.assertFalse(self.rpc(self.keeper, log, "search", [("id", "in", log.ids)]))
        self.refuse(biller, log, "write", {"note": "x"}, error=AccessError)

    def test_other_companies(self):
        other = self.env["res.company"].create({"name": "Other"})
        away = self.make_user(
            "away",
            "sales_team.group_sale_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        order = self.make_order(self.goods[0])
        order.company_id.aria_business_kind = "trading"
        line = order.order_line
        self.rpc(self.seller, line, "aria_refer", unit=self.supply.id)
        for record in (line, order, line.aria_referral_id, line._aria_get_log()):
            self.assertTrue(record)
            self.refuse(away, record, "read", ["display_name"], error=AccessError)
            self.assertFalse(self.rpc(away, record, "search", [("id", "in", record.ids)]))
        self.refuse(away, line, "aria_lose", self.reason.id, error=AccessError)


@tagged("post_install", "-at_install")
class TestOverHttp(LineCase, HttpCase):
    """The same doors, really over HTTP."""

    def call(self, model, method, *args, **kwargs):
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        reply = self.url_open(
            f"/web/dataset/call_kw/{model}/{method}",
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
            headers={"Content-Type": "application/json"},
        ).json()
        return reply.get("result"), (reply.get("error") or {}).get("data", {})

    def test_web_client(self):
        order = self.make_order(self.goods[0])
        line = order.order_line
        order.action_confirm()
        order._portal_ensure_token()
        self.authenticate("keeper", "keeper")
        for vals in ({"price_unit": 1}, {"aria_outcome": "won"}, {"state": "draft"}):
            result, error = self.call("sale.order.line", "write", line.ids, vals)
            self.assertIsNone(result)
            self.assertEqual(error["name"], "odoo.exceptions.AccessError")
        result, error = self.call("sale.order.line", "aria_fire", line.ids, "exited")
        self.assertEqual(error["name"], "odoo.exceptions.AccessError")
        result, error = self.call("sale.order", "read", order.ids, ["access_token"])
        self.assertEqual(error["name"], "odoo.exceptions.AccessError")
        self.assertEqual(line.aria_outcome, False)

    def test_customers_page(self):
        order = self.make_order(self.goods[0])
        order.action_confirm()
        path = f"/my/orders/{order.id}?access_token={order._portal_ensure_token()}"
        self.authenticate("keeper", "keeper")
        for url in (path, f"/my/orders/{order.id}", f"{path}&report_type=html"):
            self.assertNotIn("200.00", self.url_open(url).text)
        self.authenticate("seller", "seller")
        self.assertIn("200.00", self.url_open(path).text)

    def test_json_2(self):
        line = self.make_order(self.goods[0]).order_line
        keys = self.env["res.users.apikeys"].with_user(self.seller)
        with patch.object(type(keys), "_check_expiration_date", lambda self, date: None):
            key = keys._generate("rpc", "review", None)
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

        def post(method, **body):
            body["ids"] = line.ids
            url = f"/json/2/sale.order.line/{method}"
            return self.url_open(url, data=json.dumps(body), headers=headers)

        reply = post("write", vals={"aria_outcome": "won"}, context={"aria_engine_token": True})
        self.assertEqual(reply.status_code, 403)
        self.assertIn("kept by the workflow", reply.json()["message"])
        self.assertGreaterEqual(post("aria_fire", event="exited").status_code, 400)
        self.assertEqual(post("aria_lose", reason=self.reason.id).status_code, 200)
        self.assertEqual(line.aria_outcome, "lost")
