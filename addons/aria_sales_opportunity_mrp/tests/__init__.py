from . import test_mrp_users
from . import test_ten_lines_tour
