from . import test_tools
from . import test_res_partner
from . import test_search
from . import test_jalali
