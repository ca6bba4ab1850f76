{
    "name": "Aria Persian",
    "summary": "Persian letters, digits and Iranian identifiers; a search that finds every spelling",
    "version": "19.0.1.0.0",
    "category": "Localization",
    "author": "Aria",
    "license": "LGPL-3",
    "depends": ["base", "web"],
    "data": ["views/res_partner_views.xml"],
    "pre_init_hook": "pre_init_hook",
    "uninstall_hook": "uninstall_hook",
}
