from . import test_cheque
from . import test_concurrency
from . import test_guards
