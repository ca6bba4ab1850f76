from contextlib import suppress

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.aria_persian.tools.identifiers import IdentifierError, sayad_id
from odoo.addons.aria_persian.tools.letters import to_latin_digits
from odoo.addons.aria_workflow.engine import holds_token

from .account_journal import NEW
from .aria_cheque_event import STATES

FROZEN = {
    "amount",
    "aria_is_guarantee",
    "company_id",
    "partner_id",
    "payment_id",
    "payment_method_line_id",
}
"""what the books say; a cheque that is in them keeps it"""

LIVE = ("received", "deposited", "bounced", "endorsed")


class L10nLatamCheck(models.Model):
    """A cheque of a customer, on Odoo's own cheques of third parties.

    Its state is not kept but follows from payments and their entries, whatever screen or program made them: the
    last payment that stands in the books says where the cheque is. Guarantee cheques have no payment and no entry,
    until they are called in.
    """

    _name = "l10n_latam.check"
    _inherit = ["l10n_latam.check", "aria.referable.mixin"]

    # a guarantee cheque has no payment to take these from
    payment_id = fields.Many2one(required=False, index=True)
    company_id = fields.Many2one(
        "res.company",
        related=False,
        compute="_compute_aria_owner",
        store=True,
        readonly=False,
        index=True,
    )
    partner_id = fields.Many2one(
        "res.partner",
        related=False,
        compute="_compute_aria_owner",
        store=True,
        readonly=False,
        index=True,
    )
    currency_id = fields.Many2one("res.currency", related=False, compute="_compute_aria_currency")

    aria_sayad_id = fields.Char(
        "Sayad ID",
        copy=False,
        index="btree_not_null",
        tracking=True,
        help="The 16 digits under which the cheque stands in the Sayad system. Digits of any keyboard are accepted.",
    )
    aria_cheque_state = fields.Selection(
        STATES,
        string="Cheque State",
        compute="_compute_aria_cheque_state",
        store=True,
        tracking=True,
        index=True,
        aria_engine=True,
        help="Follows the journal entries: received, deposited for collection, cleared by the bank, bounced,"
        " endorsed to a vendor, returned to the customer.",
    )
    aria_is_guarantee = fields.Boolean(
        "Guarantee",
        copy=False,
        help="Kept as a guarantee: it stands in no journal entry and pays nothing.",
    )
    aria_call_date = fields.Date(
        "Called in on",
        readonly=True,
        copy=False,
        aria_engine=True,
        help="It was kept as a guarantee until then; since then it is a payment of the customer.",
    )
    aria_photo = fields.Image("Photo", max_width=1920, max_height=1920, copy=False)
    aria_bounce_date = fields.Date("Bounced on", readonly=True, copy=False, aria_engine=True)
    aria_bounce_reason = fields.Char(
        "Reason of the Bounce", readonly=True, copy=False, aria_engine=True
    )
    aria_return_date = fields.Date("Returned on", readonly=True, copy=False, aria_engine=True)
    aria_bounce_payment_id = fields.Many2one(
        "account.payment",
        string="Payment of the Bounce",
        readonly=True,
        copy=False,
        index="btree_not_null",
        aria_engine=True,
    )
    aria_closing_payment_id = fields.Many2one(
        "account.payment",
        string="Closed after",
        readonly=True,
        copy=False,
        index="btree_not_null",
        aria_engine=True,
        help="An endorsement that the vendor's bank has paid, or a bounce after which the paper was given back.",
    )
    aria_clearing_line_id = fields.Many2one(
        "account.move.line",
        string="Collected by",
        readonly=True,
        copy=False,
        index="btree_not_null",
        aria_engine=True,
    )
    aria_event_ids = fields.One2many("aria.cheque.event", "check_id", string="History")
    aria_due_soon = fields.Boolean("Due", compute="_compute_aria_due_soon")

    _aria_sayad_uniq = models.UniqueIndex(
        "(company_id, aria_sayad_id) WHERE aria_sayad_id IS NOT NULL"
        " AND aria_cheque_state IN ('received', 'deposited', 'bounced', 'endorsed')",
        "A cheque with this Sayad id is there already; look for it in the list of cheques.",
    )
    _aria_due_idx = models.Index("(payment_date) WHERE aria_cheque_state IS NOT NULL")

    # ------------------------------------------------------------------ whose it is
    @api.depends("payment_id.company_id", "payment_id.partner_id")
    def _compute_aria_owner(self):
        for check in self:
            check.company_id = check.payment_id.company_id or check.company_id
            check.partner_id = check.payment_id.partner_id or check.partner_id

    @api.depends("payment_id.currency_id", "company_id.currency_id")
    def _compute_aria_currency(self):
        for check in self:
            check.currency_id = check.payment_id.currency_id or check.company_id.currency_id

    @api.depends("name", "aria_sayad_id", "partner_id")
    @api.depends_context("aria_cheque_of_whom", "lang")
    def _compute_display_name(self):
        # EXTENDS 'base': what stands on the paper; in the narrow days of the calendar, of whom it is
        of_whom = self.env.context.get("aria_cheque_of_whom")
        for check in self:
            whom = of_whom and check.partner_id.display_name
            check.display_name = whom or check.name or check.aria_sayad_id or self.env._("Cheque")

    @api.depends("payment_date", "aria_cheque_state")
    def _compute_aria_due_soon(self):
        today = fields.Date.context_today(self)
        for check in self:
            is_held = check.aria_cheque_state == "received" and not check.aria_is_guarantee
            check.aria_due_soon = is_held and check.payment_date and check.payment_date <= today

    def get_formview_id(self, access_uid=None):
        # EXTENDS 'base': cheques of customers have a form of their own
        if self.payment_method_line_id.code == NEW or self.aria_is_guarantee:
            return self.env.ref("aria_cheque.l10n_latam_check_view_form").id
        return super().get_formview_id(access_uid)

    # ------------------------------------------------------------------ state
    @api.depends(
        "aria_is_guarantee",
        "aria_return_date",
        "aria_bounce_payment_id",
        "aria_closing_payment_id",
        "aria_clearing_line_id.parent_state",
        "aria_clearing_line_id.matched_debit_ids",
        "payment_method_line_id.code",
        "payment_id.state",
        "payment_id.move_id.state",
        "operation_ids.state",
        "operation_ids.date",
        "operation_ids.move_id.state",
        "operation_ids.is_matched",
        "operation_ids.destination_account_id",
    )
    def _compute_aria_cheque_state(self):
        for check in self:
            check.aria_cheque_state = check._aria_get_state()

    def _aria_get_state(self):
        if self.aria_is_guarantee:
            return "returned" if self.aria_return_date else "received"
        if self.payment_method_line_id.code != NEW or not self.payment_id._aria_is_live():
            return False
        last = self._get_last_operation()
        if last.payment_type == "inbound":
            return self._aria_get_state_in(last)
        return self._aria_get_state_out(last)

    def _aria_get_state_in(self, last):
        """Return the state of a cheque that came into a journal by the payment ``last``."""
        if last.journal_id.type != "bank":
            return "received"
        return "cleared" if self._aria_is_collected(last) else "deposited"

    def _aria_is_collected(self, last):
        """Return whether the bank has paid what was deposited by ``last``.

        A payment of Odoo's own transfer may hold several cheques; then the line of this one says it.
        """
        line = self.aria_clearing_line_id
        has_own = line.parent_state == "posted" and (
            last.move_id & line.matched_debit_ids.debit_move_id.move_id
        )
        return bool(has_own) or last.is_matched

    def _aria_get_state_out(self, last):
        """Return the state of a cheque that left by the payment ``last``."""
        if last.destination_account_id == last.company_id.transfer_account_id:
            return "received"  # under way between two of our own journals
        is_closed = self.aria_closing_payment_id == last
        if last.partner_type == "supplier":
            return "cleared" if is_closed else "endorsed"
        is_bounce = self.aria_bounce_payment_id == last
        if is_bounce or last.payment_method_line_id.code == "return_third_party_checks":
            return "returned" if is_closed else "bounced"
        return "returned"

    @api.depends("payment_id.move_id.state", "operation_ids.move_id.state", "operation_ids.date")
    def _compute_current_journal(self):
        # EXTENDS 'l10n_latam_check': an entry taken back counts, whatever the payment says
        return super()._compute_current_journal()

    def _get_last_operation(self):
        # OVERRIDE 'l10n_latam_check': Odoo sorts those of one day by the time of their last change, so that an
        # invoice paid later by the same receipt would bring a deposited cheque back into the drawer
        self.ensure_one()
        return self._aria_get_operations()[-1:]

    def _aria_get_operations(self):
        """Return the payments that moved this cheque, those that stand in the books, in order."""
        moved = self.operation_ids.sorted(lambda p: (p.date, p._origin.id or 0))
        return (self.payment_id + moved).filtered(lambda p: p._aria_is_live())

    def _aria_get_operations_after(self, payment):
        """Return what moved this cheque after ``payment``."""
        operations = self._aria_get_operations()
        if payment not in operations:
            return operations[:0]
        return operations[operations.ids.index(payment.id) + 1 :]

    # ------------------------------------------------------------------ what is stored
    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'aria_workflow'
        checks = super().create([self._aria_prepare_create_vals(vals) for vals in vals_list])
        for check in checks.filtered(lambda c: c.payment_id._aria_is_live())[:1]:
            raise UserError(
                self.env._(
                    "%(payment)s is posted; reset it to draft before its cheques are changed.",
                    payment=check.payment_id.display_name,
                )
            )
        return checks

    @api.model
    def _aria_prepare_create_vals(self, vals):
        """Return ``vals`` in their one form; without a payment the cheque is the user's company's."""
        self._aria_refuse_operations(vals)
        company = {} if vals.get("payment_id") else {"company_id": self.env.company.id}
        return company | self._aria_normalise(vals)

    @api.model
    def _aria_refuse_operations(self, vals):
        """Refuse payments that are put on a cheque: it is the payment that names its cheques."""
        if vals.get("operation_ids"):
            raise UserError(
                self.env._(
                    "A cheque is moved by a payment; make the payment, and name the cheque there."
                )
            )

    def write(self, vals):
        # EXTENDS 'aria_workflow'
        self._aria_refuse_operations(vals)
        vals = self._aria_normalise(vals)
        # the engine alone turns a guarantee into a payment
        touched = () if holds_token(self.env) else FROZEN.intersection(vals)
        for check in self.filtered("aria_cheque_state") if touched else ():
            changed = [name for name in touched if check._aria_would_change(name, vals[name])]
            if changed:
                raise UserError(
                    self.env._(
                        "Cheque %(cheque)s is in the books, so %(fields)s cannot be changed;"
                        " return it or cancel its payment.",
                        cheque=check.display_name,
                        fields=", ".join(
                            self._fields[name]._description_string(self.env) for name in changed
                        ),
                    )
                )
        return super().write(vals)

    def _aria_would_change(self, name, value):
        field = self._fields[name]
        return field.convert_to_cache(value, self) != field.convert_to_cache(self[name], self)

    @api.model
    def _aria_normalise(self, vals):
        """Return ``vals`` with Latin digits; a Sayad id that is wrong stays, the constraint names it."""
        done = dict(vals)
        for name in ("name", "aria_sayad_id", "issuer_vat"):
            if isinstance(done.get(name), str):
                done[name] = to_latin_digits(done[name]).strip() or False
        if done.get("aria_sayad_id"):
            with suppress(IdentifierError):  # the constraint names the cheque and what is wrong
                done["aria_sayad_id"] = sayad_id(str(done["aria_sayad_id"]))
        return done

    # ------------------------------------------------------------------ checks
    @api.constrains("aria_sayad_id")
    def _check_aria_sayad_id(self):
        for check in self.filtered("aria_sayad_id"):
            try:
                sayad_id(check.aria_sayad_id)
            except IdentifierError as error:
                raise ValidationError(check._aria_explain_sayad_id(error.reason)) from error

    def _aria_explain_sayad_id(self, reason):
        """Return the sentence for a reason of an ``IdentifierError``."""
        values = {"number": self.aria_sayad_id, "cheque": self.display_name}
        if reason == "length":
            return self.env._(
                "%(number)s cannot be the Sayad id of cheque %(cheque)s: it has 16 digits; type all of them.",
                **values,
            )
        if reason == "repeated":
            return self.env._(
                "%(number)s cannot be the Sayad id of cheque %(cheque)s: the same digit throughout is no"
                " cheque's number; type the one on the paper.",
                **values,
            )
        return self.env._(
            "%(number)s cannot be the Sayad id of cheque %(cheque)s: it consists of digits only;"
            " take the other characters out.",
            **values,
        )

    @api.constrains("aria_sayad_id", "company_id")
    def _check_aria_sayad_id_is_free(self):
        """Name the other cheque; the unique index holds where two are recorded at once."""
        asked = self.filtered("aria_sayad_id")
        if not asked:
            return
        # sudo: the other cheque's name only
        others = asked.sudo().search(
            [
                ("company_id", "in", asked.company_id.ids),
                ("aria_sayad_id", "in", asked.mapped("aria_sayad_id")),
                "|", ("aria_cheque_state", "in", LIVE), ("payment_id.state", "=", "draft"),
            ]
        )  # fmt: skip
        for check in asked.filtered(lambda c: c.aria_cheque_state not in ("cleared", "returned")):
            other = others.filtered(
                lambda o, c=check: (
                    o != c and (o.company_id, o.aria_sayad_id) == (c.company_id, c.aria_sayad_id)
                )
            )[:1]
            if other:
                raise ValidationError(
                    self.env._(
                        "Sayad id %(number)s stands on cheque %(other)s of %(partner)s already; look whether"
                        " the same cheque is recorded twice.",
                        number=check.aria_sayad_id,
                        other=other.display_name,
                        partner=other.partner_id.display_name,
                    )
                )

    @api.constrains("aria_is_guarantee", "payment_id", "partner_id", "company_id")
    def _check_aria_payment(self):
        for check in self:
            payment = check.payment_id
            if check.aria_is_guarantee and payment:
                raise ValidationError(
                    self.env._(
                        "Cheque %(cheque)s cannot be a guarantee and pay something; record a guarantee under"
                        " Guarantee Cheques, without a payment.",
                        cheque=check.display_name,
                    )
                )
            if not check.aria_is_guarantee and not payment:
                raise ValidationError(
                    self.env._(
                        "Cheque %(cheque)s has no payment; register the payment it came with, or mark it as a"
                        " guarantee.",
                        cheque=check.display_name,
                    )
                )
            if check.aria_is_guarantee and not check.partner_id:
                raise ValidationError(
                    self.env._(
                        "Guarantee cheque %(cheque)s has no customer; say whose it is.",
                        cheque=check.display_name,
                    )
                )
            if payment and (payment.partner_id, payment.company_id) != (
                check.partner_id,
                check.company_id,
            ):
                raise ValidationError(
                    self.env._(
                        "Cheque %(cheque)s belongs to the customer and company of %(payment)s; change them there.",
                        cheque=check.display_name,
                        payment=payment.display_name,
                    )
                )

    # at_uninstall=True: otherwise the context key "_force_unlink" of any caller skips the check
    @api.ondelete(at_uninstall=True)
    def _unlink_except_in_books(self):
        # sudo: existence only
        event = self.env["aria.cheque.event"].sudo().search([("check_id", "in", self.ids)], limit=1)
        if event:
            raise UserError(
                self.env._(
                    "Cheque %(cheque)s has a history and is not deleted; return it or cancel its payment.",
                    cheque=event.check_id.display_name,
                )
            )
