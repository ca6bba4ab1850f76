"""Starts the simulator of aria_moadian without Odoo: the addon's own __init__ would import it."""

import pathlib
import sys
import types

package = types.ModuleType("aria_moadian")
package.__path__ = [str(pathlib.Path(__file__).resolve().parent.parent / "addons" / "aria_moadian")]
sys.modules["aria_moadian"] = package

from aria_moadian.simulator.cli import main

if __name__ == "__main__":
    main()
