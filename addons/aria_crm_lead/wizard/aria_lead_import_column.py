from odoo import api, fields, models
from odoo.exceptions import UserError

from .lead_columns import HEADINGS, JOINED


class AriaLeadImportColumn(models.TransientModel):
    """One column of a list of leads, and the field that it fills."""

    _name = "aria.lead.import.column"
    _description = "Column of a List of Leads"
    _order = "place, id"

    import_id = fields.Many2one("aria.lead.import", required=True, ondelete="cascade", index=True)
    place = fields.Integer(readonly=True)
    heading = fields.Char(readonly=True)
    sample = fields.Char("Examples", readonly=True)
    field_name = fields.Selection(
        lambda self: self._selection_field_name(),
        string="Becomes",
        help="Empty: the column is left out.",
    )

    @api.model
    def _selection_field_name(self):
        """Return the fields of leads that a column may fill, by their labels."""
        labels = self.env["crm.lead"].fields_get(list(HEADINGS), ["string"])
        return [(name, labels[name]["string"]) for name in HEADINGS if name in labels]

    def _check_used_once(self):
        """Refuse two columns for one field, unless they can be joined."""
        labels = dict(self._selection_field_name())
        for name, columns in self.filtered("field_name").grouped("field_name").items():
            if len(columns) > 1 and name not in JOINED:
                raise UserError(
                    self.env._(
                        "Two columns are to become “%(field)s” (%(headings)s); leave one of them out.",
                        field=labels[name],
                        headings="، ".join(c.heading or c.sample or "" for c in columns),
                    )
                )
