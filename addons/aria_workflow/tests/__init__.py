from . import test_concurrency
from . import test_engine
from . import test_queries
from . import test_referral
from . import test_workflow
from . import test_divide
from . import test_unit_at_work
from . import test_news
