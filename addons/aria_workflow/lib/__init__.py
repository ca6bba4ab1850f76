from . import definition
from . import replay
