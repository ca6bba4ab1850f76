from odoo import fields, models

OWN = ("aria_sayad_id", "aria_photo")


class AccountPaymentRegister(models.TransientModel):
    _inherit = "account.payment.register"

    def _create_payment_vals_from_wizard(self, batch_result):
        # EXTENDS 'l10n_latam_check': the cheques are created there from the lines, in their order
        vals = super()._create_payment_vals_from_wizard(batch_result)
        commands = vals.get("l10n_latam_new_check_ids") or ()
        for (_create, _id, values), line in zip(
            commands, self.l10n_latam_new_check_ids, strict=False
        ):
            values.update({name: line[name] for name in OWN})
        return vals


class L10nLatamPaymentRegisterCheck(models.TransientModel):
    _inherit = "l10n_latam.payment.register.check"

    aria_sayad_id = fields.Char("Sayad ID")
    aria_photo = fields.Image("Photo", max_width=1920, max_height=1920)
