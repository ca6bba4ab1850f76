from . import aria_referral_act
