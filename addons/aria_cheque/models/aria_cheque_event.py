from odoo import fields, models

STATES = [
    ("received", "Received"),
    ("deposited", "Deposited"),
    ("cleared", "Cleared"),
    ("bounced", "Bounced"),
    ("endorsed", "Endorsed"),
    ("returned", "Returned"),
]


class AriaChequeEvent(models.Model):
    """Every step in the life of a cheque, whoever made it and by whatever entry."""

    _name = "aria.cheque.event"
    _inherit = ["aria.append.only.mixin"]
    _description = "History of Cheques"
    _order = "id desc"
    _rec_name = "check_id"

    check_id = fields.Many2one(
        "l10n_latam.check",
        string="Cheque",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Counterparty",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Whom the step concerns: the customer, or the vendor to whom the cheque was endorsed.",
    )
    from_state = fields.Selection(STATES, string="From", readonly=True)
    to_state = fields.Selection(
        STATES, string="To", readonly=True, help="Empty: the receipt of the cheque was taken back."
    )
    date = fields.Date("Accounting Date", required=True, readonly=True)
    time = fields.Datetime("Recorded at", required=True, readonly=True, default=fields.Datetime.now)
    user_id = fields.Many2one(
        "res.users",
        string="Recorded by",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    reason = fields.Text(readonly=True)
    payment_id = fields.Many2one(
        "account.payment",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        help="Payment whose journal entry made the step; empty where none was needed.",
    )
