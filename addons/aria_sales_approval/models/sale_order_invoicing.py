import psycopg2
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, RedirectWarning, UserError

FINAL = True  # down payments are deducted, and what came back is credited


class SaleOrder(models.Model):
    """Orders whose invoice is due: made and posted by a job, so that no missing account stops what has led to it."""

    # a subject of its own, in a file of its own
    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    aria_invoice_due = fields.Datetime(
        "Invoice Due Since",
        readonly=True,
        copy=False,
        aria_engine=True,
        help="The job that makes invoices takes this order up.",
    )
    aria_invoice_problem = fields.Text(
        "Why It Was Not Invoiced", readonly=True, copy=False, aria_engine=True
    )

    _aria_invoice_due_idx = models.Index("(aria_invoice_due) WHERE aria_invoice_due IS NOT NULL")
    _aria_invoice_problem_idx = models.Index("(id) WHERE aria_invoice_problem IS NOT NULL")

    # ------------------------------------------------------------------ when
    def _aria_note_invoice_moment(self, event):
        """Mark those of these (superuser) orders as due for which ``event`` is the moment of their company."""
        due = self.filtered(lambda o: o.state == "sale" and event in o._aria_get_invoice_events())
        if not due:
            return
        # the job that is just invoicing one of them must not take this off unseen
        due._aria_take_invoice_turn()
        due._aria_engine_write(
            {"aria_invoice_due": fields.Datetime.now(), "aria_invoice_problem": False}
        )
        self.env.ref("aria_sales_approval.ir_cron_invoice")._trigger()

    def _aria_get_invoice_events(self):
        """Return the events at which this order is invoiced; an order without goods has nothing that leaves."""
        company = self.company_id
        events = company._aria_get_invoice_events()
        if company.aria_invoice_when in ("exit", "delivery") and not self._aria_has_goods():
            return events | {"confirmed"}
        return events

    def _aria_has_goods(self):
        return any(
            line.product_id.type == "consu" and line.product_uom_qty for line in self.order_line
        )

    def _aria_take_invoice_turn(self):
        self.env["aria.turn"]._take(f"sale.order.invoice/{order_id}" for order_id in self.ids)

    # ------------------------------------------------------------------ job
    @api.model
    def _cron_aria_invoice(self):
        """Invoice the orders that are due, each in a transaction of its own."""
        orders = self.search(
            [("aria_invoice_due", "!=", False)], order="aria_invoice_due, id", limit=1000
        )
        cron = self.env["ir.cron"]
        cron._commit_progress(remaining=len(orders))
        for order in orders:
            order._aria_invoice_by_job()
            if not cron._commit_progress(1):
                break

    def _aria_invoice_by_job(self):
        """Invoice this order, or keep in one sentence why that is not possible."""
        # what is missing is said in the language of whoever is told
        order = self.with_context(lang=self._aria_get_accountant().lang)
        try:
            with self.env.cr.savepoint():
                order._aria_make_due_invoice()
        except psycopg2.errors.OperationalError:
            # somebody is at the same order; it stays due, and is taken up again
            self.env.cr.rollback()
            self.env.transaction.reset()
        except (UserError, RedirectWarning) as error:
            self.env.invalidate_all()
            self._aria_keep_invoice_problem(error)

    def _aria_make_due_invoice(self):
        """Make the invoice of this order when it is still due; posted, when the company says so."""
        self._aria_take_invoice_turn()
        self.invalidate_recordset()
        if not self.exists() or not self.aria_invoice_due:
            return
        if self.state == "sale":
            self.with_company(self.company_id)._aria_make_invoice()
        self._aria_engine_write({"aria_invoice_due": False, "aria_invoice_problem": False})

    def _aria_make_invoice(self):
        lines = self._get_invoiceable_lines(FINAL)
        if all(line.display_type for line in lines):
            return  # invoiced already, or nothing yet by Odoo's invoicing policy
        self._aria_check_invoice_setup(lines)
        moves = self._create_invoices(final=FINAL)
        if self.company_id.aria_invoice_post:
            moves._post(soft=False)

    def _create_invoices(self, grouped=False, final=False, date=None):
        # EXTENDS 'sale': the job and a person at the same order do not both invoice it
        self._aria_take_invoice_turn()
        return super()._create_invoices(grouped=grouped, final=final, date=date)

    def _prepare_invoice(self):
        # EXTENDS 'sale'
        values = super()._prepare_invoice()
        journal = self.company_id.sudo().aria_invoice_journal_id  # whoever invoices
        if journal and not values.get("journal_id"):
            values["journal_id"] = journal.id
        return values

    # ------------------------------------------------------------------ what is missing
    def _aria_check_invoice_setup(self, lines):
        """Refuse, with a link to the cure, an invoice for which something of the set-up is missing."""
        company = self.company_id
        journal = self._aria_get_invoice_journal()
        if not journal:
            self._aria_refuse_invoice(
                self.env._(
                    "“%(order)s” was not invoiced: %(company)s has no sales journal; make one.",
                    order=self.name,
                    company=company.name,
                ),
                "account.action_account_journal_form",
                self.env._("Journals"),
            )
        if not self.partner_invoice_id.with_company(company).property_account_receivable_id:
            self._aria_refuse_invoice(
                self.env._(
                    "“%(order)s” was not invoiced: %(partner)s has no receivable account; set it on the contact, or"
                    " install a chart of accounts.",
                    order=self.name,
                    partner=self.partner_invoice_id.display_name,
                ),
                "account.action_account_form",
                self.env._("Chart of Accounts"),
            )
        for line in lines.filtered("product_id"):
            self._aria_check_line_setup(line, journal)

    def _aria_get_invoice_journal(self):
        company = self.company_id
        own = self.journal_id or company.aria_invoice_journal_id
        return own or self.env["account.journal"].search(
            [*self.env["account.journal"]._check_company_domain(company), ("type", "=", "sale")],
            limit=1,
        )

    def _aria_check_line_setup(self, line, journal):
        product = line.product_id.with_company(self.company_id)
        accounts = product.product_tmpl_id.get_product_accounts(fiscal_pos=self.fiscal_position_id)
        if not accounts["income"] and not journal.default_account_id:
            text = self.env._(
                "“%(order)s” was not invoiced: %(product)s has no income account; set it on the product, its category or"
                " the journal.",
                order=self.name,
                product=product.display_name,
            )
        elif self.company_id.aria_invoice_needs_tax and not line.tax_ids:
            text = self.env._(
                "“%(order)s” was not invoiced: the line of %(product)s has no tax, and %(company)s wants one on each line;"
                " set one, be it zero per cent.",
                order=self.name,
                product=product.display_name,
                company=self.company_id.name,
            )
        else:
            return
        self._aria_refuse_invoice(text, "sale.product_template_action", self.env._("Products"))

    def _aria_refuse_invoice(self, text, action, button):
        raise RedirectWarning(text, self.env.ref(action).id, button)

    def _aria_keep_invoice_problem(self, error):
        """Keep what has kept this order from being invoiced, and tell finance once."""
        text, *link = error.args
        told = self.aria_invoice_problem == text
        self._aria_engine_write({"aria_invoice_due": False, "aria_invoice_problem": text})
        if not told:
            self._aria_tell_finance(text, link)

    def _aria_tell_finance(self, text, link):
        person = self._aria_get_accountant()
        order = self.with_context(lang=person.lang)
        note = Markup("<p>%s</p>") % text
        if link:
            action, button = link[:2]
            note += Markup('<p><a href="/odoo/action-%s">%s</a></p>') % (action, button)
        order.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=order.env._("This order could not be invoiced"),
            note=note,
            user_id=person.id,
        )

    def _aria_get_accountant(self):
        """Return who is told: of the unit of finance, else the salesperson."""
        unit = self.env.ref("aria_workflow.unit_finance", raise_if_not_found=False)
        people = (unit.manager_id | unit.member_ids) if unit else self.env["res.users"]
        able = people.filtered(
            lambda u: (
                u.active
                and self.company_id in u.company_ids
                and u.has_group("account.group_account_invoice")
            )
        )
        return able[:1] or self.user_id.filtered("active") or self.env.ref("base.user_admin")

    @api.model
    def _cron_aria_invoice_again(self):
        """Take up once a day what could not be invoiced; the same reason is not told a second time."""
        failed = self.search([("aria_invoice_problem", "!=", False), ("state", "=", "sale")])
        if failed:
            failed._aria_take_invoice_turn()
            failed._aria_engine_write({"aria_invoice_due": fields.Datetime.now()})
            self.env.ref("aria_sales_approval.ir_cron_invoice")._trigger()

    # ------------------------------------------------------------------ buttons
    def action_aria_invoice(self):
        """Invoice these confirmed orders now, as the company's rules say, and show the invoices.

        :raise RedirectWarning: something of the set-up is missing
        """
        self.check_access("write")
        if not self.env.user.has_group("account.group_account_invoice"):
            raise AccessError(
                self.env._("Only those who invoice may do this; ask the unit of finance.")
            )
        wrong = self.filtered(lambda o: o.state != "sale")[:1]
        if wrong:
            raise UserError(
                self.env._("“%(order)s” is not confirmed; confirm it first.", order=wrong.name)
            )
        orders = self.sudo()  # the rights were checked; the marks are the engine's
        orders._aria_engine_write({"aria_invoice_due": fields.Datetime.now()})
        for order in orders:
            order._aria_make_due_invoice()
        if not self.invoice_ids:
            raise UserError(self._nothing_to_invoice_error_message())
        return self.action_view_invoice()


