from odoo import api, fields, models
from odoo.tools import SQL


class AriaMoadianGood(models.Model):
    """A row of the organisation's list of goods and services (stuffid.tax.gov.ir), to look ids up in."""

    _name = "aria.moadian.good"
    _description = "Goods and Services of the Tax Organisation"
    _inherit = ["aria.search.mixin"]
    _aria_search_fields = ("name", "sstid")
    _order = "name, id"

    sstid = fields.Char("Goods/Service ID", size=13, required=True)
    name = fields.Char("Description", required=True)
    vat_rate = fields.Float("VAT (%)", digits=(5, 2))
    kind = fields.Char(
        help="As the list says: public or specific, domestic or imported, goods or service."
    )

    _sstid_uniq = models.Constraint(
        "UNIQUE(sstid)", "This goods/service id is in the list already."
    )

    @api.depends("sstid", "name")
    def _compute_display_name(self):
        for good in self:
            good.display_name = f"{good.sstid} {good.name}"

    @api.model
    def _take_rows(self, rows):
        """Put rows of the list into the table, those that are there brought up to date, in one statement.

        :param rows: {sstid: (name, VAT rate or None, kind or None)}
        :return: how many are new
        """
        if not rows:
            return 0
        user, now = self.env.uid, fields.Datetime.now()
        values = SQL(", ").join(
            SQL("(%s, %s, %s, %s, %s, %s, %s, %s)", sstid, *row, user, now, user, now)
            for sstid, row in rows.items()
        )
        # xmax is 0 for a row that this statement inserted
        made = self.env.execute_query(
            SQL(
                "INSERT INTO aria_moadian_good (sstid, name, vat_rate, kind, create_uid, create_date, write_uid,"
                " write_date) VALUES %s ON CONFLICT (sstid) DO UPDATE SET name = EXCLUDED.name, vat_rate ="
                " EXCLUDED.vat_rate, kind = EXCLUDED.kind, write_uid = EXCLUDED.write_uid, write_date ="
                " EXCLUDED.write_date RETURNING xmax = 0",
                values,
            )
        )
        self.invalidate_model()
        return sum(1 for (new,) in made if new)

    def action_import(self):
        """Open the import of the organisation's list."""
        return self.env["ir.actions.act_window"]._for_xml_id(
            "aria_moadian.aria_moadian_good_import_action"
        )
