from . import aria_news_mixin
from . import aria_notice
from . import res_company
from . import res_config_settings
from . import res_users
from . import sms_sms
from . import utm_campaign
