from . import test_lib_amounts
from . import test_lib_client
from . import test_lib_codes
from . import test_lib_constants
from . import test_lib_keys
from . import test_lib_packet
from . import test_lib_rules
from . import test_lib_taxid
