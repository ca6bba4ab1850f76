"""A strict simulator of the tax organisation's server (API v2), for tests, demonstration and fault runs.

It imports no Odoo and shares nothing with ``lib/`` but the constants: tax numbers, sums, rules and the opening of
packets are written a second time, from the fact sheet. See ``server.Simulator`` and readme/SIMULATOR.md.
"""

from .clock import Clock
from .server import Simulator
from .service import Service, Settings
