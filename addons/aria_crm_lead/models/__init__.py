from . import crm_lead
from . import crm_lead_duplicates
from . import utm_campaign