class SaleOrderLine(models.Model):
    # what happens to lines is the moment of the invoice
    _inherit = "sale.order.line"  # pylint: disable=consider-merging-classes-inherited

    @api.private
    def aria_fire(self, event, note=None):
        # EXTENDS 'aria_workflow'
        moved = super().aria_fire(event, note=note)
        if event in self.env["res.company"]._aria_get_all_invoice_events():
            # sudo: the moment comes, whoever brings it about
            self.sudo().exists().order_id._aria_note_invoice_moment(event)
        return moved

    def write(self, vals):
        # EXTENDS 'sale': of a service somebody types what was delivered
        result = super().write(vals)
        if "qty_delivered" in vals:
            # sudo: the same
            self.sudo().order_id._aria_note_invoice_moment("delivered")
        return result

    # ------------------------------------------------------------------ to the books and back
    def action_aria_journal_entries(self):
        """Show the invoices of these lines."""
        self.check_access("read")
        # sudo: which invoices there are; those who may not read them are refused when they open
        moves = self.sudo().invoice_lines.move_id.sudo(False)
        if not moves:
            raise UserError(
                self.env._(
                    "“%(line)s” has not been invoiced yet.", line=self[:1].display_name or ""
                )
            )
        return self.order_id.action_view_invoice(moves)
