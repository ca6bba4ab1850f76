from odoo import api, fields, models
from odoo.tools import SQL


class AriaFollowup(models.Model):
    """The unit that reports count a follow-up for: who holds a closed one is nobody any more."""

    _name = "aria.followup"
    _inherit = ["aria.followup"]

    last_unit_id = fields.Many2one(
        "aria.unit",
        compute="_compute_last_unit_id",
        store=True,
        index="btree_not_null",
        ondelete="restrict",
        aria_engine=True,
        help="Unit that holds it, or held it last; for work of one person the first unit of that person.",
    )

    @api.depends("aria_unit_id", "aria_user_id")
    def _compute_last_unit_id(self):
        units = self._aria_get_last_units()
        for followup in self:
            followup.last_unit_id = units.get(followup.id, False)

    def _aria_get_last_units(self):
        """Return {id: id of the unit} of those follow-ups that a unit, or a person of one, held; in one statement."""
        ids = tuple(filter(None, self.ids))
        if not ids:
            return {}
        self.env["aria.referral"].flush_model(["res_model", "res_id", "to_unit_id", "to_user_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (referral.res_id) referral.res_id, COALESCE(
                    referral.to_unit_id,
                    (SELECT unit.id FROM aria_unit AS unit
                       JOIN aria_unit_member_rel AS member ON member.unit_id = unit.id
                      WHERE member.user_id = referral.to_user_id AND unit.active
                        AND (unit.company_id IS NULL OR unit.company_id = referral.company_id)
                      ORDER BY unit.sequence, unit.id LIMIT 1)
                )
                  FROM aria_referral AS referral
                 WHERE referral.res_model = %s AND referral.res_id IN %s AND referral.parent_id IS NULL
                 ORDER BY referral.res_id, referral.id DESC
                """,
                self._name,
                ids,
            )
        )
        return dict(rows)
