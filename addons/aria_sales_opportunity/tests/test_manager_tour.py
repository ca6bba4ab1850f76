from odoo import Command
from odoo.tests import HttpCase, new_test_user, tagged

PHONE, DESKTOP = "375x667", "1366x768"
LINES = 50


@tagged("post_install", "-at_install")
class TestManagerTour(HttpCase):
    """A manager puts quality control between supply and pro-forma while fifty lines are under way; in Persian."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fa_IR")
        own = cls.env.ref("base.module_aria_sales_opportunity")
        (own | own.upstream_dependencies(exclude_states=("uninstalled",)))._update_translations(
            ["fa_IR"]
        )
        cls.manager = cls.make_person(
            "tour_manager", "aria_workflow.group_designer", "sales_team.group_sale_manager"
        )
        for code in ("supply", "production", "warehouse"):  # no stage may be without people
            unit = cls.env.ref(f"aria_workflow.unit_{code}")
            unit.member_ids = [Command.link(cls.manager.id)]
        cls.flow = cls.make_flow()
        cls.lines = cls.make_lines()

    @classmethod
    def make_person(cls, login, *groups):
        groups = ",".join(("base.group_user", *groups))
        return new_test_user(cls.env, login, groups=groups, lang="fa_IR", tz="Asia/Tehran")

    @classmethod
    def make_flow(cls):
        """Return the trading flow under a name of its own, tried before all others."""
        trading = cls.env.ref("aria_sales_opportunity.workflow_trading")
        flow = trading.copy({"name": "آزمون تغییر", "domain": "[]", "sequence": -1})
        flow.action_activate()
        return flow

    @classmethod
    def make_lines(cls):
        """Return fifty lines: thirty quoted, twenty with supply."""
        product = cls.env["product.product"].create(
            {"name": "پمپ آزمون تغییر", "is_storable": True, "list_price": 1000, "taxes_id": False}
        )
        line = Command.create({"product_id": product.id, "product_uom_qty": 1})
        partner = cls.env["res.partner"].create({"name": "شرکت آبادگران"})
        orders = cls.env["sale.order"].create(
            [{"partner_id": partner.id, "order_line": [line] * 10} for _order in range(LINES // 10)]
        )
        orders.action_quotation_sent()
        lines = orders.order_line
        to_supply = cls.flow.transition_ids.filtered(
            lambda t: (
                (t.from_stage_id.code, t.to_stage_id.code, t.trigger)
                == ("quoted", "supply", "button")
            )
        )
        lines[:20].aria_move(to_supply)
        return lines

    def turn(self, login, tour, path, phone=False):
        self.browser_size, self.touch_enabled = (PHONE, True) if phone else (DESKTOP, False)
        self.start_tour(path, tour, login=login, timeout=180)
        self.env.invalidate_all()

    def check_nothing_lost(self, before):
        """Every line goes on in the new version, where it was, with its holder and its log."""
        draft = self.flow.version_ids.filtered(lambda w: w.state == "active")
        self.assertEqual((draft.version, self.flow.state), (2, "retired"))
        self.assertEqual(self.lines.aria_workflow_id, draft)
        self.assertEqual(self.get_state(), before)
        self.env.cr.execute(
            "SELECT count(DISTINCT res_id) FROM aria_workflow_log WHERE workflow_id = %s",
            [draft.id],
        )
        self.assertEqual(self.env.cr.fetchone(), (LINES,))
        self.assertEqual(sum(draft.change_ids.mapped("count")), LINES)
        stages = draft.stage_ids.with_context(lang="fa_IR")
        quality = stages.filtered(lambda s: s.name == "کنترل کیفیت")
        self.assertEqual(quality.unit_id.code, "production")
        return quality

    def get_state(self):
        return [(x.aria_stage_id.code, x.aria_unit_id.code, x.aria_user_id.id) for x in self.lines]

    def run_tour(self, phone):
        before = self.get_state()
        self.assertEqual([code for code, *_holder in before].count("supply"), 20)
        suffix = "_phone" if phone else ""
        self.turn("tour_manager", f"aria_manager_changes{suffix}", "/odoo/aria-workflows", phone)
        replay = self.run_job()
        path = f"/odoo/aria-what-if/{replay.id}"
        self.turn("tour_manager", "aria_manager_activates", path, phone)
        quality = self.check_nothing_lost(before)
        line = self.lines[0]
        path = f"/odoo/aria-lines/{line.id}"
        self.turn("tour_manager", "aria_manager_supplied", path, phone)
        self.assertEqual(line.aria_unit_id.code, "production")
        self.turn("tour_manager", "aria_manager_inspected", path, phone)
        logs = self.env["aria.workflow.log"].search(
            [("res_model", "=", "sale.order.line"), ("res_id", "=", line.id)], order="id"
        )
        self.assertEqual(logs.mapped("to_stage_id.code")[-3:], ["supply", quality.code, "quoted"])

    def run_job(self):
        """Let the job do the what-if that the manager has asked for; return it."""
        replay = self.env["aria.workflow.replay"].search([], order="id desc", limit=1)
        self.assertEqual((replay.state, replay.workflow_id.version), ("waiting", 2))
        self.env.ref("aria_workflow.ir_cron_replay").method_direct_trigger()
        self.assertEqual(replay.state, "done")
        self.assertEqual(replay.result["records"], LINES)
        return replay

    def test_desktop(self):
        self.run_tour(phone=False)

    def test_phone(self):
        self.run_tour(phone=True)
