from odoo.tests import HttpCase, tagged


@tagged("post_install", "-at_install")
class TestEditorTour(HttpCase):
    def make_draft(self):
        draft = self.env.ref("aria_sales_opportunity.workflow_trading")._make_version()
        draft.stage_ids[0].name = "Supply"
        return draft

    def draw(self, draft, tour):
        action = self.env["ir.actions.client"].create(
            {"name": "Drawing", "tag": "aria_workflow_editor", "params": {"workflow_id": draft.id}}
        )
        self.start_tour(f"/odoo/action-{action.id}", tour, login="admin")

    def test_draw(self):
        draft = self.make_draft()
        stages = len(draft.stage_ids)
        self.draw(draft, "aria_workflow_editor")
        self.env.invalidate_all()
        self.assertEqual(len(draft.stage_ids), stages + 1)
        places = {(stage.pos_x, stage.pos_y) for stage in draft.stage_ids}
        self.assertEqual(len(places), stages + 1, "the places by the layout are kept as well")
        new = draft.stage_ids.filtered(lambda s: s.name == "Quality")
        self.assertTrue(draft.transition_ids.filtered(lambda t: t.to_stage_id == new))

    def test_looking_changes_nothing(self):
        """Hotkeys, wheel, two fingers and the file."""
        draft = self.make_draft()
        before = [(s.pos_x, s.pos_y, s.write_date) for s in draft.stage_ids]
        self.draw(draft, "aria_workflow_editor_view")
        self.env.invalidate_all()
        self.assertEqual([(s.pos_x, s.pos_y, s.write_date) for s in draft.stage_ids], before)


@tagged("post_install", "-at_install")
class TestEditorOnPhone(TestEditorTour):
    browser_size = "390x844"
    touch_enabled = True
