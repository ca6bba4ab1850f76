from . import test_concurrency
from . import test_events
from . import test_hooks
from . import test_lines
from . import test_walls
from . import test_one_sale_tour
from . import test_queries
