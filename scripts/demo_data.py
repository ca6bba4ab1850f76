"""Loads the demo files of the installed Aria addons, and nothing of Odoo's own demo data.

Used by ``./aria up`` and by the tests.
"""

import ast
import logging
import pathlib

from odoo.tools.convert import convert_file

log = logging.getLogger("demo_data")
ADDONS = pathlib.Path(__file__).resolve().parent.parent / "addons"


def get_demo_files(addons=ADDONS):
    """Return {addon: [demo file, …]} of the addons in a folder, as their manifests have them."""
    return {
        path.parent.name: ast.literal_eval(path.read_text(encoding="utf-8")).get("demo", [])
        for path in sorted(pathlib.Path(addons).glob("*/__manifest__.py"))
    }


def load(env, addons=ADDONS):
    """Load the demo files of installed addons that have none yet, dependencies first, and mark the addons.

    :return: the names of the addons whose files were loaded, in that order
    """
    files = get_demo_files(addons)
    modules = env["ir.module.module"].search(
        [("name", "in", list(files)), ("state", "=", "installed"), ("demo", "=", False)]
    )
    # whatever depends on an addon has all of its dependencies, and the addon itself
    modules = modules.sorted(lambda module: len(module.upstream_dependencies(exclude_states=("uninstallable",))))
    for module in modules:
        for name in files[module.name]:
            convert_file(env(su=True), module.name, name, {}, mode="init", noupdate=True)
    modules.write({"demo": True})
    env.flush_all()
    log.info("demo data of %s", ", ".join(modules.mapped("name")) or "no addon")
    return modules.mapped("name")
