from . import account_tax
from . import aria_moadian_memory
from . import product_category
from . import product_template
from . import res_partner
from . import uom_uom
