from . import test_lib_constants
from . import test_lib_taxid
