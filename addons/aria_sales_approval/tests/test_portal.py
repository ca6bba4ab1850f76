import json

from odoo.tests import HttpCase, tagged

from .common import ApprovalCase

SIGNATURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="


@tagged("post_install", "-at_install")
class TestPortal(ApprovalCase, HttpCase):
    """The customer's own ways, over HTTP: refused while unapproved, and nothing that has come is lost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policy.active = False
        cls.policy = cls.make_policy({"user_ids": cls.a})

    def make_offer(self, **vals):
        order = self.make_order(self.goods[0])
        # as an offer that was sent before the policy came
        self.policy.active = False
        order.write({"state": "sent", "require_signature": True, "require_payment": False, **vals})
        self.policy.active = True
        order._portal_ensure_token()
        self.env.flush_all()
        return order

    def call(self, path, **params):
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "id": 1, "params": params})
        answer = self.url_open(path, data=body, headers={"Content-Type": "application/json"})
        self.env.invalidate_all()
        return answer.json()

    def sign(self, order):
        path = f"/my/orders/{order.id}/accept?access_token={order.access_token}"
        return self.call(path, name="Buyer", signature=SIGNATURE)

    def test_an_unapproved_quotation_is_not_signed(self):
        order = self.make_offer()
        answer = self.sign(order)
        self.assertIn("error", answer["result"])
        self.assertEqual((order.state, order.signature), ("sent", False))
        page = self.url_open(f"/my/orders/{order.id}?access_token={order.access_token}")
        self.assertEqual(page.status_code, 200)
        self.assertNotIn('data-bs-target="#modalaccept"', page.text)

    def test_an_approved_one_is_signed_and_confirmed(self):
        order = self.make_offer()
        self.approve(self.submit(order), self.a)
        page = self.url_open(f"/my/orders/{order.id}?access_token={order.access_token}")
        self.assertIn('data-bs-target="#modalaccept"', page.text)
        answer = self.sign(order)
        self.assertTrue(answer["result"].get("force_refresh"), answer)
        self.assertEqual((order.state, order.signed_by), ("sale", "Buyer"))

    def test_a_change_between_reading_and_signing_refuses(self):
        order = self.make_offer()
        self.approve(self.submit(order), self.a)
        order.order_line.price_unit = 1
        self.env.flush_all()
        self.assertIn("error", self.sign(order)["result"])
        self.assertEqual(order.state, "sent")

    def test_a_signature_that_has_come_is_kept(self):
        order = self.make_offer()
        order.write({"signature": SIGNATURE, "signed_by": "Buyer"})
        order._validate_order()
        self.assertEqual((order.state, order.signed_by), ("sent", "Buyer"))
        self.assertTrue(order.signature)
        request = order.aria_approval_request_id
        self.assertEqual(
            request.aria_referral_id.to_unit_id, self.env.ref("aria_workflow.unit_finance")
        )

    def test_an_unapproved_quotation_is_not_paid(self):
        order = self.make_offer(
            require_signature=False, require_payment=True, prepayment_percent=1.0
        )
        self.assertFalse(order._has_to_be_paid())
        page = self.url_open(
            f"/my/orders/{order.id}?access_token={order.access_token}&allow_payment=yes"
        )
        self.assertEqual(page.status_code, 200)
        self.assertNotIn("o_sale_portal_paynow", page.text)
        self.approve(self.submit(order), self.a)
        self.assertTrue(order._has_to_be_paid())
        page = self.url_open(
            f"/my/orders/{order.id}?access_token={order.access_token}&allow_payment=yes"
        )
        self.assertIn("o_sale_portal_paynow", page.text)

    def test_a_payment_that_has_come_is_kept_over_http(self):
        order = self.make_offer(
            require_signature=False, require_payment=True, prepayment_percent=1.0
        )
        method = self.env["payment.method"].with_context(active_test=False).search([], limit=1)
        provider = self.env["payment.provider"].search([], limit=1)
        transaction = self.env["payment.transaction"].create(
            {
                "payment_method_id": method.id, "amount": order.amount_total, "reference": "T2",
                "currency_id": order.currency_id.id, "provider_id": provider.id,
                "partner_id": self.partner.id, "operation": "online_direct", "state": "pending",
                "sale_order_ids": [(6, 0, order.ids)],
            }
        )  # fmt: skip
        transaction._set_done()
        transaction._check_amount_and_confirm_order()
        self.assertEqual((order.state, transaction.state), ("sent", "done"))
        self.assertEqual(order.aria_approval_request_id.state, "open")
        self.approve(order.aria_approval_request_id, self.a)
        transaction._check_amount_and_confirm_order()
        self.assertEqual(order.state, "sale")
