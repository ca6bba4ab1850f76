{
    "name": "Aria SMS",
    "summary": "Text messages through Kavenegar and Melipayamak: reminders, campaigns, credit, delivery",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "Aria",
    "license": "LGPL-3",
    "depends": ["aria_crm_lead", "crm_sms"],
    "data": [
        "data/ir_cron_data.xml",
        "views/res_config_settings_views.xml",
        "views/res_users_views.xml",
        "wizard/sms_composer_views.xml",
        "views/sms_sms_views.xml",
        "views/utm_campaign_views.xml",
    ],
    "post_init_hook": "post_init_hook",
}
