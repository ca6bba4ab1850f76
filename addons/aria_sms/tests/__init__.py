from . import test_gateways
from . import test_messages
