{
    "name": "Aria Moadian: Sales",
    "summary": "Down payments of sales orders as electronic invoices, under the id of the goods ordered",
    "version": "19.0.1.0.0",
    "category": "Accounting/Localizations/EDI",
    "author": "Aria",
    "license": "LGPL-3",
    "depends": ["aria_moadian", "sale"],
    "auto_install": True,
}
