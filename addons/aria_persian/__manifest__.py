{
    "name": "Aria Persian",
    "summary": "Persian letters, digits and Iranian identifiers; a search that finds every spelling",
    "version": "19.0.1.1.0",
    "category": "Localization",
    "author": "Aria",
    "license": "LGPL-3",
    "depends": ["base", "web"],
    "data": [
        "views/ir_actions_report_views.xml",
        "views/ir_sequence_views.xml",
        "views/res_partner_views.xml",
    ],
    "pre_init_hook": "pre_init_hook",
    "uninstall_hook": "uninstall_hook",
}
