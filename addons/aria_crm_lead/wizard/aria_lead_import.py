import base64
import binascii

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.aria_persian.tools import sheets

from .lead_columns import HEADINGS, WHO, find_field

MAX_FILE = 16 * 2**20  # bytes
MAX_OPENED = 256 * 2**20  # bytes of an Excel file, unpacked
MAX_ROWS = 10_000  # half of the CPU time that a request has in Odoo's default settings (benchmarks/lead_import.py)
HEADING_ROWS = 10  # rows in which the headings are looked for
SAMPLES = 3


class AriaLeadImport(models.TransientModel):
    """Records the leads of an Excel or CSV file, after showing what will become of each row.

    Life: file → preview → done. What is recorded is what the preview showed: every row is judged again when the
    leads are made, and if anything comes out differently nothing is recorded and the preview is shown anew.
    How a row is judged is in ``aria_lead_import_rows.py``.
    """

    _name = "aria.lead.import"
    _description = "Import of Leads"

    state = fields.Selection(
        [("file", "File"), ("preview", "Preview"), ("done", "Done")],
        default="file",
        required=True,
        readonly=True,
    )
    campaign_id = fields.Many2one("utm.campaign", domain=[("is_auto_campaign", "=", False)])
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, readonly=True
    )
    file = fields.Binary(attachment=False)
    file_name = fields.Char()
    encoding = fields.Selection(
        [("unicode", "Unicode (UTF-8)"), ("cp1256", "Arabic and Persian (windows-1256)")],
        required=True,
        default="unicode",
        help="How the letters of a CSV file were stored. Excel files do not need it.",
    )
    is_garbled = fields.Boolean(readonly=True)
    sample_text = fields.Text("Read as windows-1256", readonly=True)
    has_headings = fields.Boolean(
        "First Row Holds Headings", default=True, help="Otherwise it is a lead like the others."
    )
    column_ids = fields.One2many("aria.lead.import.column", "import_id", string="Columns")
    duplicates = fields.Selection(
        [("skip", "Leave them out"), ("record", "Record them too")],
        string="Known Persons",
        required=True,
        default="skip",
        help="What to do with rows of persons that are recorded already or stand in the file twice.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Salesperson",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        default=lambda self: self.env.user,
    )
    team_id = fields.Many2one(
        "crm.team",
        string="Sales Team",
        domain="['|', ('company_id', '=', False), ('company_id', '=', company_id)]",
    )
    source_unit_id = fields.Many2one("aria.unit")
    plan_id = fields.Many2one(
        "aria.followup.plan", string="Plan of Follow-ups", help="Applied to the new leads at once."
    )
    row_count = fields.Integer("Rows", readonly=True)
    good_count = fields.Integer("New Persons", readonly=True)
    known_count = fields.Integer("Recorded Already", readonly=True)
    repeated_count = fields.Integer("Repeated in the File", readonly=True)
    rejected_count = fields.Integer("Rejected", readonly=True)
    lead_count = fields.Integer("Leads Recorded", readonly=True)
    is_changed = fields.Boolean(readonly=True)
    shown = fields.Json(readonly=True)
    faults = fields.Json(readonly=True)
    preview = fields.Html(compute="_compute_preview", sanitize=False)
    left_out_file = fields.Binary("Rows Left Out", attachment=False, readonly=True)
    left_out_name = fields.Char(compute="_compute_names")
    sample_file = fields.Binary(compute="_compute_sample_file")
    sample_name = fields.Char(compute="_compute_names")
    recorded_at = fields.Datetime(readonly=True)

    # ------------------------------------------------------------------ computed
    def _compute_names(self):
        self.sample_name = self.env._("leads") + ".xlsx"
        self.left_out_name = self.env._("rows left out") + ".xlsx"

    def _compute_sample_file(self):
        labels = dict(self.env["aria.lead.import.column"]._selection_field_name())
        names = ("contact_name", "partner_name", "function", "phone", "email_from", "city")
        headings = [labels[name] for name in (*names, "aria_national_id", "description")]
        self.sample_file = base64.b64encode(sheets.write({self.env._("Leads"): [headings]}))

    @api.depends("shown", "state")
    def _compute_preview(self):
        for wizard in self:
            rows = (wizard.shown or {}).get("rows") or []
            wizard.preview = bool(rows) and self.env["ir.qweb"]._render(
                "aria_crm_lead.aria_lead_import_rows",
                {"rows": rows, "headings": wizard.shown["headings"]},
            )

    @api.constrains("company_id")
    def _check_company(self):
        if self.company_id - self.env.companies:
            raise ValidationError(
                self.env._(
                    "Leads are imported into a company that you work in; choose one of yours."
                )
            )

    # ------------------------------------------------------------------ buttons
    def action_preview(self):
        """Read the file, guess what its columns are, and show what would become of each row."""
        self._check_step("file", "preview")
        table = self._read_table()
        if table is not None:
            self._guess_columns(table)
            self._show(self._judge(table))
        return self._reopen()

    def action_check(self):
        """Judge the rows again, after columns were given another meaning."""
        self._check_step("preview")
        self.faults = False
        self._show(self._judge(self._read_table()))
        return self._reopen()

    def action_back(self):
        """Go back to the choice of the file."""
        self._check_step("preview")
        self.write({"state": "file", "is_changed": False, "faults": False, "has_headings": True})
        return self._reopen()

    def action_import(self):
        """Record the leads that the preview showed, all of them or, if anything has changed since, none."""
        self._check_step("preview")
        # written first: whoever presses twice, or in two windows, is replayed here and told so
        self.state = "done"
        self.flush_recordset(["state"])
        rows = self._judge(self._read_table())
        if self._summarise(rows) == self.shown:
            taken = [row for row in rows if self._is_taken(row)]
            leads, faults = self._create_leads(taken)
            if not faults:
                self._finish(rows, leads)
                return self._reopen()
            self.faults = {**(self.faults or {}), **faults}
            rows = self._judge(self._read_table())
        self._show(rows, is_changed=True)
        return self._reopen()

    def action_open_leads(self):
        """Show the leads that were recorded."""
        self._check_step("done")
        action = self.env["ir.actions.act_window"]._for_xml_id("aria_crm_lead.crm_lead_action")
        since = fields.Datetime.to_string(self.recorded_at)
        domain = [("aria_registrar_id", "=", self.env.uid), ("create_date", ">=", since)]
        if self.campaign_id:
            domain.append(("campaign_id", "=", self.campaign_id.id))
        return action | {"domain": domain, "context": {}}

    def _check_step(self, *states):
        self.ensure_one()
        if self.state not in states:
            raise UserError(
                self.env._("These leads are recorded already; start a new import.")
                if self.state == "done"
                else self.env._("Choose a file first.")
            )

    def _reopen(self):
        """Return the action that shows this wizard again."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import Leads"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    # ------------------------------------------------------------------ the file
    def _read_table(self):
        """Return the rows of the file that are not blank, as (number in the spreadsheet, texts).

        None: it is no Unicode text; the wizard then asks whether it is windows-1256.

        :raise UserError: in one sentence, when the file is no such table
        """
        rows = []
        encodings = sheets.UNICODE if self.encoding == "unicode" else ("cp1256",)
        try:
            for number, cells in sheets.read_rows(
                self._get_data(),
                max_file=MAX_FILE,
                max_opened=MAX_OPENED,
                encodings=encodings,
                strict=True,
            ):
                if any(cell or isinstance(cell, sheets.LostCell) for cell in cells):
                    rows.append((number, cells))
                if len(rows) > MAX_ROWS + HEADING_ROWS:
                    raise sheets.SheetFault("rows")
        except sheets.SheetFault as fault:
            if fault.reason == "encoding" and self.encoding == "unicode":
                self._offer_encoding()
                return None
            raise UserError(self._tell_fault(fault.reason)) from None
        return self._cut_table(rows)

    def _get_data(self):
        try:
            return base64.b64decode(self.with_context(bin_size=False).file or b"", validate=True)
        except (binascii.Error, ValueError):
            return b""

    def _cut_table(self, rows):
        """Return ``rows`` from the headings on: the first of the uppermost rows with most headings that are known."""
        if self.has_headings:
            known = [sum(map(bool, map(find_field, cells))) for _n, cells in rows[:HEADING_ROWS]]
            rows = rows[known.index(max(known)) :] if known else rows
        if len(rows) < 1 + self.has_headings:
            raise UserError(self._tell_fault("empty"))
        if len(rows) - self.has_headings > MAX_ROWS:
            raise UserError(self._tell_fault("rows"))
        return rows

    def _offer_encoding(self):
        """Show how the beginning of the file reads in windows-1256."""
        head = self._get_data()[:400].decode("cp1256", "replace")
        self.write({"state": "file", "is_garbled": True, "sample_text": head})

    def _tell_fault(self, reason):
        """Return the sentence for a file that cannot be taken."""
        return {
            "size": self.env._(
                "The file is too large (more than %(megabytes)s MB); divide it and import the parts.",
                megabytes=MAX_FILE // 2**20,
            ),
            "rows": self.env._(
                "The file has more than %(count)s rows; divide it and import the parts.",
                count=MAX_ROWS,
            ),
            "empty": self.env._(
                "The file has no rows of leads; its first row holds the headings, the leads come below."
            ),
            "encoding": self.env._(
                "The letters of the file cannot be read as windows-1256; save it as Excel (xlsx) or CSV UTF-8."
            ),
            "quotes": self.env._(
                "The quotation marks of the CSV file do not match, so rows would be lost; save it as Excel (xlsx)."
            ),
        }.get(
            reason,
            self.env._("The file cannot be read; give an Excel (xlsx) or a CSV file."),
        )

    # ------------------------------------------------------------------ its columns
    def _guess_columns(self, table):
        """Make the columns anew, each with the field that its heading means: as last time, or as people head it."""
        headings = table[0][1] if self.has_headings else [""] * max(len(c) for _n, c in table)
        remembered = self._get_remembered()
        body = table[1:] if self.has_headings else table
        vals_list = []
        for place, heading in enumerate(headings):
            texts = [cells[place] for _n, cells in body[:100] if place < len(cells)]
            texts = list(dict.fromkeys(filter(None, texts)))
            if heading or texts:
                guess = remembered.get(heading.lower()) or find_field(heading)
                vals_list.append(
                    {
                        "place": place,
                        "heading": heading,
                        "sample": " · ".join(texts[:SAMPLES]),
                        "field_name": guess or self._find_label(heading),
                    }
                )
        self.column_ids = [fields.Command.clear(), *map(fields.Command.create, vals_list)]
        self.write({"is_garbled": False, "sample_text": False, "faults": False})

    def _get_remembered(self):
        """Return {heading: field} of earlier imports of leads, Odoo's own too."""
        rows = self.env["base_import.mapping"].search_read(
            [("res_model", "=", "crm.lead"), ("field_name", "in", list(HEADINGS))],
            ["column_name", "field_name"],
        )
        return {(row["column_name"] or "").lower(): row["field_name"] for row in rows}

    @api.model
    def _find_label(self, heading):
        """Return the field that is called ``heading`` on the form, or False."""
        labels = self.env["aria.lead.import.column"]._selection_field_name()
        found = (name for name, label in labels if label.lower() == heading.lower())
        return next(found, False)

    def _remember_columns(self):
        """Keep what the columns mean, for the next file with the same headings."""
        mappings = self.env["base_import.mapping"]
        for column in self.column_ids.filtered("heading"):
            key = [("res_model", "=", "crm.lead"), ("column_name", "=", column.heading.lower())]
            known = mappings.search(key, limit=1)
            if known:
                known.field_name = column.field_name
            elif column.field_name:
                vals = {name: value for name, _operator, value in key}
                mappings.create(vals | {"field_name": column.field_name})

    def _check_columns(self):
        """Refuse columns that say of nobody who it is, or say the same thing twice."""
        names = [column.field_name for column in self.column_ids if column.field_name]
        if not set(names).intersection(WHO):
            raise UserError(
                self.env._(
                    "No column says who the persons are; choose one for the contact, the company, the telephone or the e-mail."
                )
            )
        self.column_ids._check_used_once()

    # ------------------------------------------------------------------ results
    def _summarise(self, rows):
        """Return what the preview shows of ``rows``: figures, and the rows that a person has to look at."""
        states = [row.state for row in rows]
        return {
            "figures": {
                "row_count": len(rows),
                **{
                    f"{s}_count": states.count(s) for s in ("good", "known", "repeated", "rejected")
                },
            },
            "headings": [c.heading or c.sample for c in self._get_shown_columns()],
            "columns": [[c.place, c.field_name] for c in self.column_ids],
            "rows": self._prepare_shown_rows(rows),
        }

    def _show(self, rows, is_changed=False):
        """Show the preview of ``rows``."""
        shown = self._summarise(rows)
        self.write(
            {
                "state": "preview",
                "is_changed": is_changed,
                "shown": shown,
                **shown["figures"],
                "left_out_file": self._write_left_out(rows),
            }
        )

    def _finish(self, rows, leads):
        """Apply the plan, and show what was done."""
        if self.plan_id and leads:
            self.plan_id._apply_or_queue(leads)
        self._remember_columns()
        self.write(
            {
                "lead_count": len(leads),
                "is_changed": False,
                "file": False,
                "left_out_file": self._write_left_out(rows),
                "recorded_at": self.env.cr.now().replace(microsecond=0),
            }
        )

    def _is_taken(self, row):
        """Say whether ``row`` becomes a lead."""
        known = row.state in ("known", "repeated")
        return row.state == "good" or (known and self.duplicates == "record")

    def _write_left_out(self, rows):
        """Return the Excel file of the rows that do not become leads, with the reasons; it can be imported again."""
        left = [row for row in rows if not self._is_taken(row)]
        if not left:
            return False
        columns = self.column_ids
        head = [*(c.heading for c in columns), self.env._("Row"), self.env._("Reason")]
        table = [
            [*(row.get(c.place) for c in columns), str(row.number), row.reason] for row in left
        ]
        return base64.b64encode(sheets.write({self.env._("Rows Left Out"): [head, *table]}))
