{
    "name": "Aria Moadian",
    "summary": "Electronic invoices for the Iranian tax organisation, right to the Rial and sent once",
    "version": "19.0.1.0.0",
    "category": "Accounting/Localizations/EDI",
    "author": "Aria",
    "license": "LGPL-3",
    "depends": ["account"],
}
