from . import test_concurrency
from . import test_crm_lead
from . import test_followup
from . import test_followup_concurrency
from . import test_followup_plan
from . import test_campaign
from . import test_sales_target
