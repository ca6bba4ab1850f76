from . import test_mrp_users
