from . import aria_followup_kind
from . import aria_followup_status
from . import aria_followup
from . import aria_followup_action
from . import crm_lead
from . import crm_lead_duplicates
from . import crm_lead_followups
from . import utm_campaign
