from odoo.tests import tagged

from .common import ApprovalCase


@tagged("post_install", "-at_install")
class TestPolicyClass(ApprovalCase):
    def test_a_policy_for_a_class_of_customers(self):
        strict = self.env["aria.customer.class"].create(
            {"name": "Strict", "sequence": -1, "domain": "[('ref', '=', 'strict')]"}
        )
        self.policy.order_domain = f"[('partner_id.aria_class_id', '=', {strict.id})]"
        order = self.make_order(self.goods[0])
        self.assertFalse(order.aria_needs_approval)
        self.partner.ref = "strict"
        self.env["aria.customer.standing"].sudo()._classify()
        self.env.invalidate_all()
        self.assertTrue(order.aria_needs_approval)
        # a contact of the customer is of the customer's class
        contact = self.env["res.partner"].create({"name": "C", "parent_id": self.partner.id})
        self.assertEqual(contact.aria_class_id, strict)
