from . import ir_attachment
from . import res_company
from . import sale_order
from . import sale_order_line
from . import crm_lead
from . import stock_move
from . import account_move
