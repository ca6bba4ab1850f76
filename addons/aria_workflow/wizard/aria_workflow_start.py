import base64

from odoo import api, fields, models
from odoo.exceptions import UserError


class AriaWorkflowStart(models.TransientModel):
    """Begin a workflow from one that is there, such as a shipped one, or from a file."""

    _name = "aria.workflow.start"
    _description = "Begin a Workflow"

    source = fields.Selection(
        [("library", "A workflow of the library"), ("file", "A file")],
        default="library",
        required=True,
    )
    library_ids = fields.Many2many("aria.workflow", compute="_compute_library_ids")
    origin_id = fields.Many2one(
        "aria.workflow",
        string="Begin From",
        ondelete="cascade",
        help="A draft with the same stages is made.",
    )
    name = fields.Char(help="Name of the new workflow. Empty: that of the library.")
    file = fields.Binary(help="A workflow that was exported as JSON.", attachment=False)
    filename = fields.Char()
    follows_id = fields.Many2one(
        "aria.workflow",
        string="New Version Of",
        ondelete="cascade",
        help="The file becomes the next version of this workflow, or replaces what is drawn in this draft."
        " Empty: a workflow of its own.",
    )
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        help="Empty: the workflow serves all companies.",
    )

    @api.depends("source")
    def _compute_library_ids(self):
        shipped = self._get_shipped()
        for start in self:
            start.library_ids = shipped

    @api.model
    def _get_shipped(self):
        """Return the workflows that addons have brought, also retired and archived ones."""
        # sudo: which of them are shipped; they are read with the user's own rights
        rows = (
            self.env["ir.model.data"]
            .sudo()
            .search_fetch([("model", "=", "aria.workflow")], ["res_id", "module"])
        )
        ids = [row.res_id for row in rows if not row.module.startswith("__")]
        return self.env["aria.workflow"].with_context(active_test=False).search([("id", "in", ids)])

    def action_start(self):
        """Make the draft and open it.

        :raise UserError: nothing is chosen, or what is wrong with the file, with its line
        """
        self.ensure_one()
        self.env["aria.workflow"].check_access("create")
        draft = self._start_from_file() if self.source == "file" else self._start_from_library()
        return draft._get_form_action()

    def _start_from_library(self):
        origin = self.origin_id
        if not origin:
            raise UserError(self.env._("Choose the workflow to begin from."))
        origin.check_access("read")
        draft = origin.copy(
            {"name": self.name or origin.name, "company_id": self.company_id.id, "active": True}
        )
        if not self.name:
            origin.copy_translations(draft)
        return draft

    def _start_from_file(self):
        if not self.file:
            raise UserError(self.env._("Choose the file of the workflow."))
        return self.env["aria.workflow"]._import_definition(
            self._read_file(), self.company_id, self.follows_id
        )

    def _read_file(self):
        """Return the bytes of the file."""
        try:
            return base64.b64decode(self.file)
        except ValueError as error:
            raise UserError(
                self.env._("The file has not arrived whole; choose it again.")
            ) from error
