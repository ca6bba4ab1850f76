from . import aria_referral_act
from . import aria_referral_act_part
from . import aria_workflow_activation
from . import aria_workflow_comparison
from . import aria_workflow_start
