from odoo import models


class AriaFilesMixin(models.AbstractModel):
    """Records with files beside them, which whoever reads the record may read."""

    _name = "aria.files.mixin"
    _description = "Record with files"

    def _aria_adopt_files(self, field):
        """Give the files of ``field`` that the user has just uploaded to these records."""
        for record in self.filtered(field):
            files = record[field].filtered(lambda f: not f.res_id and f.create_uid == self.env.user)
            # sudo: only files that the user has just uploaded
            files.sudo().write({"res_model": self._name, "res_id": record.id})
