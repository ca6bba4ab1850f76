from . import account_payment_register
from . import aria_cheque_act
