from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    @property
    def SELF_READABLE_FIELDS(self):
        # EXTENDS 'aria_workflow'
        return [*super().SELF_READABLE_FIELDS, "aria_by_sms"]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        # EXTENDS 'aria_workflow'
        return [*super().SELF_WRITEABLE_FIELDS, "aria_by_sms"]
