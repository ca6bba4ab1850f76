from odoo import api, models


class AriaCreditAllowanceMixin(models.AbstractModel):
    """What changes for a time how much a customer may owe: a raise, a guarantee. Each step of it is kept.

    Models with ``partner_id``, ``company_id``, ``amount``, ``date_from``, ``date_to`` and ``active``.
    """

    _name = "aria.credit.allowance.mixin"
    _description = "Allowance of Credit with a History"

    _aria_kind = None
    """kind of the rows of ``aria.credit.change``"""

    def _aria_get_reason(self):
        """Return why this is allowed, for the history."""
        raise NotImplementedError

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'base'
        allowances = super().create(vals_list)
        allowances._aria_meet()
        allowances._aria_record_terms({}, allowances._aria_get_terms())
        return allowances

    def write(self, vals):
        # EXTENDS 'base'
        self._aria_meet()
        before = self._aria_get_terms()
        result = super().write(vals)
        self._aria_meet()
        self._aria_record_terms(before, self._aria_get_terms())
        return result

    def unlink(self):
        # EXTENDS 'base': nothing is refused; what is taken away stays in the history
        self._aria_meet()
        self._aria_record_terms(self._aria_get_terms(), {})
        return super().unlink()

    def _aria_meet(self):
        """Meet with the checks of these customers: none of them counts on what is just being taken back."""
        for company, allowances in self.sudo().grouped("company_id").items():  # rows of the engine
            self.env["aria.credit.account"].sudo()._take(  # the same
                allowances.partner_id.commercial_partner_id, company
            )

    def _aria_get_terms(self):
        """Return {id: ((customer, company), amount, from, to, reason)}."""
        return {
            row.id: (
                (row.partner_id.commercial_partner_id, row.company_id),
                row.amount if row.active else 0.0,
                row.date_from,
                row.date_to,
                row._aria_get_reason(),
            )
            for row in self.sudo()  # whose they are, for the history
        }

    @api.model
    def _aria_record_terms(self, before, after):
        """Keep how the terms of these allowances have changed; one that moves to another customer is two changes."""
        rows = []
        for key in before | after:
            old, new = before.get(key), after.get(key)
            if old == new:
                continue
            moved = old and new and old[0] != new[0]
            for step in ((old, None), (None, new)) if moved else ((old, new),):
                rows.append(self._aria_prepare_change(*step))
        self.env["aria.credit.change"]._aria_engine_create(rows)

    @api.model
    def _aria_prepare_change(self, old, new):
        (partner, company), *_terms, reason = new or old
        nothing = (None, 0.0, False, False, None)
        _whose, old_amount, old_from, old_to, _reason = old or nothing
        _whose, new_amount, new_from, new_to, _reason = new or nothing
        return {
            "kind": self._aria_kind,
            "partner_id": partner.id,
            "company_id": company.id,
            "user_id": self.env.uid,
            "old_ceiling": old_amount,
            "new_ceiling": new_amount,
            "old_date_from": old_from,
            "old_date_to": old_to,
            "new_date_from": new_from,
            "new_date_to": new_to,
            "reason": reason,
        }
