"""A simulator for the tests of a module, at a fixed time."""

import pytest

from odoo.addons.aria_moadian.simulator import Clock, Simulator

from .wire import MEMORY, NOW_MS, SELLER, Client


@pytest.fixture
def simulator():
    with Simulator(clock=Clock(source=lambda: NOW_MS / 1000)) as running:
        yield running


@pytest.fixture
def client(simulator):
    return Client(simulator, simulator.enroll(MEMORY, SELLER))
