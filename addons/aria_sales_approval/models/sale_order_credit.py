import logging
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_list, formatLang

from .res_company import CATEGORIES
from .res_partner_credit import OLD_OVERDUE, _is_above

_logger = logging.getLogger(__name__)
WATCHED = {"state", "partner_id", "partner_invoice_id", "company_id", "currency_id", "pricelist_id"}
REFUSED = "aria_credit_refused"


class SaleOrder(models.Model):
    """The ceiling: orders are checked after they are written, so that the sum holds all of them."""

    # a subject of its own, in a file of its own
    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    aria_credit_check_ids = fields.One2many(
        "aria.credit.check", "order_id", string="Credit Checks", readonly=True, copy=False
    )
    aria_credit_over = fields.Boolean(
        "Over the Ceiling",
        compute="_compute_aria_credit_over",
        search="_search_aria_credit_over",
        compute_sudo=True,
        help="Whether this order would bring the customer over the ceiling; for conditions of approval policies.",
    )
    aria_credit_released = fields.Boolean(
        "Released", compute="_compute_aria_credit_over", compute_sudo=True
    )

    # what a debtor owes by open orders is read from this index alone
    _aria_credit_idx = models.Index(
        "(partner_invoice_id) INCLUDE (id, company_id, currency_id, amount_total)"
        " WHERE state = 'sale' AND invoice_status IS DISTINCT FROM 'invoiced'"
    )

    # ------------------------------------------------------------------ facts
    def _aria_get_debtor(self):
        """Return the commercial entity that owes this order: that of the invoice address."""
        return self.sudo().partner_invoice_id.commercial_partner_id  # sudo: who it is

    def _aria_is_limited(self, root):
        """Return whether anything could stop this order."""
        debtor = self._aria_get_debtor()
        return bool(debtor) and debtor._aria_is_limited(root)

    def _aria_get_owed_total(self):
        """Return the amount of this order with tax, without lost lines, in its own currency."""
        lost = self.order_line.filtered(lambda x: x.aria_outcome in ("lost", "void"))
        if lost:
            return sum((self.order_line - lost).mapped("price_total"))
        return self.amount_total

    def _aria_get_credit_amount(self):
        """Return what this order is to be owed for, in the company's currency at today's rate."""
        return self.env["res.partner"]._aria_to_company(
            self.company_id.root_id, self.currency_id.id, self._aria_get_owed_total()
        )

    def _aria_is_prepaid(self):
        """Return whether the customer has paid all of this order online."""
        return self.amount_total > 0 and (
            self.currency_id.compare_amounts(self.amount_paid, self.amount_total) >= 0
        )

    def _aria_get_money_on_its_way(self):
        """Return what was paid online for this order, and is in no journal yet, in the company's currency."""
        waiting = self.transaction_ids.filtered(
            lambda t: t.state in ("authorized", "done") and not t.payment_id
        )
        convert = self.env["res.partner"]._aria_to_company
        root = self.company_id.root_id
        return sum(convert(root, t.currency_id.id, t.amount) for t in waiting)

    @api.depends("amount_total", "partner_invoice_id", "state", "currency_id", "company_id")
    def _compute_aria_credit_over(self):
        self.aria_credit_over = self.aria_credit_released = False
        for root, orders in self.grouped(lambda o: o.company_id.root_id).items():
            living = orders.filtered(lambda o: o.state != "cancel")
            debtors = living.partner_invoice_id.commercial_partner_id._origin
            debtors = debtors._aria_filter_limited(root)
            limited = living.filtered(lambda o, d=debtors: o._aria_get_debtor()._origin in d)
            exposures = debtors._aria_get_exposures(root)
            for order in limited:
                amounts = exposures[order._aria_get_debtor()._origin.id]
                order.aria_credit_over = bool(
                    order._aria_find_excess(root, amounts, open_order=True)
                )
                order.aria_credit_released = bool(
                    order.aria_credit_over and order._aria_get_release()
                )

    @api.model
    def _search_aria_credit_over(self, operator, value):
        if operator != "in":
            return NotImplemented
        # sudo: ids only, of quotations that the searching rules narrow again
        orders = self.sudo().search([("state", "in", ("draft", "sent"))])
        return Domain("id", "in", orders.filtered("aria_credit_over").ids)

    @api.depends("company_id", "partner_id", "amount_total", "partner_invoice_id")
    def _compute_partner_credit_warning(self):
        # OVERRIDES 'sale', which loads all open orders of the customer to show one banner
        self.partner_credit_warning = ""
        for order in self.filtered(lambda o: o.state in ("draft", "sent")).sudo():  # a warning only
            root = order.company_id.root_id
            if order._aria_is_limited(root):
                order.partner_credit_warning = order._aria_get_warning(root)

    def _aria_get_warning(self, root):
        debtor = self._aria_get_debtor()._origin
        try:
            amounts = debtor._aria_get_exposures(root)[debtor.id]
            return self._aria_find_excess(root, amounts, open_order=True)
        except UserError as error:  # a page opens, whatever is missing
            return str(error)

    # ------------------------------------------------------------------ the check
    def _aria_check_credit(self, occasion):
        """Refuse these orders where they bring a customer over the ceiling; the superuser included.

        To be called after what is checked was written. Whoever checks the same customer at the same instant is replayed
        by Odoo. Every check is kept, refusals too.

        :param str occasion: one of ``aria.credit.check.occasion``
        :raise UserError: over the ceiling; nothing of the transaction is kept but the record of the refusal
        """
        for root, orders in self.sudo().grouped(lambda o: o.company_id.root_id).items():
            debtors = orders.partner_invoice_id.commercial_partner_id._aria_filter_limited(root)
            if debtors:
                orders._aria_check_debtors(root, debtors, occasion)

    def _aria_check_exit_credit(self):
        """Refuse to let the goods of these orders out where their customer is over the ceiling.

        For addons with exit permits, which call it before they grant one; nothing where the company does not ask for
        it. What was delivered can always be invoiced.

        :raise UserError: over the ceiling
        """
        # sudo: a switch of the company, and figures for the check
        asked = self.sudo().filtered(
            lambda o: o.state == "sale" and o.company_id.root_id.aria_credit_at_exit
        )
        if asked:
            asked._aria_check_credit("exit")

    def _aria_check_debtors(self, root, debtors, occasion):
        self.env["aria.credit.account"]._take(debtors, root)
        exposures = debtors._aria_get_exposures(root)
        rows, refusal = [], None
        for debtor in debtors:
            orders = self.filtered(lambda o, d=debtor: o._aria_get_debtor() == d)
            found, text = orders._aria_judge(root, debtor, exposures[debtor.id], occasion)
            rows += found
            refusal = refusal or text
        if refusal:
            self._aria_refuse(refusal, [row for row in rows if row["verdict"] == "refused"])
        self.env["aria.credit.check"]._aria_engine_create(rows)

    def _aria_judge(self, root, debtor, amounts, occasion):
        """Return the rows of checks of these orders of one debtor, and why they are refused, if they are."""
        if occasion == "proforma" and not root.aria_credit_count_proformas:
            # what is being offered counts, whatever is counted of other offers
            offered = sum(order._aria_get_credit_amount() for order in self)
            amounts = amounts | {"proformas": amounts["proformas"] + offered}
        text, stopped = self[:1]._aria_find_excess(root, amounts), self.browse()
        releases = {}
        if text:
            stopped, text = self._aria_filter_unpaid(root, amounts)
            releases = {order: order._aria_get_release() for order in stopped}
            stopped = (
                stopped.filtered(lambda o: not releases[o])
                if root.aria_credit_block
                else self.browse()
            )
        rows = [
            order._aria_prepare_check(root, debtor, amounts, occasion, releases.get(order))
            | ({"verdict": "refused"} if stopped else {})
            for order in self
        ]
        return rows, stopped[:1]._aria_explain(text) if stopped else ""

    def _aria_filter_unpaid(self, root, amounts):
        """Return those of these orders that are not paid in advance, and how they are over a limit.

        Money that was paid online and is in no journal yet reduces what is owed.
        """
        unpaid = self.filtered(lambda o: not o._aria_is_prepaid())
        waiting = sum(order._aria_get_money_on_its_way() for order in self)
        amounts = amounts | {"receivable": amounts["receivable"] - waiting}
        text = unpaid[:1]._aria_find_excess(root, amounts) if unpaid else ""
        return (unpaid if text else self.browse()), text

    def _aria_prepare_check(self, root, debtor, amounts, occasion, release=None):
        """Return the values of the check of this order; ``release``: what lets it pass, if it is over."""
        return {
            "partner_id": debtor.id,
            "company_id": root.id,
            "order_id": self.id,
            "order_name": self.name,
            "occasion": occasion,
            "verdict": "released" if release else "passed",
            "exposure": debtor._aria_sum_exposure(amounts, root),
            "ceiling": debtor._aria_get_ceiling(root, amounts) or 0.0,
            "requested": self._aria_get_credit_amount(),
            "details": {category: amounts[category] for category in CATEGORIES},
            "user_id": self.env.uid,
            "released_by_id": release.released_by_id.id if release else False,
            "reason": release.reason if release else False,
        }

    def _aria_find_excess(self, root, amounts, open_order=False):
        """Return in one sentence how the customer of this order is over a limit, or "".

        :param amounts: exposure by category
        :param bool open_order: add this order, which is not confirmed and thus not in ``amounts``
        """
        debtor, currency = self._aria_get_debtor(), root.currency_id
        tolerance = root.aria_credit_tolerance_percent
        if open_order and self.state != "sale" and root.aria_credit_count_orders:
            amounts = amounts | {
                "orders": amounts["orders"]
                + self._aria_get_credit_amount()
                - self._aria_get_own_offer(root)
            }
        exposure = debtor._aria_sum_exposure(amounts, root)
        ceiling = debtor._aria_get_ceiling(root, amounts)
        if root.aria_credit_separate_cheques:
            paper = amounts["cheques"] + amounts["uncleared"]
            exposure -= paper
            limit = debtor.with_company(root).aria_cheque_ceiling
            if limit and _is_above(paper, limit, tolerance, currency):
                return self._aria_say_excess(root, paper, limit, {"cheques": paper})
        if ceiling is not None and _is_above(exposure, ceiling, tolerance, currency):
            return self._aria_say_excess(root, exposure, ceiling, amounts)
        old = amounts[OLD_OVERDUE]
        if root.aria_credit_overdue_days and old > root.aria_credit_overdue_amount:
            return self.env._(
                "%(customer)s has not paid %(amount)s for more than %(days)s days; collect it first.",
                customer=debtor.display_name,
                amount=formatLang(self.env, old, currency_obj=currency),
                days=root.aria_credit_overdue_days,
            )
        return ""

    def _aria_get_own_offer(self, root):
        """Return how much of this quotation is in the exposure already, as a pro-forma."""
        until = self.aria_proforma_number and self.aria_proforma_valid_until
        valid = until and until >= fields.Date.context_today(self)
        return self._aria_get_credit_amount() if valid and root.aria_credit_count_proformas else 0.0

    def _aria_say_excess(self, root, exposure, ceiling, amounts):
        def money(amount):
            return formatLang(self.env, amount, currency_obj=root.currency_id)

        names = self.env["aria.credit.account"].fields_get(CATEGORIES, ["string"])
        parts = [
            f"{names[category]['string']} {money(amounts[category])}"
            for category in CATEGORIES
            if category != "overdue" and amounts.get(category)
        ]
        return self.env._(
            "%(customer)s would owe %(exposure)s (%(parts)s), %(excess)s over the ceiling of %(ceiling)s.",
            customer=self._aria_get_debtor().display_name,
            exposure=money(exposure),
            parts=format_list(self.env, parts),
            excess=money(exposure - ceiling),
            ceiling=money(ceiling),
        )

    def _aria_explain(self, text):
        return self.env._(
            "“%(order)s” is stopped: %(reason)s Collect a payment, lower the order, or ask finance to release it.",
            order=self.name,
            reason=text,
        )

    def _aria_refuse(self, text, rows):
        """Raise the refusal; its ``rows`` are written once the transaction was rolled back."""
        error = UserError(text)  # just this class: the client shows others as faults of the server
        error.aria_credit_refused = rows
        registry = self.env.registry
        self.env.cr.postrollback.add(lambda: _keep_refusals(registry, rows))
        raise error

    # ------------------------------------------------------------------ release
    def aria_credit_release(self, reason=None):
        """Let these orders pass the ceiling, for their present amount.

        :param str reason: kept for ever
        :return: True
        :raise AccessError: without the right to release
        :raise UserError: no reason, or the order is cancelled
        """
        self.check_access("read")
        if not self.env.user.has_group("aria_sales_approval.group_credit_release"):
            raise AccessError(
                self.env._("Only finance releases an order over the ceiling; ask for it there.")
            )
        reason = reason.strip() if isinstance(reason, str) else ""
        if not reason:
            raise UserError(
                self.env._("Say why “%(order)s” is released.", order=self[:1].name or "")
            )
        gone = self.filtered(lambda o: o.state == "cancel")[:1]
        if gone:
            raise UserError(
                self.env._(
                    "“%(order)s” is cancelled; there is nothing to release.", order=gone.name
                )
            )
        orders = self.sudo()  # right checked; rows of the engine
        rows = [order._aria_prepare_release(reason) for order in orders]
        self.env["aria.credit.check"]._aria_engine_create(rows)
        for order in orders:
            order._message_log(
                body=self.env._("Released over the ceiling: %(reason)s", reason=reason)
            )
        orders._aria_close_credit_referrals(reason)
        return True

    def _aria_prepare_release(self, reason):
        root, debtor = self.company_id.root_id, self._aria_get_debtor()
        days = root.aria_credit_tolerance_days
        today = fields.Date.context_today(self)
        self.env["aria.credit.account"]._take(debtor, root)
        amounts = debtor._aria_get_exposures(root)[debtor.id]
        return self._aria_prepare_check(root, debtor, amounts, "release") | {
            "verdict": "released",
            "released_by_id": self.env.uid,
            "reason": reason,
            "until": today + timedelta(days=days) if days else False,
        }

    def _aria_get_release(self):
        """Return the release that holds for this order, its debtor and its amount, if any."""
        root, debtor = self.company_id.root_id, self._aria_get_debtor()
        today = fields.Date.context_today(self)
        # sudo: of finance
        release = self.env["aria.credit.check"].sudo().search(
            [
                ("order_id", "=", self._origin.id),
                ("occasion", "=", "release"),
                ("partner_id", "=", debtor._origin.id),
                "|",
                ("until", "=", False),
                ("until", ">=", today),
            ],
            limit=1,
        ) if self._origin.id else self.env["aria.credit.check"]  # fmt: skip
        held = release and not _is_above(
            self._aria_get_credit_amount(),
            release.requested,
            root.aria_credit_tolerance_percent,
            root.currency_id,
        )
        return release if held else release.browse()

    def action_aria_credit(self):
        """Open the statement of credit of this order's debtor."""
        self.ensure_one()
        self.check_access("read")
        return self._aria_get_debtor().with_env(self.env).action_aria_credit()

    # ------------------------------------------------------------------ ways of an employee
    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'aria_sales_opportunity'
        orders = super().create(vals_list)
        confirmed = orders.filtered(lambda o: o.state == "sale")
        if confirmed:
            confirmed._aria_check_credit("confirmation")
        return orders

    def write(self, vals):
        # EXTENDS 'aria_sales_opportunity'
        if not WATCHED & vals.keys():
            return super().write(vals)
        before = self._aria_get_confirmed_amounts()
        debtors = {order: order._aria_get_debtor() for order in before}
        result = super().write(vals)
        confirmed = self.sudo().filtered(lambda o: o.state == "sale")  # amounts and debtors
        new = confirmed.filtered(lambda o: o not in before)
        moved = (confirmed - new).filtered(lambda o: o._aria_get_debtor() != debtors[o])
        for orders, occasion in ((new, "confirmation"), (moved, "debtor")):
            if orders:
                orders._aria_check_credit(occasion)
        self._aria_check_growth({o: before[o] for o in confirmed - new - moved})
        return result

    def _aria_get_confirmed_amounts(self):
        """Return {order: (currency, amount)} of those of these orders that are confirmed."""
        confirmed = self.sudo().filtered(lambda o: o.state == "sale")  # amounts
        return {order: order._aria_get_size() for order in confirmed}

    def _aria_get_size(self):
        return self.currency_id, self._aria_get_owed_total()

    @api.model
    def _aria_check_growth(self, before):
        """Check the orders that have grown; ``before``: {order: (currency, amount)}."""

        def grew(order, currency, amount):
            return order.currency_id != currency or order._aria_get_owed_total() > amount

        grown = self.browse(order.id for order, size in before.items() if grew(order, *size))
        if grown:
            grown._aria_check_credit("growth")

    # ------------------------------------------------------------------ the customer's ways
    def _validate_order(self):
        # EXTENDS 'sale': a customer has signed or paid; neither is lost
        limited = self.filtered(
            lambda o: o.sudo()._aria_is_limited(o.sudo().company_id.root_id)  # switches
        )
        for order in limited:
            order._aria_keep_when_refused(super(SaleOrder, order)._validate_order)
        rest = self - limited
        return super(SaleOrder, rest)._validate_order() if rest else None

    def _aria_keep_when_refused(self, act):
        """Return what ``act`` returns; where the ceiling stops it, keep what the customer did, and tell finance.

        :return: None when it was stopped
        """
        try:
            with self.env.cr.savepoint():
                return act()
        except UserError as error:
            rows = getattr(error, REFUSED, None)
            if rows is None:
                raise
            self.sudo()._aria_bring_credit_to_finance(
                str(error), rows
            )  # the customer has no rights
        return None

    def _aria_bring_credit_to_finance(self, text, rows):
        self.env["aria.credit.check"]._aria_engine_create(rows)
        finance = self.env.ref("aria_workflow.unit_finance", raise_if_not_found=False)
        for order in self:
            order._message_log(
                body=self.env._("The customer has signed or paid. %(reason)s", reason=text)
            )
            account = self.env["aria.credit.account"]._aria_get_account(
                order._aria_get_debtor(), order.company_id
            )
            if finance and not account.aria_referral_id:
                account._aria_open_referrals(
                    finance, self.env["res.users"], note=text, summary=order.name
                )

    def _aria_close_credit_referrals(self, reason):
        """Answer what finance was asked about the customers of these orders; it has just decided."""
        for order in self:
            account = self.env["aria.credit.account"]._aria_get_account(
                order._aria_get_debtor(), order.company_id
            )
            account._aria_get_open_referrals()._close("answered", answer=reason)


def _keep_refusals(registry, rows):
    """Write ``rows`` of refused checks in a transaction of their own: that of the refusal is rolled back."""
    try:
        with registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            known = {
                name: set(env[model].browse([row[name] for row in rows]).exists().ids)
                for name, model in (("order_id", "sale.order"), ("partner_id", "res.partner"))
            }
            # what the refused transaction itself has made is gone with it
            rows = [
                row
                | {"order_id": row["order_id"] if row["order_id"] in known["order_id"] else False}
                for row in rows
                if row["partner_id"] in known["partner_id"]
            ]
            env["aria.credit.check"]._aria_engine_create(rows)
    except Exception:  # the refusal itself must reach the user, whatever happens to its record
        _logger.exception("A refusal of the ceiling could not be recorded")
