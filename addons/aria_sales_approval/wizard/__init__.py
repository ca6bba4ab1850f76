from . import aria_approval_act
from . import aria_approval_simulation
from . import aria_credit_release
