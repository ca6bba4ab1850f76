from odoo import models
from odoo.tools import html2plaintext

from .aria_proforma import LANGUAGES, speak


class SaleOrder(models.Model):
    """What a pro-forma shows, in both languages, as JSON can hold it: it is frozen when it is issued."""

    # a subject of its own, in a file of its own
    _inherit = "sale.order"  # pylint: disable=consider-merging-classes-inherited

    def _aria_get_proforma_content(self, number, date, valid_until):
        """Return the content of the pro-forma ``number`` of this (superuser) quotation."""
        self.ensure_one()
        currency, company = self.currency_id, self.company_id
        account = company.partner_id.bank_ids[:1]
        decimals = 0 if currency.name == "IRR" else currency.decimal_places
        lines = self._aria_get_proforma_lines()
        return {
            "number": number,
            "order": self.name,
            "date": str(date),
            "valid_until": str(valid_until),
            "currency": {
                "name": currency.name,
                "decimals": decimals,
                "labels": currency._aria_get_labels(),
            },
            "seller": company.partner_id._aria_get_party(registry=company.company_registry),
            "buyer": self.partner_invoice_id._aria_get_party(),
            "lines": lines,
            "totals": {
                **{
                    key: sum(line[key] for line in lines)
                    for key in ("gross", "discount", "net", "tax")
                },
                "untaxed": self.amount_untaxed,
                "taxes": self.amount_tax,
                "total": self.amount_total,
            },
            "terms": {lang: speak(self, lang).payment_term_id.name or "" for lang in LANGUAGES},
            "note": html2plaintext(self.note or "").strip(),
            "salesperson": self.user_id.name or "",
            "account": " ".join(filter(None, [account.bank_id.name, account.acc_number])),
        }

    def _aria_get_proforma_lines(self):
        rows, rank = [], 0
        for line in self.order_line:
            if not line.display_type and not line.product_uom_qty:
                continue
            rank += not line.display_type
            rows.append(line._aria_get_proforma_row(0 if line.display_type else rank))
        return rows


class SaleOrderLine(models.Model):
    # with the content that it is a part of
    _inherit = "sale.order.line"  # pylint: disable=consider-merging-classes-inherited

    def _aria_get_proforma_row(self, rank):
        self.ensure_one()
        net = self.price_subtotal
        # prices may contain the tax, the columns of the paper do not
        if self.discount < 100:
            gross = self.currency_id.round(net / (1 - self.discount / 100))
        else:
            gross = self.currency_id.round(self.price_unit * self.product_uom_qty)
        return {
            "kind": self.display_type or "product",
            "rank": rank,
            "code": self.product_id.default_code or "",
            "name": {lang: self._aria_get_proforma_name(lang) for lang in LANGUAGES},
            "unit": {lang: speak(self, lang).product_uom_id.name or "" for lang in LANGUAGES},
            "quantity": self.product_uom_qty,
            "price": gross / self.product_uom_qty if self.product_uom_qty else 0.0,
            "gross": gross,
            "discount": gross - net,
            "net": net,
            "tax": self.price_tax,
            "total": self.price_total,
        }

    def _aria_get_proforma_name(self, lang):
        """Return the description in ``lang``; what somebody has typed stays as it was typed."""
        if not self.product_id:
            return self.name or ""
        own = speak(self, self.order_id._get_lang())
        if self.name != own._get_sale_order_line_multiline_description_sale():
            return self.name
        product = speak(self, lang).product_id
        # the code has a column of its own
        return product.with_context(
            display_default_code=False
        ).get_product_multiline_description_sale()
