from . import aria_identity_mixin
from . import aria_search_mixin
from . import ir_actions_report
from . import ir_sequence
from . import res_partner
from . import res_partner_bank
