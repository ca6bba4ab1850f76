from . import test_concurrency
from . import test_crm_lead
