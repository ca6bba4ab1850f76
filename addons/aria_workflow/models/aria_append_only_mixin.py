from odoo import api, models
from odoo.exceptions import AccessError

from ..engine import CONTEXT_KEY, holds_token, with_token, without_context, without_token


class AriaAppendOnlyMixin(models.AbstractModel):
    """Rows that are written once, by the engine, and then stay as they are, for the administrator too."""

    _name = "aria.append.only.mixin"
    _description = "Rows that are never changed or deleted"

    @api.model
    def _aria_engine_create(self, vals_list):
        """Create rows; for the code of the engine, never for values of a request."""
        return with_token(self).create(vals_list).sudo(self.env.su)

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'base'
        if not holds_token(self.env):
            raise AccessError(
                self.env._(
                    "%(model)s is written by the workflow itself; act on the document instead.",
                    model=self.env["ir.model"]._get(self._name).name,
                )
            )
        # a value that a caller's context proposes must not reach an append-only row
        model = without_context(self, lambda k: k == CONTEXT_KEY or k.startswith("default_"))
        return super(AriaAppendOnlyMixin, model).create(vals_list)

    def write(self, vals):
        # EXTENDS 'base'
        if self and not self._aria_may_rewrite(vals):
            raise AccessError(
                self.env._(
                    "%(record)s (%(model)s) is part of the history and cannot be changed;"
                    " act on the document, which adds a new row.",
                    record=self[:1].sudo().display_name,  # the name only, for the message
                    model=self.env["ir.model"]._get(self._name).name,
                )
            )
        return super(AriaAppendOnlyMixin, without_token(self)).write(vals)

    def _aria_may_rewrite(self, vals):
        """Return whether these rows may be written: never, unless a model says when a row is still open."""
        return False

    # at_uninstall=True: otherwise the context key "_force_unlink" of any caller skips the check
    @api.ondelete(at_uninstall=True)
    def _unlink_except_history(self):
        if self:
            raise AccessError(
                self.env._(
                    "%(record)s (%(model)s) is part of the history and cannot be deleted.",
                    record=self[:1].sudo().display_name,  # the name only, for the message
                    model=self.env["ir.model"]._get(self._name).name,
                )
            )
