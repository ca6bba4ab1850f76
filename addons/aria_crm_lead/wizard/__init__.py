from . import aria_followup_close
from . import aria_followup_divide
from . import aria_followup_divide_part
from . import aria_followup_plan_apply
from . import aria_campaign_customers
