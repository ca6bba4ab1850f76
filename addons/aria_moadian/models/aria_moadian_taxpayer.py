from datetime import timedelta

from odoo import api, fields, models

from ..engine import with_token
from ..lib import client as clients

FRESH = timedelta(days=1)
UNKNOWN_CODES = ("4170", "4171")
STATUSES = [
    ("ACTIVE", "Active"),
    ("DEACTIVATED", "Deactivated: over the limit of article 6"),
    ("NOT_ALLOCATED", "No Tax File"),
    ("TEMPORARY_UNAUTHORIZE", "Suspended for a Time"),
    ("PERMANENT_UNAUTHORIZE", "Suspended for Good"),
    ("ARTICLE_2_SUBJECT", "Subject to Article 2"),
    ("UNKNOWN", "Not Known to the Organisation"),
    ("OTHER", "Another State"),
]


class AriaMoadianTaxpayer(models.Model):
    """What the tax organisation said of a taxpayer; asked for once a day at most."""

    _name = "aria.moadian.taxpayer"
    _description = "Taxpayer"
    _inherit = ["aria.moadian.log.mixin"]
    _order = "id desc"
    _rec_name = "code"

    code = fields.Char("Economic Code", required=True)
    name = fields.Char()
    national_id = fields.Char("National ID")
    status = fields.Selection(STATUSES, required=True)
    asked_at = fields.Datetime(required=True)

    _code_asked_idx = models.Index("(code, asked_at DESC)")

    @api.model
    def _get_known(self, codes):
        """Return {code: the latest answer} of economic codes."""
        rows = self.search([("code", "in", [code for code in codes if code])], order="id")
        return {row.code: row for row in rows}

    @api.model
    def _ask(self, memory, code):
        """Return the answer for an economic code, a fresh one without asking again.

        :raises client.MoadianError: when the service cannot be asked
        """
        known = self._get_known([code]).get(code)
        if known and known.asked_at > fields.Datetime.now() - FRESH:
            return known
        with memory._connected() as client:
            try:
                answer = client.taxpayer(code)
            except clients.Refused as error:
                if not any(found.code in UNKNOWN_CODES for found in error.codes):
                    raise
                answer = {"taxpayerStatus": "UNKNOWN"}
        status = str(answer.get("taxpayerStatus") or "")
        return with_token(self).create(
            {
                "code": code,
                "name": str(answer.get("nameTrade") or "")[:200] or False,
                "national_id": str(answer.get("nationalId") or "")[:20] or False,
                "status": status if status in dict(STATUSES) else "OTHER",
                "asked_at": fields.Datetime.now(),
            }
        )
