from odoo import models
from odoo.tools import SQL


class AriaCallerMixin(models.AbstractModel):
    """Documents about a customer who is called: what to know before dialling."""

    _name = "aria.caller.mixin"
    _description = "Document about a customer who is called"

    _aria_action_field = None
    """field of ``aria.followup.action`` that leads to the document"""

    def _aria_get_caller_infos(self):
        """Return {document: (telephone, (customer, campaign, class, last action))} of these (superuser) documents."""
        last = self._aria_get_last_actions()
        return {
            document: (
                document.phone or document.partner_id.phone,
                (
                    document._aria_get_customer_name(),
                    document.campaign_id.title,
                    document._aria_get_class_name(),
                    document.id in last and last[document.id].display_name,
                ),
            )
            for document in self
        }

    def _aria_get_customer_name(self):
        """Return who is called."""
        raise NotImplementedError

    def _aria_get_class_name(self):
        """Return the name of the class of the customer, where customers are classed."""
        partner = self.partner_id.commercial_partner_id
        return "aria_class_id" in partner._fields and partner.aria_class_id.display_name

    def _aria_get_last_actions(self):
        """Return {id of the document: its last action}; in one statement."""
        if not self:
            return {}
        actions = self.env["aria.followup.action"]
        actions.flush_model([self._aria_action_field, "date"])
        column = SQL.identifier(self._aria_action_field)
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT ON (%(c)s) %(c)s, id FROM aria_followup_action"
                " WHERE %(c)s IN %(ids)s ORDER BY %(c)s, date DESC, id DESC",
                c=column,
                ids=tuple(self.ids),
            )
        )
        found = actions.browse([id_ for _document, id_ in rows])
        return {document: action for (document, _id), action in zip(rows, found, strict=True)}
