from odoo import api, fields, models
from odoo.exceptions import UserError

from ..arguments import MAX_ID


class AriaReferralAct(models.TransientModel):
    """The one dialog of the cartable: answer, return, refer on, divide or snooze, for one referral or many.

    Opened on documents it refers them. It only collects what the methods of the referral ask for; rights
    and states are checked there.
    """

    _name = "aria.referral.act"
    _description = "Act on Referrals"

    verb = fields.Selection(
        [
            ("answer", "Answer"),
            ("return", "Return"),
            ("refer", "Refer"),
            ("divide", "Divide"),
            ("snooze", "Snooze"),
            ("change", "Change"),
            ("note", "Note"),
        ],
        required=True,
        default="refer",
    )
    referral_ids = fields.Many2many("aria.referral", string="Referrals", readonly=True)
    res_model = fields.Char("Document Model", readonly=True)
    res_ids = fields.Json("Document IDs", readonly=True)
    count = fields.Integer("Number of Documents", compute="_compute_count")
    unit_id = fields.Many2one("aria.unit", string="To Unit")
    user_id = fields.Many2one("res.users", string="To Person", domain=[("share", "=", False)])
    note = fields.Text()
    priority = fields.Selection(
        [("0", "Normal"), ("1", "High"), ("2", "Urgent")], default="0", required=True
    )
    deadline = fields.Datetime()
    remind_at = fields.Datetime("Reminder")
    until = fields.Datetime("Show Again")
    template_id = fields.Many2one("aria.answer.template", domain="[('verb', '=', verb)]")
    allowed_hours = fields.Float(
        "Time Allowed (hours)", help="Working hours of the unit; sets the deadline."
    )
    new_priority = fields.Selection(
        [("0", "Normal"), ("1", "High"), ("2", "Urgent")], help="Empty: as it is."
    )
    mention_ids = fields.Many2many(
        "res.users",
        "aria_referral_act_mention_rel",
        "act_id",
        "user_id",
        string="Tell",
        domain=[("share", "=", False)],
    )
    attachment_ids = fields.Many2many("ir.attachment", string="Files", bypass_search_access=True)
    part_ids = fields.One2many("aria.referral.act.part", "act_id", string="Parts")
    answer_when = fields.Selection(
        [("all", "All parts are answered"), ("first", "The first part is answered")],
        string="The Whole Is Answered When",
        required=True,
        default="all",
    )

    @api.model
    def default_get(self, fields_list):
        # EXTENDS 'base': what the dialog was opened on
        values = super().default_get(fields_list)
        context = self.env.context
        model, ids = context.get("active_model"), context.get("active_ids") or []
        if model == "aria.referral":
            values["referral_ids"] = [fields.Command.set(ids)]
        elif model:
            values |= {"res_model": model, "res_ids": ids}
        return values

    @api.depends("referral_ids", "res_ids")
    def _compute_count(self):
        for act in self:
            act.count = len(act.referral_ids) or len(act.res_ids or [])

    @api.onchange("unit_id")
    def _onchange_unit_id(self):
        people = self.unit_id.member_ids | self.unit_id.manager_id
        if self.unit_id and self.user_id and self.user_id not in people:
            self.user_id = False

    @api.onchange("template_id")
    def _onchange_template_id(self):
        if self.template_id:
            self.note = self.template_id.body

    @api.onchange("allowed_hours", "unit_id")
    def _onchange_allowed_hours(self):
        if self.allowed_hours > 0:
            now = fields.Datetime.now()
            # sudo: working hours of the unit only
            unit = self.unit_id.sudo()
            self.deadline = unit._get_clock(self.env.company, now, [])(now, self.allowed_hours)

    def action_apply(self):
        """Do what the dialog says; see the methods of ``aria.referral``."""
        self.ensure_one()
        getattr(self, f"_apply_{self.verb}")()
        return {"type": "ir.actions.act_window_close"}

    def _apply_answer(self):
        self.referral_ids.action_answer(self.note)

    def _apply_return(self):
        self.referral_ids.action_return(self.note)

    def _apply_snooze(self):
        self.referral_ids.action_snooze(self.until)

    def _apply_change(self):
        given = {
            "deadline": self.deadline,
            "priority": self.new_priority,
            "remind_at": self.remind_at,
        }
        self.referral_ids.action_change({k: v for k, v in given.items() if v}, self.note)

    def _apply_note(self):
        self.referral_ids.action_note(self.note, self.mention_ids.ids, self.attachment_ids.ids)

    def _apply_divide(self):
        parts = [part._get_part() for part in self.part_ids]
        self.referral_ids.aria_divide(parts, self.answer_when)

    def _apply_refer(self):
        values = {name: self[name] for name in ("note", "deadline", "remind_at")}
        if self.referral_ids:
            self.referral_ids.action_refer(self.unit_id, self.user_id, **values)
        else:
            values["priority"] = self.priority
            self._get_documents().aria_refer(self.unit_id, self.user_id, **values)

    def _get_documents(self):
        """Return the documents that the dialog was opened on.

        :raise UserError: there are none, or they cannot be referred
        """
        model = self.env.get(self.res_model or "")
        ids = self.res_ids if isinstance(self.res_ids, list) else []
        whole = ids and all(isinstance(id_, int) and 0 < id_ <= MAX_ID for id_ in ids)
        if model is None or not hasattr(model, "aria_refer") or not whole:
            raise UserError(
                self.env._("Open this dialog on the documents that are to be referred.")
            )
        return model.browse(ids)
