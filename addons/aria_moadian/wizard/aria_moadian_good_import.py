import re

from odoo import api, fields, models

from odoo.addons.aria_persian.tools.letters import to_latin_digits

BATCH = 5000
COLUMNS = {
    "sstid": ("ID", "شناسه کالا/خدمت", "شناسه کالا و خدمت", "شناسه", "شناسه کالا", "sstid"),
    "name": (
        "DescriptionOfID",
        "شرح شناسه",
        "شرح",
        "شرح کالا/خدمت",
        "شرح کالا و خدمت",
        "نام",
        "description",
    ),
    "vat": ("Vat", "نرخ مالیات", "نرخ ارزش افزوده", "نرخ مالیات و عوارض ارزش افزوده", "مالیات"),
    "kind": ("Type", "نوع", "نوع شناسه"),
}
EXEMPT = ("معاف", "exempt")


class AriaMoadianGoodImport(models.TransientModel):
    """Takes the list that stuffid.tax.gov.ir exports (CSV or Excel), whole or in part, as often as it changes."""

    _name = "aria.moadian.good.import"
    _description = "Import of the Goods List"
    _inherit = ["aria.moadian.sheet.mixin"]

    state = fields.Selection([("file", "File"), ("done", "Done")], default="file", readonly=True)
    new_count = fields.Integer("New", readonly=True)
    changed_count = fields.Integer("Brought up to Date", readonly=True)

    def action_import(self):
        """Import the file; the form then shows how many rows were taken, and why others were not."""
        self.ensure_one()
        self._demand_accountant()
        bad, batch, taken, new = [], {}, 0, 0
        # sudo: the list is the organisation's, the same for all; accountants import it and cannot edit it
        goods = self.env["aria.moadian.good"].sudo()
        for number, row in self._read_sheet(COLUMNS, ("sstid", "name")):
            sstid, values, reason = self._parse(row)
            if reason:
                bad.append((number, reason))
                continue
            batch[sstid] = values
            if len(batch) >= BATCH:
                taken, new, batch = taken + len(batch), new + goods._take_rows(batch), {}
        taken, new = taken + len(batch), new + goods._take_rows(batch)
        self.write(
            {
                "state": "done",
                "file": False,
                "new_count": new,
                "changed_count": taken - new,
                **self._tell_bad(bad),
            }
        )
        return self._reopen()

    @api.model
    def _parse(self, row):
        """Return (id, (name, rate, kind), reason why it is no row of the list)."""
        sstid = re.sub(r"\s", "", to_latin_digits(row["sstid"]))
        if not re.fullmatch("[0-9]{13}", sstid):
            return None, None, self.env._("“%(id)s” has not 13 digits.", id=row["sstid"])
        if not row["name"]:
            return None, None, self.env._("%(id)s has no description.", id=sstid)
        rate = self._parse_rate(row.get("vat") or "")
        if rate is False:
            return None, None, self.env._("“%(rate)s” is no VAT rate.", rate=row["vat"])
        return sstid, (row["name"], rate, row.get("kind") or None), None

    @api.model
    def _parse_rate(self, text):
        """Return the VAT rate in percent, None when the list says none, False when it is no number."""
        text = to_latin_digits(text).replace("٫", ".").strip("% ٪")
        if not text:
            return None
        if text.lower() in EXEMPT:
            return 0.0
        if not re.fullmatch(r"\d{1,3}(\.\d+)?", text) or float(text) > 100:
            return False
        return float(text)
