import base64

from odoo.tests import TransactionCase, tagged


@tagged("post_install", "-at_install")
class TestShippedFlows(TransactionCase):
    """The flows that this addon brings, as a library and as files."""

    def test_file_and_back(self):
        flows = self.env["aria.workflow.start"]._get_shipped()
        flows = flows.filtered(lambda w: w.model == "sale.order.line" and w.version == 1)
        self.assertGreaterEqual(len(flows), 4)
        for flow in flows:
            with self.subTest(flow=flow.name):
                text = base64.b64decode(flow.definition_file)
                draft = flow._import_definition(text)
                self.assertEqual(base64.b64decode(draft.definition_file), text)
                self.assertEqual(
                    draft.stage_ids.mapped("aria_public_name"),
                    flow.stage_ids.mapped("aria_public_name"),
                )
                draft.action_activate()
