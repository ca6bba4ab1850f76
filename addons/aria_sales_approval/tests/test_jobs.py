from unittest.mock import patch

from odoo.tests import tagged

from .common import ApprovalCase

BATCH = "odoo.addons.aria_sales_approval.models.aria_approval_request.BATCH"


@tagged("post_install", "-at_install")
class TestJobs(ApprovalCase):
    def test_all_chains_are_proved_in_portions(self):
        orders = [self.make_order(self.goods[0]) for _n in range(5)]
        requests = [self.submit(order) for order in orders]
        for request in requests:
            self.approve(request, self.a)
        self.env.cr.execute(
            "UPDATE aria_approval_decision SET reason = 'x' WHERE request_id = %s", [requests[3].id]
        )
        self.env.invalidate_all()
        store = self.env["ir.config_parameter"].sudo()
        designers = self.env["aria.unit"]._get_designers(None)
        commits = []
        model = type(self.env["ir.cron"])
        commit = model._commit_progress

        def count(cron, processed=0, **kwargs):
            commits.append(processed)
            return commit(cron, processed, **kwargs)

        with patch(BATCH, 2), patch.object(model, "_commit_progress", count):
            self.run_cron("ir_cron_verify_chains")
        self.assertEqual(commits[0], 0)
        self.assertTrue(all(0 < done <= 2 for done in commits[1:]))
        self.assertEqual(store.get_param("aria_sales_approval.chains_proved_until"), "0")
        told = self.env["mail.message"].search([("partner_ids", "in", designers.partner_id.ids)])
        self.assertIn(orders[3].name, " ".join(told.mapped("body")))
        self.assertNotIn(orders[2].name, " ".join(told.mapped("body")))

    def test_a_run_that_is_cut_short_is_taken_up(self):
        requests = [self.submit(self.make_order(self.goods[0])) for _n in range(4)]
        store = self.env["ir.config_parameter"].sudo()
        store.set_param("aria_sales_approval.chains_proved_until", requests[0].id - 1)
        model = type(self.env["ir.cron"])
        with patch(BATCH, 2), patch.object(model, "_commit_progress", lambda *args, **kwargs: 0):
            self.env["aria.approval.request"]._cron_aria_verify_chains()
        proved = store.get_param("aria_sales_approval.chains_proved_until")
        self.assertEqual(int(proved), requests[1].id)
