"""The addons of the project and small readers of their code. No addon is named by hand."""

import ast
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent
ADDONS = sorted(path.parent for path in (ROOT / "addons").glob("*/__manifest__.py"))
NAMES = [folder.name for folder in ADDONS]


def manifest(folder):
    """Return the manifest of an addon's folder."""
    return ast.literal_eval((folder / "__manifest__.py").read_text(encoding="utf-8"))


def sources(folder):
    """Yield the Python files of an addon, its tests apart."""
    for path in sorted(folder.rglob("*.py")):
        if "tests" not in path.relative_to(folder).parts:
            yield path


def unexplained_sudo(text):
    """Return the numbers of lines that call ``sudo()`` with no comment on the line, or above its statement."""
    lines = text.splitlines()
    found = []
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.stmt) or isinstance(
            node, ast.FunctionDef | ast.ClassDef | ast.For | ast.If
        ):
            continue
        calls = [
            call
            for call in ast.walk(node)
            if isinstance(call, ast.Call)
            and isinstance(call.func, ast.Attribute)
            and call.func.attr == "sudo"
            and not call.args
        ]
        covered = lines[max(0, node.lineno - 2) : node.end_lineno + 1]
        if calls and not any("#" in line for line in covered):
            found.append(calls[0].lineno)
    return sorted(set(found))


def silent_overrides(text):
    """Return (line, name) of methods that call ``super()`` under their own name without "# EXTENDS"."""
    found = []
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.FunctionDef):
            continue
        body = "\n".join(lines[node.lineno - 1 : node.end_lineno])
        if re.search(rf"super\(.*\)\.{node.name}\(", body) and "# EXTENDS '" not in body:
            found.append((node.lineno, node.name))
    return found
