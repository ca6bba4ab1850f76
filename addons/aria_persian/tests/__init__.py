from . import test_tools
from . import test_res_partner
from . import test_search
from . import test_jalali
from . import test_sequence
from . import test_words
from . import test_print
from . import test_dates
