from odoo import api, models
from odoo.exceptions import AccessError

from ..engine import holds_token


class AriaMoadianLogMixin(models.AbstractModel):
    """Rows that are written once, by the addon, and never changed or deleted by anybody."""

    _name = "aria.moadian.log.mixin"
    _description = "Rows of the Tax Connector That Stay"

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'base'
        if not holds_token(self.env):
            raise self._aria_history_error()
        return super().create(vals_list)

    def write(self, vals):
        # EXTENDS 'base'
        if self:
            raise self._aria_history_error()
        return super().write(vals)

    def copy_data(self, default=None):
        # EXTENDS 'base'
        raise self._aria_history_error()

    # at_uninstall=True: otherwise the context key "_force_unlink" of any caller skips the check
    @api.ondelete(at_uninstall=True)
    def _unlink_except_history(self):
        if self:
            raise self._aria_history_error()

    def _aria_history_error(self):
        return AccessError(
            self.env._(
                "What was sent to the tax organisation is kept as it is; act on the invoice, which adds to it."
            )
        )
