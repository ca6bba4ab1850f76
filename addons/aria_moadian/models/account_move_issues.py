import re

from odoo import api, fields, models
from odoo.exceptions import RedirectWarning, UserError

from ..invoice import InvoiceBuilder
from .account_move import SENDABLE

INDEX = re.compile(r"^body\[(\d+)\]")
# fields of an invoice whose value comes from a record of Odoo
BUYER = ("tob", "tinb", "bid", "bpc", "bbc", "bpn")
SELLER = ("tins", "sbc")
PRODUCT = ("sstid", "sstt", "vba", "cui")
UNIT = ("mu",)
TAX = ("vra", "odt", "odr", "odam", "olt", "olr", "olam")
REFERENCE = ("irtaxid",)


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move"]

    aria_moadian_issues = fields.Json(
        compute="_compute_aria_moadian_issues",
        compute_sudo=True,
        groups="aria_moadian.group_user",
        help="What stands against the invoice: text, place on the form, and what is opened to mend it.",
    )
    aria_moadian_missing = fields.Char(
        compute="_compute_aria_moadian_missing",
        compute_sudo=True,
        groups="aria_moadian.group_user",
        help="What of the set-up is missing before the invoice can be sent.",
    )

    @api.depends("aria_moadian_findings", "aria_moadian_state", "state")
    @api.depends_context("lang")
    def _compute_aria_moadian_issues(self):
        drafts = self.filtered(lambda move: move._is_aria_moadian_draft())
        memories = self.env["aria.moadian.memory"]._get_for(drafts.company_id) if drafts else {}
        for move in self:
            findings = move._aria_findings_now(
                memories.get(move.company_id.id) if move in drafts else None
            )
            move.aria_moadian_issues = [
                move._aria_issue(key, finding) for key, finding in enumerate(findings)
            ]

    def _aria_findings_now(self, memory):
        """Return what stands against this document: as kept, for a draft as it would be; and the buyer's tax file.

        :param memory: the memory to judge a draft for, None for other documents
        """
        findings = self._aria_moadian_prepare(memory)[1] if memory else self.aria_moadian_findings
        if not (memory or self.aria_moadian_state in SENDABLE):
            return findings or []
        return [
            *(findings or []),
            *self._aria_taxpayer_findings(),
            *self._aria_goods_findings(),
        ]

    def _aria_taxpayer_findings(self):
        """Warn when the organisation said of the buyer that he is no active taxpayer."""
        buyer = self.commercial_partner_id
        status = buyer.aria_taxpayer_status
        if not status or status == "ACTIVE":
            return []

        def tell(env):
            field = env["res.partner"]._fields["aria_taxpayer_status"]
            return env._(
                "The tax organisation says of “%(buyer)s”: %(status)s; he may get no VAT credit.",
                buyer=buyer.name,
                status=dict(field._description_selection(env))[status],
            )

        return [self._aria_warning("header.tinb", tell)]

    def _aria_goods_findings(self):
        """Warn of lines whose VAT is another than the organisation's goods list says."""
        lines = self._aria_sold_lines()
        ids = [line._get_aria_sstid() or "" for line in lines]
        goods = self.env["aria.moadian.good"].search([("sstid", "in", list(filter(None, ids)))])
        rates = {good.sstid: good.vat_rate for good in goods if good.vat_rate}
        found = []
        for place, (line, sstid) in enumerate(zip(lines, ids, strict=True)):
            rate = line._get_aria_vat_rate()
            if rates.get(sstid, rate) != rate and not line._has_aria_fixed_vat():
                found.append(
                    self._aria_warning(
                        f"body[{place}].vra",
                        lambda env, line=line, sstid=sstid, rate=rate: env._(
                            "“%(line)s” has a VAT of %(rate)g %%; the goods list says %(wanted)g %% for %(id)s.",
                            line=line.name,
                            rate=rate,
                            wanted=rates[sstid],
                            id=sstid,
                        ),
                    )
                )
        return found

    def _is_aria_moadian_draft(self):
        """Return whether this is a saved draft of a sale with lines, which can be judged before it is posted."""
        return (
            isinstance(self.id, int)
            and self.state == "draft"
            and self.move_type == "out_invoice"
            and bool(self.partner_id and self.invoice_line_ids)
        )

    @api.depends("company_id", "move_type", "aria_moadian_state")
    @api.depends_context("lang")
    def _compute_aria_moadian_missing(self):
        sales = self.filtered(
            lambda move: (
                move.move_type == "out_invoice"
                and move.state != "cancel"
                and move.aria_moadian_state in ("none", "to_check", "ready", "refused")
            )
        )
        told = {company: company._get_aria_moadian_missing() for company in sales.company_id}
        for move in self:
            move.aria_moadian_missing = move in sales and told[move.company_id]

    # ------------------------------------------------------------------ issues
    def _aria_issue(self, key, finding):
        """Return a finding as the form shows it, with the record that is opened to mend it."""
        name = "fa" if (self.env.lang or "").startswith("fa") else "en"
        scope, record = self._aria_target(finding.get("path") or "")
        return {
            "key": key,
            "scope": scope,
            "code": finding.get("code") or "",
            "text": finding.get(name) or "",
            "severity": finding.get("severity") or "error",
            "fix": self._aria_fix_label(record),
        }

    def _aria_fix_label(self, record):
        labels = {
            "res.partner": self.env._("Open the contact"),
            "product.template": self.env._("Give it its ID"),
            "uom.uom": self.env._("Open the unit"),
            "account.tax": self.env._("Open the tax"),
            "account.move": self.env._("Open the invoice referred to"),
        }
        return labels.get(record._name) if record else False

    def _aria_target(self, path):
        """Return (place on the form, record to mend) of the path of a finding."""
        field = path.rpartition(".")[2]
        line = self._aria_line_at(path)
        if field in BUYER:
            return "buyer", self.commercial_partner_id
        if field in SELLER:
            return "seller", self.company_id.partner_id
        if field in REFERENCE:
            return "other", self.reversed_entry_id
        if field in PRODUCT:
            return "line", (line or self._aria_line_without_id())._get_aria_goods()
        if field in UNIT:
            return "line", line.product_uom_id
        if field in TAX:
            return "line", line.tax_ids[:1]
        return ("line" if line or path.startswith("body") else "other"), self.browse()

    def _aria_line_at(self, path):
        """Return the line of the invoice that a path means; deductions are no lines of their own."""
        index = INDEX.match(path)
        if not index:
            return self.invoice_line_ids.browse()
        lines, place = self._aria_sold_lines(), int(index[1])
        return lines[place] if place < len(lines) else self.invoice_line_ids.browse()

    def _aria_sold_lines(self):
        """Return the lines that become lines of the electronic invoice, in its order."""
        return InvoiceBuilder(self, fields.Datetime.now()).sold()

    def _aria_line_without_id(self):
        """Return the first line whose product has no goods/service id: the service names the field only."""
        lines = self.invoice_line_ids.filtered(lambda line: line._get_aria_goods())
        return (lines.filtered(lambda line: not line._get_aria_sstid()) or lines)[:1]

    def action_aria_moadian_fix(self, key):
        """Open what has to be mended for one issue.

        :param int key: ``key`` of the issue, as ``aria_moadian_issues`` gives it
        """
        self.ensure_one()
        self.check_access("read")
        self._aria_moadian_demand_right()
        memories = {}
        if self._is_aria_moadian_draft():
            memories = self.env["aria.moadian.memory"]._get_for(self.company_id)
        # sudo: findings of an invoice that the user may read; a draft is judged as it would be when posted
        findings = self.sudo()._aria_findings_now(memories.get(self.company_id.id))
        if not isinstance(key, int) or not 0 <= key < len(findings):
            raise UserError(
                self.env._(
                    "%(invoice)s has changed meanwhile; look at what is shown now.",
                    invoice=self.display_name,
                )
            )
        record = self._aria_target(findings[key].get("path") or "")[1]
        if record._name == "product.template" and record:
            return self._aria_open_assign(record)
        return self._aria_open(record)

    def _aria_open_assign(self, product):
        values = {"product_ids": [fields.Command.set(product.ids)], "move_id": self.id}
        wizard = self.env["aria.moadian.assign"].create(values)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Goods/Service ID"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _aria_open(self, record):
        record = record or self
        view = {"res.partner": "aria_moadian.res_partner_view_form_moadian"}.get(record._name)
        return {
            "type": "ir.actions.act_window",
            "name": record.display_name,
            "res_model": record._name,
            "res_id": record.id,
            "views": [(view and self.env.ref(view).id, "form")],
            "target": "new" if view else "current",
        }

    def _aria_moadian_check_again(self):
        """Judge invoices again after what they stand on was mended; drafts are judged whenever they are shown."""
        posted = self.filtered(lambda move: move.state == "posted")
        posted.check_access("read")
        # sudo: the judgement is written by the addon only
        posted.sudo()._aria_moadian_check()

    def action_aria_ask_taxpayer(self):
        """Ask the tax organisation for the buyer of an invoice; see ``res.partner``."""
        self.ensure_one()
        self.check_access("read")
        return self.commercial_partner_id.with_company(self.company_id).action_aria_ask_taxpayer()

    def action_aria_moadian_recheck(self):
        """Judge invoices again after something was mended from their form; what is sent already is left alone."""
        self._aria_moadian_demand_right()
        self._aria_moadian_check_again()
        return True

    # ------------------------------------------------------------------ set-up
    def action_aria_moadian_set_up(self):
        """Open the set-up of the invoice's company; accountants are told whom to ask."""
        self.check_access("read")
        if not self.env.user.has_group("aria_moadian.group_manager"):
            raise UserError(
                self.env._(
                    "The connection to the tax organisation is set up by a manager of the group “Moadian”: %(names)s.",
                    names="، ".join(self._aria_moadian_managers().mapped("name")),
                )
            )
        memories = self.env["aria.moadian.memory"]._get_for(self.company_id)
        memory = memories.get(self.company_id[:1].id, self.env["aria.moadian.memory"])
        return self.env["aria.moadian.memory"].browse(memory.id).action_set_up()

    def _aria_moadian_managers(self):
        # sudo: names of those who may help
        group = self.env.ref("aria_moadian.group_manager").sudo()
        return group.all_user_ids.filtered(
            lambda user: user.active and user.id > 1 and self.company_id[:1] in user.company_ids
        )

    def action_aria_moadian_send(self):
        # EXTENDS 'aria_moadian'
        companies = self.filtered(lambda move: move.aria_moadian_state == "none").company_id
        memories = self.env["aria.moadian.memory"]._get_for(companies) if companies else {}
        for company in companies:
            if company.id not in memories:
                raise RedirectWarning(
                    company._tell_no_aria_memory(),
                    self.env.ref("aria_moadian.aria_moadian_setup_action").id,
                    self.env._("Set up"),
                )
        return super().action_aria_moadian_send()
