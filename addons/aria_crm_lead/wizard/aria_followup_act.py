from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

from odoo.addons.aria_workflow.arguments import MAX_ID


class AriaFollowupAct(models.TransientModel):
    """Notes what was done for follow-ups and says what comes next, without leaving the list.

    Opened on rows of the cartable or on follow-ups. It only collects what the methods of ``aria.followup`` ask
    for, so that whoever holds one may use it without rights on its model.
    """

    _name = "aria.followup.act"
    _description = "Note an Action"

    followup_ids = fields.Json("Follow-up IDs", readonly=True)
    count = fields.Integer("Number of Follow-ups", compute="_compute_count")
    kind = fields.Selection(
        lambda self: (
            self.env["aria.followup.action"]._fields["kind"]._description_selection(self.env)
        ),
        required=True,
        default="call",
    )
    outcome = fields.Char(help="What came of it, in a few words.")
    note = fields.Text()
    duration = fields.Float("Duration (hours)")
    then = fields.Selection(
        [("keep", "It stays with me"), ("refer", "Refer it on"), ("done", "It is done")],
        string="What Comes Next",
        required=True,
        default="keep",
    )
    next_date = fields.Datetime("Next Step", help="It becomes the deadline.")
    unit_id = fields.Many2one("aria.unit", string="To Unit")
    user_id = fields.Many2one("res.users", string="To Person", domain=[("share", "=", False)])
    instruction = fields.Text()

    @api.model
    def default_get(self, fields_list):
        # EXTENDS 'base': what the dialog was opened on
        values = super().default_get(fields_list)
        context = self.env.context
        model, ids = context.get("active_model"), context.get("active_ids") or []
        if model == "aria.referral":
            rows = self.env[model].browse(ids).filtered(lambda r: r.res_model == "aria.followup")
            values["followup_ids"] = rows.mapped("res_id")
        elif model == "aria.followup":
            values["followup_ids"] = ids
        return values

    @api.depends("followup_ids")
    def _compute_count(self):
        for act in self:
            act.count = len(act.followup_ids or [])

    @api.onchange("unit_id")
    def _onchange_unit_id(self):
        people = self.unit_id.member_ids | self.unit_id.manager_id
        if self.unit_id and self.user_id and self.user_id not in people:
            self.user_id = False

    def action_apply(self):
        """Note the action, then close the follow-ups or refer them on; all of it, or nothing."""
        self.ensure_one()
        followups = self._get_followups()
        followups.aria_act(
            self.kind,
            self.outcome,
            plaintext2html(self.note) if self.note else False,
            self.duration,
            self.next_date if self.then != "done" else False,
        )
        if self.then == "done":
            followups.aria_done(self.outcome)
        elif self.then == "refer":
            followups.aria_refer(self.unit_id, self.user_id, note=self.instruction)
        return {"type": "ir.actions.act_window_close"}

    def _get_followups(self):
        """Return the follow-ups that the dialog was opened on.

        :raise UserError: there are none
        """
        ids = self.followup_ids if isinstance(self.followup_ids, list) else []
        if not ids or not all(isinstance(id_, int) and 0 < id_ <= MAX_ID for id_ in ids):
            raise UserError(self.env._("Choose follow-ups; an action is noted for them only."))
        return self.env["aria.followup"].browse(ids)
