from odoo import api, models
from odoo.exceptions import AccessError

from ..engine import CONTEXT_KEY, holds_token, with_token, without_context, without_token


class AriaEngineMixin(models.AbstractModel):
    """Fields that only the engine writes: stage, outcome, holder, recorder.

    A field is one of them when it is declared with ``aria_engine=True``. Two walls stand before it:
    ``_has_field_access`` refuses every user (forms, RPC, import, ``default_*`` keys), and ``write``
    and ``create`` refuse the superuser too, unless the private token is in the context.
    """

    _name = "aria.engine.mixin"
    _description = "Fields written by the engine only"

    def _valid_field_parameter(self, field, name):
        # EXTENDS 'base'
        return name == "aria_engine" or super()._valid_field_parameter(field, name)

    @api.model
    def _has_field_access(self, field, operation):
        # EXTENDS 'base'
        if not self.env.su:
            if operation == "write" and getattr(field, "aria_engine", False):
                return False
            # a customer may read the lines of his order, but not who holds them
            if field.name.startswith("aria_") and self.env.user.share:
                return False
        return super()._has_field_access(field, operation)

    @api.model
    def _check_field_access(self, field, operation):
        # EXTENDS 'base': the reason in one sentence
        if not self.env.su and operation == "write" and not self.env.user.share:
            self._aria_refuse_engine_fields([field.name])
        return super()._check_field_access(field, operation)

    @api.model
    def _aria_engine_fields(self, names):
        """Return those of the field ``names`` that only the engine writes."""
        return [n for n in names if getattr(self._fields.get(n), "aria_engine", False)]

    @api.model
    def _aria_refuse_engine_fields(self, names):
        touched = self._aria_engine_fields(names)
        if touched and not holds_token(self.env):
            raise AccessError(
                self.env._(
                    "%(fields)s of %(model)s is kept by the workflow itself and cannot be typed;"
                    " use the buttons of the document.",
                    fields=", ".join(
                        self._fields[name]._description_string(self.env) for name in touched
                    ),
                    model=self.env["ir.model"]._get(self._name).name,
                )
            )

    def _aria_engine_write(self, vals):
        """Write engine fields; for the code of the engine, never for values of a request."""
        return with_token(self).write(vals)

    def write(self, vals):
        # EXTENDS 'base'
        self._aria_refuse_engine_fields(vals)
        records = without_token(self) if CONTEXT_KEY in self.env.context else self
        return super(AriaEngineMixin, records).write(vals)

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'base'
        self._aria_refuse_engine_fields({name for vals in vals_list for name in vals})
        model = self._aria_without_engine_defaults()
        if CONTEXT_KEY in model.env.context:
            model = without_token(model)
        return super(AriaEngineMixin, model).create(vals_list).with_env(self.env)

    def _aria_without_engine_defaults(self):
        """Return the model without ``default_*`` keys of engine fields.

        Core checks such keys for users, but not where it creates as superuser.
        """
        names = [key[8:] for key in self.env.context if key.startswith("default_")]
        engine = {f"default_{name}" for name in self._aria_engine_fields(names)}
        if not engine or not self.env.su:
            return self
        return without_context(self, engine.__contains__)
