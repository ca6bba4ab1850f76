from odoo.tests import HttpCase, tagged


@tagged("post_install", "-at_install")
class TestEditorTour(HttpCase):
    def test_draw(self):
        workflow = self.env.ref("aria_sales_opportunity.workflow_trading")
        draft = workflow._make_version()
        draft.stage_ids[0].name = "Supply"
        stages = len(draft.stage_ids)
        action = self.env["ir.actions.client"].create(
            {"name": "Drawing", "tag": "aria_workflow_editor", "params": {"workflow_id": draft.id}}
        )
        self.start_tour(f"/odoo/action-{action.id}", "aria_workflow_editor", login="admin")
        self.env.invalidate_all()
        self.assertEqual(len(draft.stage_ids), stages + 1)
        places = {(stage.pos_x, stage.pos_y) for stage in draft.stage_ids}
        self.assertEqual(len(places), stages + 1, "the places by the layout are kept as well")
        new = draft.stage_ids.filtered(lambda s: s.name == "Quality")
        self.assertTrue(draft.transition_ids.filtered(lambda t: t.to_stage_id == new))
