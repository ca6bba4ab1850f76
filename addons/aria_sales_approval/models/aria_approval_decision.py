from odoo import api, fields, models

from ..lib.chain import link


class AriaApprovalDecision(models.Model):
    """What somebody decided, over which content; chained by hashes, never changed."""

    _name = "aria.approval.decision"
    _inherit = "aria.append.only.mixin"
    _description = "Approval Decision"
    _order = "id"

    request_id = fields.Many2one(
        "aria.approval.request", required=True, readonly=True, index=True, ondelete="restrict"
    )
    task_id = fields.Many2one("aria.approval.task", readonly=True, index=True, ondelete="restrict")
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    user_id = fields.Many2one(
        "res.users",
        string="Decided By",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    on_behalf_of_id = fields.Many2one(
        "res.users", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    verdict = fields.Selection(
        [
            ("approved", "Approved"),
            ("returned", "Sent back"),
            ("rejected", "Rejected"),
            ("kept", "Kept, as nothing changed"),
        ],
        required=True,
        readonly=True,
    )
    reason = fields.Text(readonly=True)
    decided_at = fields.Char(
        "Decided At (UTC)", required=True, readonly=True, help="As it was hashed."
    )
    decided_on = fields.Datetime("Decided At", compute="_compute_decided_on")
    snapshot = fields.Text(required=True, readonly=True, help="The content that was decided on.")
    previous_hash = fields.Char(readonly=True)
    hash = fields.Char(required=True, readonly=True)

    @api.depends("decided_at")
    def _compute_decided_on(self):
        for decision in self:
            decision.decided_on = fields.Datetime.to_datetime(decision.decided_at)

    def _compute_display_name(self):
        verdicts = dict(self._fields["verdict"]._description_selection(self.env))
        for decision in self:
            user = decision.sudo().user_id.name  # the name only
            decision.display_name = f"{verdicts.get(decision.verdict, '')} – {user}"

    def _aria_get_hashed(self):
        """Return the values of this decision that its hash covers: what was said, by whom, over what."""
        self.ensure_one()
        return {
            "request": self.request_id.id,
            "task": self.task_id.id or 0,
            "user": self.user_id.id,
            "on_behalf_of": self.on_behalf_of_id.id or 0,
            "verdict": self.verdict,
            "reason": self.reason or "",
            "decided_at": self.decided_at,
            "snapshot": self.snapshot,
        }

    @classmethod
    def _aria_chain(cls, previous_hash, vals):
        """Complete the values ``vals`` of a new decision by its hashes; return its hash."""
        row = {
            "request": vals["request_id"],
            "task": vals.get("task_id") or 0,
            "user": vals["user_id"],
            "on_behalf_of": vals.get("on_behalf_of_id") or 0,
            "verdict": vals["verdict"],
            "reason": vals.get("reason") or "",
            "decided_at": vals["decided_at"],
            "snapshot": vals["snapshot"],
        }
        vals |= {"previous_hash": previous_hash or "", "hash": link(previous_hash or "", row)}
        return vals["hash"]
