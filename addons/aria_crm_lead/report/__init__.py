from . import aria_campaign_report
