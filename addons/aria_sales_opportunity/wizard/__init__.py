from . import aria_line_lose
from . import aria_line_alternative
from . import aria_line_split
