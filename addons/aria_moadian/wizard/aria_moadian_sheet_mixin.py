import base64
import binascii

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from odoo.addons.aria_persian.tools import sheets

MOST_SHOWN = 200


class AriaMoadianSheetMixin(models.AbstractModel):
    """A wizard that takes a table from a person, and says of each row that was not taken why."""

    _name = "aria.moadian.sheet.mixin"
    _description = "Table of the Tax Portal"

    file = fields.Binary(attachment=False)
    file_name = fields.Char()
    bad_count = fields.Integer("Rows Not Taken", readonly=True)
    bad_rows = fields.Text("What Is Wrong", readonly=True)

    @api.model
    def _demand_accountant(self):
        """Refuse whoever is not an accountant of the Moadian groups."""
        if not self.env.su and not self.env.user.has_group("aria_moadian.group_user"):
            raise AccessError(
                self.env._(
                    "Only accountants of the group “Moadian” may do this; ask for the right."
                )
            )

    def _read_sheet(self, columns, required):
        """Yield (row number, {column: text}) of the uploaded file.

        :raises UserError: in one sentence, when the file is no such table
        """
        try:
            data = base64.b64decode(self.with_context(bin_size=False).file or b"")
        except (binascii.Error, ValueError):
            data = b""
        try:
            yield from sheets.read(data, columns, required)
        except sheets.SheetFault as fault:
            raise UserError(self._tell_fault(fault, columns, required)) from None

    def _tell_fault(self, fault, columns, required):
        if fault.reason == "size":
            return self.env._("The file is larger than 64 MB; divide it and import the parts.")
        if fault.reason == "headings":
            return self.env._(
                "No row of headings was found in the file; it needs the columns %(columns)s.",
                columns="، ".join(columns[name][0] for name in required),
            )
        return self.env._(
            "The file cannot be read; give an Excel (xlsx) or CSV file as the portal exports it."
        )

    def _tell_bad(self, bad):
        """Return values for the report: how many rows were not taken, and the first of them by number.

        :param bad: list of (row number, reason)
        """
        told = [
            self.env._("Row %(number)s: %(reason)s", number=number, reason=reason)
            for number, reason in bad[:MOST_SHOWN]
        ]
        if len(bad) > MOST_SHOWN:
            told.append(self.env._("… and %(count)s more.", count=len(bad) - MOST_SHOWN))
        return {"bad_count": len(bad), "bad_rows": "\n".join(told) or False}

    def _reopen(self):
        """Return the action that shows this wizard again, with its results."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env["ir.model"]._get(self._name).name,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }
