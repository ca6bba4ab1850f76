from base64 import b64encode

from odoo import api, fields, models
from odoo.exceptions import UserError

from .sale_order import LINE

QUOTATION = ("draft", "sent")
WATCHED = {*LINE, "order_id"}


class SaleOrder(models.Model):
    """Pro-formas of quotations: issued once for one content, and void as soon as that changes."""

    # a subject of its own, in a file of its own
    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    aria_proforma_ids = fields.One2many(
        "aria.proforma", "order_id", string="Pro-formas", readonly=True, copy=False
    )
    aria_proforma_number = fields.Char(
        "Pro-forma",
        readonly=True,
        copy=False,
        index="btree_not_null",
        aria_engine=True,
        help="Number of the pro-forma that was issued for the present content.",
    )
    aria_proforma_date = fields.Date(
        "Pro-forma Issued On", readonly=True, copy=False, aria_engine=True
    )
    aria_proforma_valid_until = fields.Date(
        "Pro-forma Valid Until", readonly=True, copy=False, aria_engine=True
    )
    aria_proforma_state = fields.Selection(
        [("issued", "Issued"), ("expired", "Expired"), ("void", "No Longer Holds")],
        string="State of the Pro-forma",
        readonly=True,
        copy=False,
        aria_engine=True,
    )
    aria_proforma_count = fields.Integer(
        "Number of Pro-formas", compute="_compute_aria_proforma_count", compute_sudo=True
    )

    _aria_proforma_open_idx = models.Index(
        "(aria_proforma_valid_until) WHERE aria_proforma_state = 'issued'"
    )

    def _compute_aria_proforma_count(self):
        counts = dict(
            self.env["aria.proforma"]._read_group(
                [("order_id", "in", self.ids)], ["order_id"], ["__count"]
            )
        )
        for order in self:
            order.aria_proforma_count = counts.get(order, 0)

    # ------------------------------------------------------------------ issue
    def action_aria_proforma(self):
        """Issue a pro-forma for each of these quotations.

        One whose pro-forma is valid for the present content keeps it: a second call issues nothing.

        :return: True
        :raise UserError: no quotation, not approved, a line is not ready, or the ceiling of debt is passed
        """
        self.check_access("write")
        orders = self.sudo()  # the right was checked; what is issued is the engine's
        orders._aria_check_issuable()
        self._aria_check_approval()
        # numbers without gaps, and the same quotation never twice at once
        self.env["aria.turn"]._take(f"aria.proforma/{c.id}" for c in orders.company_id)
        orders.filtered(lambda o: not o._aria_holds_proforma())._aria_issue_proforma()
        return True

    def _aria_check_issuable(self):
        for order in self:
            if order.state not in QUOTATION:
                text = self.env._(
                    "“%(order)s” is no quotation any more; a pro-forma is issued before the order is confirmed.",
                    order=order.name,
                )
            elif not order._aria_get_content():
                text = self.env._(
                    "“%(order)s” has no lines to sell; add some before the pro-forma is issued.",
                    order=order.name,
                )
            else:
                order._aria_check_ready()
                continue
            raise UserError(text)

    def _aria_check_ready(self):
        """Refuse a (superuser) quotation with open lines that are not ready, naming the first and its holder."""
        self.ensure_one()
        content = self._aria_get_content()
        tracked = content.filtered("aria_stage_id")
        waiting = tracked.filtered(
            lambda x: not x.aria_outcome and x.aria_stage_id.kind != "ready"
        )[:1]
        if waiting:
            raise UserError(
                self.env._(
                    "“%(line)s” of %(order)s is not ready: it is at “%(stage)s”, with %(holder)s; wait for it, or split"
                    " the ready lines off.",
                    line=waiting.product_id.display_name,
                    order=self.name,
                    stage=waiting.aria_stage_id.name,
                    holder=waiting.aria_user_id.name
                    or waiting.aria_unit_id.name
                    or self.env._("nobody"),
                )
            )
        if tracked == content and all(x.aria_outcome for x in tracked):
            raise UserError(
                self.env._(
                    "No line of “%(order)s” is open any more; a pro-forma needs lines that can still be sold.",
                    order=self.name,
                )
            )

    def _aria_issue_proforma(self):
        """Write the rows and numbers of these (superuser) quotations, then ask for the ceiling, then tell."""
        if not self:
            return
        prints, today = self._aria_get_fingerprints(), fields.Date.context_today(self)
        vals_list = [order._aria_prepare_proforma(prints[order.id], today) for order in self]
        proformas = self.env["aria.proforma"]._aria_engine_create(vals_list)
        for order, proforma in zip(self, proformas, strict=True):
            order._aria_engine_write(
                {
                    "aria_proforma_number": proforma.name,
                    "aria_proforma_date": proforma.date,
                    "aria_proforma_valid_until": proforma.valid_until,
                    "aria_proforma_state": "issued",
                }
            )
        # after the rows, so that the sum of the debt holds the pro-formas themselves
        self._aria_check_credit("proforma")
        self._aria_tell_proforma(proformas)

    def _aria_prepare_proforma(self, fingerprint, today):
        company = self.company_id
        valid_until = fields.Date.add(today, days=company.aria_proforma_days)
        number = company._aria_next_proforma_number(today)
        return {
            "name": number,
            "order_id": self.id,
            "company_id": company.id,
            "partner_id": self.partner_id.id,
            "user_id": self.env.uid,
            "revision": len(self.aria_proforma_ids) + 1,
            "date": today,
            "valid_until": valid_until,
            "currency_id": self.currency_id.id,
            "amount_untaxed": self.amount_untaxed,
            "amount_tax": self.amount_tax,
            "amount_total": self.amount_total,
            "fingerprint": fingerprint,
            "content": self._aria_get_proforma_content(number, today, valid_until),
        }

    def _aria_tell_proforma(self, proformas):
        self._message_log_batch(
            bodies={
                proforma.order_id.id: self.env._(
                    "Pro-forma %(number)s was issued by %(user)s.",
                    number=proforma.name,
                    user=self.env.user.name,
                )
                for proforma in proformas
            }
        )
        self.order_line.aria_fire("proforma_issued")
        self.env.ref("aria_sales_approval.ir_cron_keep_proformas")._trigger()

    # ------------------------------------------------------------------ does it hold?
    def _aria_get_proforma(self):
        """Return the pro-forma of this order's number."""
        self.ensure_one()
        number = self.aria_proforma_number
        return self.aria_proforma_ids.filtered(lambda p: number and p.name == number)[:1]

    def _aria_holds_proforma(self):
        """Return whether the pro-forma of this (superuser) quotation is valid today and for its content."""
        proforma = self._aria_get_proforma()
        return bool(
            proforma
            and self.aria_proforma_valid_until >= fields.Date.context_today(self)
            and proforma.fingerprint == self._aria_get_fingerprints()[self.id]
        )

    def _aria_check_proforma(self):
        """Refuse to send or print a pro-forma of orders that are not approved or have none that holds."""
        self._aria_check_approval()
        for order in self.sudo():  # whether one was issued
            if not order._aria_holds_proforma():
                raise UserError(
                    self.env._(
                        "“%(order)s” has no valid pro-forma for its present content; issue one first.",
                        order=order.name,
                    )
                )

    def _aria_void_proforma(self, reason):
        """Take the number off these orders; what was issued stays readable."""
        for order in self:
            body = self.env._(
                "Pro-forma %(number)s no longer holds: %(reason)s",
                number=order.aria_proforma_number,
                reason=reason,
            )
            order._message_log(body=body)
        self._aria_engine_write(
            {
                "aria_proforma_number": False,
                "aria_proforma_date": False,
                "aria_proforma_valid_until": False,
                "aria_proforma_state": "void",
            }
        )

    def _aria_follow_content(self):
        """Void the pro-formas of those of these orders that are cancelled or whose content is another one now."""
        # sudo: whoever changes the content, the pro-forma goes by it
        issued = self.sudo().filtered("aria_proforma_number")
        cancelled = issued.filtered(lambda o: o.state == "cancel")
        if cancelled:
            cancelled._aria_void_proforma(self.env._("the quotation was cancelled."))
        open_ones = issued.filtered(lambda o: o.state in QUOTATION)
        prints = open_ones._aria_get_fingerprints()
        changed = open_ones.filtered(lambda o: o._aria_get_proforma().fingerprint != prints[o.id])
        if changed:
            changed._aria_void_proforma(self.env._("the quotation was changed."))

    def write(self, vals):
        # EXTENDS 'sale'
        result = super().write(vals)
        if not all(name.startswith("aria_") for name in vals):
            self._aria_follow_content()
        return result

    # at_uninstall=True: otherwise the context key "_force_unlink" of any caller skips the check
    @api.ondelete(at_uninstall=True)
    def _unlink_except_proforma(self):
        issued = self.sudo().filtered("aria_proforma_ids")[:1]  # whether there are any
        if issued:
            raise UserError(
                self.env._(
                    "Pro-formas of “%(order)s” were issued, which belong to the history; cancel it instead.",
                    order=issued.name,
                )
            )

    # ------------------------------------------------------------------ expiry
    @api.model
    def _cron_aria_expire_proformas(self):
        """Tell the salespersons of quotations whose pro-forma is past its day; its debt was given back by then."""
        domain = [
            ("aria_proforma_state", "=", "issued"),
            ("aria_proforma_valid_until", "<", fields.Date.today()),
            ("state", "in", QUOTATION),
        ]
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=self.search_count(domain))
        while orders := self.search(domain, limit=100, order="aria_proforma_valid_until, id"):
            orders._aria_expire_proformas()
            if not cron._commit_progress(len(orders)):
                break

    def _aria_expire_proformas(self):
        self._aria_engine_write({"aria_proforma_state": "expired"})
        for order in self:
            person = order.user_id.filtered("active") or order.create_uid
            order.with_context(lang=person.lang).activity_schedule(
                "mail.mail_activity_data_todo",
                summary=order.with_context(lang=person.lang).env._(
                    "Pro-forma %(number)s has expired: issue it anew, or close the quotation",
                    number=order.aria_proforma_number,
                ),
                user_id=person.id,
            )

    # ------------------------------------------------------------------ paper and mail
    def action_aria_proformas(self):
        """Show every pro-forma that was issued for these orders."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "aria_sales_approval.aria_proforma_action"
        )
        return action | {"domain": [("order_id", "in", self.ids)], "context": {}}

    def action_aria_proforma_print(self):
        """Print the pro-formas that hold, in the language of the customer."""
        self.check_access("read")
        self._aria_check_proforma()
        # sudo: which pro-forma it is; the report asks the rights itself
        proformas = self.sudo().mapped(lambda o: o._aria_get_proforma()).sudo(False)
        lang = self.partner_id.lang if len(self.partner_id) == 1 else self.env.lang
        return proformas._aria_get_report(lang).report_action(proformas)

    def action_aria_proforma_send(self):
        """Open the message that brings the pro-forma to the customer."""
        self.check_access("read")
        return self.with_context(proforma=True).action_quotation_send()

    def action_quotation_send(self):
        # EXTENDS 'sale'
        if self.env.context.get("proforma"):
            self._aria_check_proforma()
        return super().action_quotation_send()

    def _find_mail_template(self):
        # EXTENDS 'sale'
        if self.env.context.get("proforma"):
            return self.env.ref("aria_sales_approval.email_template_proforma")
        return super()._find_mail_template()

    def _process_attachments_for_template_post(self, mail_template):
        # EXTENDS 'mail': the frozen paper, and no other
        result = super()._process_attachments_for_template_post(mail_template)
        if mail_template == self.env.ref("aria_sales_approval.email_template_proforma"):
            self._aria_check_proforma()
            for order in self:
                name, content = order._aria_get_proforma()._aria_get_paper(order.partner_id.lang)
                extra = result.setdefault(order.id, {})
                extra.setdefault("attachments", []).append((name, b64encode(content)))
        return result


class SaleOrderLine(models.Model):
    # lines are the content of the pro-forma
    _inherit = "sale.order.line"  # pylint: disable=consider-merging-classes-inherited

    @api.model
    def _aria_workflow_events(self):
        # EXTENDS 'aria_sales_opportunity'
        events = super()._aria_workflow_events()
        return [*events, ("proforma_issued", self.env._("Pro-forma issued"))]

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS 'sale'
        lines = super().create(vals_list)
        lines.order_id._aria_follow_content()
        return lines

    def write(self, vals):
        # EXTENDS 'sale'
        watched = WATCHED & vals.keys()
        orders = self.order_id if watched else self.order_id.browse()
        result = super().write(vals)
        if watched:
            (orders | self.order_id)._aria_follow_content()
        return result

    def unlink(self):
        # EXTENDS 'sale'
        orders = self.order_id
        result = super().unlink()
        orders.exists()._aria_follow_content()
        return result
