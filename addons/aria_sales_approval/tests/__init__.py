from . import test_approval
from . import test_gate
from . import test_policy
from . import test_queries
from . import test_concurrency
