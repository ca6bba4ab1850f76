from odoo import api, models


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    def session_info(self):
        # EXTENDS 'web': forms of these models get an item in their menu that refers the document
        info = super().session_info()
        if self.env.user._is_internal():
            info["aria_referable_models"] = self._aria_get_referable_models()
        return info

    @api.model
    def _aria_get_referable_models(self):
        """Return the names of models whose documents can be referred."""
        return [
            name
            for name, model in self.env.items()
            if "aria_referral_ids" in model._fields and not model._abstract
        ]
