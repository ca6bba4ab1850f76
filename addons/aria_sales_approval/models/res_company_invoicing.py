from odoo import api, fields, models


class ResCompany(models.Model):
    """When a company invoices; how much stays Odoo's invoicing policy of each product."""

    # a subject of its own, in a file of its own
    _inherit = "res.company"  # pylint: disable=consider-merging-classes-inherited

    aria_invoice_when = fields.Selection(
        [
            ("manual", "By hand"),
            ("confirmation", "When the order is confirmed"),
            ("exit", "When the goods are let out"),
            ("delivery", "When the goods are delivered"),
        ],
        string="Invoices Are Made",
        default="manual",
        required=True,
        help="A job makes them then; how much is invoiced is said by the invoicing policy of each product.",
    )
    aria_invoice_post = fields.Boolean(
        "Post Them at Once",
        default=True,
        help="Otherwise finance looks at the drafts and posts them.",
    )
    aria_invoice_journal_id = fields.Many2one(
        "account.journal",
        string="Journal of These Invoices",
        domain="[('type', '=', 'sale')]",
        check_company=True,
        index="btree_not_null",
        help="Empty: the journal of the order, else the first sales journal.",
    )
    aria_invoice_needs_tax = fields.Boolean(
        "Each Line Needs a Tax",
        help="Orders with a line without any tax, be it zero per cent, are not invoiced but told to finance: the tax"
        " organisation wants one.",
    )

    @api.model
    def _aria_get_invoice_moments(self):
        """Return {when: events of lines at which a company that says so invoices}; addons extend it."""
        return {
            "manual": set(),
            "confirmation": {"confirmed"},
            "exit": {"exited"},
            "delivery": {"exited", "delivered"},
        }

    @api.model
    def _aria_get_all_invoice_events(self):
        return set().union(*self._aria_get_invoice_moments().values())

    def _aria_get_invoice_events(self):
        self.ensure_one()
        return self._aria_get_invoice_moments()[self.aria_invoice_when]
