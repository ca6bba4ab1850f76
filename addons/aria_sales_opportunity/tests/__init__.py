from . import test_lines
