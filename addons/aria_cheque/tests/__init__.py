from . import test_bounce_tour
from . import test_cheque
from . import test_concurrency
from . import test_exposure
from . import test_guards
