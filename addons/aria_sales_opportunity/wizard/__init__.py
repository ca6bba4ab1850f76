from . import aria_line_lose
