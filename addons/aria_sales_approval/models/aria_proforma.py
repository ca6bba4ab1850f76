from markupsafe import Markup

from odoo import api, fields, models

from odoo.addons.aria_persian.tools import jalali
from odoo.addons.aria_persian.tools.fonts import FAMILY, font_css
from odoo.addons.aria_persian.tools.letters import to_persian_digits
from odoo.addons.aria_persian.tools.words import amount_in_words

LANGUAGES = {"fa_IR": "fa", "en_US": "en"}
"""the languages of the paper, with the ending of its files and reports"""


def speak(records, lang):
    """Return ``records`` in ``lang`` where that is loaded, else in English."""
    loaded = records.env["res.lang"]._get_data(code=lang)
    return records.with_context(lang=lang if loaded else "en_US")


class AriaProforma(models.Model):
    """A pro-forma as it was issued: number, terms and content, frozen; a revision is a row of its own.

    Whether it still holds is a fact of its order (``aria_proforma_number``), never of this row.
    """

    _name = "aria.proforma"
    _inherit = "aria.append.only.mixin"
    _description = "Pro-forma"
    _order = "id desc"
    _check_company_auto = True

    name = fields.Char("Number", required=True, readonly=True, index="trigram")
    order_id = fields.Many2one(
        "sale.order",
        string="Quotation",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Issued By",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    revision = fields.Integer(
        readonly=True, aggregator=None, help="Which pro-forma of this quotation it is."
    )
    date = fields.Date("Issued On", required=True, readonly=True)
    valid_until = fields.Date(required=True, readonly=True, index=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True, index=True)
    amount_untaxed = fields.Monetary("Untaxed Amount", readonly=True)
    amount_tax = fields.Monetary("Taxes", readonly=True)
    amount_total = fields.Monetary("Total", readonly=True)
    fingerprint = fields.Json(readonly=True, help="Of the content that was issued.")
    content = fields.Json(readonly=True, help="What is printed, as it was then.")
    state = fields.Selection(
        [
            ("issued", "Valid"),
            ("expired", "Expired"),
            ("void", "No Longer Holds"),
            ("ordered", "Ordered"),
        ],
        compute="_compute_state",
        compute_sudo=True,
    )

    _name_uniq = models.UniqueIndex(
        "(company_id, name)",
        "There is a pro-forma of this number already; set the next number of its sequence higher.",
    )

    @api.depends("order_id.aria_proforma_number", "order_id.state", "valid_until")
    def _compute_state(self):
        today = fields.Date.context_today(self)
        for proforma in self:
            order = proforma.order_id
            if order.aria_proforma_number != proforma.name:
                proforma.state = "void"
            elif order.state == "sale":
                proforma.state = "ordered"
            else:
                proforma.state = "issued" if proforma.valid_until >= today else "expired"

    # ------------------------------------------------------------------ paper
    @api.model
    def _aria_get_report(self, lang):
        """Return the report that prints in ``lang``, or in English when there is none."""
        ending = LANGUAGES.get(lang, "en")
        return self.env.ref(f"aria_sales_approval.action_report_proforma_{ending}")

    def _aria_get_file_name(self, lang):
        self.ensure_one()
        return f"{self.name.replace('/', '-')}-{LANGUAGES.get(lang, 'en')}.pdf"

    def _aria_get_paper(self, lang):
        """Return (file name, content) of the paper in ``lang``; it is kept when it is made for the first time."""
        self.ensure_one()
        report = self._aria_get_report(lang)
        content, kind = self.env["ir.actions.report"]._render_qweb_pdf(report, self.ids)
        return self._aria_get_file_name(lang).removesuffix("pdf") + kind, content

    def _aria_get_print(self, lang):
        """Return what the paper shows in ``lang``, as texts; all of it comes from the frozen content."""
        self.ensure_one()
        kept, persian = self.content, lang == "fa_IR"
        currency = kept["currency"]
        decimals, labels = currency["decimals"], currency["labels"][lang]

        def digits(text):
            return to_persian_digits(text) if persian else text

        def number(value, places=decimals):
            text = f"{value:,.{places}f}"
            return digits(text.replace(",", "٬").replace(".", "٫") if persian else text)

        def quantity(value):
            return number(value, 0 if value == int(value) else 3)

        def day(value):
            moment = fields.Date.to_date(value)
            return digits(jalali.format_date(moment) if persian else f"{moment:%Y-%m-%d}")

        def of(value):
            return value[lang] if isinstance(value, dict) else value

        return {
            "lang": lang,
            "loaded": speak(self, lang).env.lang,
            "direction": "rtl" if persian else "ltr",
            "style": Markup("<style>%s</style>") % Markup(font_css()),
            "family": FAMILY,
            "number": kept["number"],
            "order": kept["order"],
            "revision": digits(str(self.revision)) if self.revision > 1 else "",
            "date": day(kept["date"]),
            "valid_until": day(kept["valid_until"]),
            "currency": labels[0],
            "seller": self._aria_print_party(kept["seller"], of, digits),
            "buyer": self._aria_print_party(kept["buyer"], of, digits),
            "lines": [
                {
                    "kind": line["kind"],
                    "rank": digits(str(line["rank"] or "")),
                    "code": line["code"],
                    "name": of(line["name"]),
                    "unit": of(line["unit"]),
                    "quantity": quantity(line["quantity"]),
                    "discounted": bool(line["discount"]),
                    **{
                        key: number(line[key])
                        for key in ("price", "gross", "discount", "net", "tax", "total")
                    },
                }
                for line in kept["lines"]
            ],
            "totals": {key: number(value) for key, value in kept["totals"].items()},
            "words": self._aria_get_words(kept["totals"]["total"], lang, labels, decimals),
            "terms": of(kept["terms"]),
            "note": kept["note"],
            "salesperson": kept["salesperson"],
            "account": kept["account"],
        }

    @api.model
    def _aria_print_party(self, party, of, digits):
        texts = {key: of(value) for key, value in party.items()}
        for key in ("national_id", "economic_code", "registry", "zip", "phone"):
            texts[key] = digits(texts[key])
        return texts

    @api.model
    def _aria_get_words(self, amount, lang, labels, decimals):
        try:
            return amount_in_words(amount, lang, labels[0], labels[1], decimals)
        except ValueError:  # more than anybody names
            return ""

    # ------------------------------------------------------------------ buttons
    def action_aria_print_fa(self):
        """Print the frozen paper in Persian."""
        self.check_access("read")
        return self._aria_get_report("fa_IR").report_action(self)

    def action_aria_print_en(self):
        """Print the frozen paper in English."""
        self.check_access("read")
        return self._aria_get_report("en_US").report_action(self)

    # ------------------------------------------------------------------ keeping
    @api.model
    def _cron_aria_keep_proformas(self):
        """Make the papers that nobody has printed yet, so that what was issued is kept as it looked then."""
        reports = self.env["ir.actions.report"]
        if reports.get_wkhtmltopdf_state() == "install":
            return  # no machine for papers: the frozen content stays, and is printed when there is one
        missing = self._aria_find_unkept()
        self.env["ir.cron"]._commit_progress(remaining=len(missing))
        for proforma, lang in missing:
            # the paper itself, also where tests run
            proforma.with_context(force_report_rendering=True)._aria_get_paper(lang)
            if not self.env["ir.cron"]._commit_progress(1):
                break

    @api.model
    def _aria_find_unkept(self, days=7, limit=200):
        """Return [(pro-forma, language)] of young pro-formas whose paper is not kept yet."""
        since = fields.Date.subtract(fields.Date.today(), days=days)
        young = self.search([("date", ">=", since)], order="id", limit=limit)
        kept = set(
            self.env["ir.attachment"]
            .search([("res_model", "=", self._name), ("res_id", "in", young.ids)])
            .mapped(lambda a: (a.res_id, a.name))
        )
        return [
            (proforma, lang)
            for proforma in young
            for lang in LANGUAGES
            if (proforma.id, proforma._aria_get_file_name(lang)) not in kept
        ]
