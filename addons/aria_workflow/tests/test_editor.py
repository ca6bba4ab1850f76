from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_version import VersionCase


@tagged("post_install", "-at_install")
class TestEditor(VersionCase):
    def test_places_are_kept_and_copied(self):
        draft = self.new_version()
        stage = self.stage(draft, "supply")
        self.rpc(self.designer, stage, "write", {"pos_x": 120, "pos_y": 80})
        self.assertEqual((stage.pos_x, stage.pos_y), (120, 80))
        self.assertEqual(self.stage(draft.copy(), "supply").pos_x, 120)
        action = self.rpc(self.seller, draft, "action_draw")
        self.assertEqual(action["context"]["active_id"], draft.id)

    def test_the_server_refuses_what_the_drawing_does_not_offer(self):
        way, stage = self.workflow.transition_ids[0], self.workflow.stage_ids[0]
        for record in (way, stage):
            with self.assertRaises(UserError), self.cr.savepoint():
                self.rpc(self.designer, record, "unlink")
        draft = self.new_version()
        for values in ({"pos_x": 5}, {"name": "x"}):
            with self.assertRaises(AccessError), self.cr.savepoint():
                self.rpc(self.seller, draft.stage_ids[0], "write", values)
