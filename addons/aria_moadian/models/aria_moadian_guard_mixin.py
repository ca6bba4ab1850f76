from odoo import api, models
from odoo.exceptions import AccessError

from ..engine import holds_token


class AriaMoadianGuardMixin(models.AbstractModel):
    """Fields that only the addon writes, named in ``_aria_guarded``; the superuser is refused as well."""

    _name = "aria.moadian.guard.mixin"
    _description = "Fields Kept by the Tax Connector"
    _aria_guarded = ()

    @api.model
    def _has_field_access(self, field, operation):
        # EXTENDS 'base'
        if operation == "write" and field.name in self._aria_guarded and not self.env.su:
            return False
        return super()._has_field_access(field, operation)

    def _aria_refuse_guarded(self, names):
        touched = [name for name in self._aria_guarded if name in names]
        if touched and not holds_token(self.env):
            raise AccessError(
                self.env._(
                    "%(fields)s is kept by the connection to the tax organisation and cannot be typed; use the buttons.",
                    fields=", ".join(
                        self._fields[name]._description_string(self.env) for name in touched
                    ),
                )
            )

    @api.model
    def _aria_typed(self, vals):
        """Return the names in ``vals`` that say more than the field's default.

        A record that is made along with another one (the entry of a bank statement's line) gets its defaults
        as values.
        """
        defaults = {
            name: self._fields[name].default(self)
            for name in self._aria_guarded
            if name in vals and self._fields[name].default
        }
        return [name for name, value in vals.items() if value and value != defaults.get(name)]

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'base'
        self._aria_refuse_guarded({name for vals in vals_list for name in self._aria_typed(vals)})
        self._aria_refuse_guarded(
            {key[8:] for key in self.env.context if key.startswith("default_")}
        )
        return super().create(vals_list)

    def write(self, vals):
        # EXTENDS 'base'
        self._aria_refuse_guarded(vals)
        return super().write(vals)
