{
    "name": "Aria Leads",
    "summary": "Campaigns; leads that know their duplicates and are referred between units",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "Aria",
    "license": "LGPL-3",
    "depends": ["aria_workflow", "aria_persian", "crm", "sale"],
    "data": [
        "views/utm_campaign_views.xml",
        "views/crm_lead_views.xml",
    ],
    "pre_init_hook": "pre_init_hook",
    "uninstall_hook": "uninstall_hook",
    "demo": ["demo/aria_crm_lead_demo.xml"],
}
