"""Checks over the files of every addon; no database."""

import re

import polib
import pytest
import yaml

from .addons import ADDONS, NAMES, ROOT, manifest, silent_overrides, sources, unexplained_sudo


@pytest.mark.parametrize("folder", ADDONS, ids=NAMES)
def test_manifest_is_complete(folder):
    data = manifest(folder)
    for key in ("name", "summary", "version", "category", "author", "license", "depends"):
        assert data.get(key), f"{folder.name}: the manifest lacks {key}"
    assert re.fullmatch(r"19\.0\.\d+\.\d+\.\d+", data["version"]), folder.name
    assert (data["license"], data["author"]) == ("LGPL-3", "Aria"), folder.name
    for name in ("static/description/icon.png", "static/description/index.html"):
        assert (folder / name).is_file(), f"{folder.name}: there is no {name}"
    for name in data.get("data", []) + data.get("demo", []):
        assert (folder / name).is_file(), (
            f"{folder.name}: the manifest names {name}, which does not exist"
        )


@pytest.mark.parametrize("folder", ADDONS, ids=NAMES)
def test_readme_is_there(folder):
    for name in ("DESCRIPTION.md", "USAGE.md"):
        assert (folder / "readme" / name).is_file(), f"{folder.name}: there is no readme/{name}"


@pytest.mark.parametrize("folder", ADDONS, ids=NAMES)
def test_every_data_file_is_loaded(folder):
    data = manifest(folder)
    listed = set(data.get("data", []) + data.get("demo", []))
    for sub in ("data", "views", "security", "wizard", "report", "demo"):
        for path in (folder / sub).glob("*.[xc]*"):
            name = str(path.relative_to(folder))
            assert path.suffix not in (".xml", ".csv") or name in listed, (
                f"{folder.name}: {name} is not loaded"
            )


@pytest.mark.parametrize("folder", ADDONS, ids=NAMES)
def test_sudo_has_a_reason(folder):
    for path in sources(folder):
        for line in unexplained_sudo(path.read_text(encoding="utf-8")):
            pytest.fail(f"{path.relative_to(ROOT)}:{line} sudo() without a comment that says why")


@pytest.mark.parametrize("folder", ADDONS, ids=NAMES)
def test_overrides_say_what_they_extend(folder):
    for path in sources(folder):
        for line, name in silent_overrides(path.read_text(encoding="utf-8")):
            pytest.fail(
                f"{path.relative_to(ROOT)}:{line} {name} extends another method without # EXTENDS"
            )


@pytest.mark.parametrize("folder", ADDONS, ids=NAMES)
def test_persian_is_complete(folder):
    template = folder / "i18n" / f"{folder.name}.pot"
    if not template.exists():
        return  # an addon of rules only has no terms; "./aria i18n --check" fails where there are some
    translated = {
        entry.msgid for entry in polib.pofile(str(folder / "i18n" / "fa.po")) if entry.translated()
    }
    missing = [
        entry.msgid for entry in polib.pofile(str(template)) if entry.msgid not in translated
    ]
    assert not missing, f"{folder.name}: no Persian for {missing[:5]}"


def test_checks_of_code_can_fail():
    assert unexplained_sudo("x = env.sudo()\n") == [1]
    assert unexplained_sudo("x = env.sudo()  # the count only\n") == []
    assert silent_overrides("def write(self, v):\n    return super().write(v)\n") == [(1, "write")]
    assert (
        silent_overrides("def write(self, v):\n    # EXTENDS 'base'\n    return super().write(v)\n")
        == []
    )


def test_requirements_of_customers_equal_the_manifests():
    wanted = {
        package
        for folder in ADDONS
        for package in manifest(folder).get("external_dependencies", {}).get("python", [])
    }
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert {line for line in lines if line and not line.startswith("#")} == wanted


# ---------------------------------------------------------------------- servers
@pytest.fixture(name="compose")
def _compose():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))


def test_compose_file_names_what_exists(compose):
    """The schema itself is checked by ./aria lint."""
    for name, service in compose["services"].items():
        for other in service.get("depends_on", []):
            assert other in compose["services"], f"{name} depends on {other}, which is not there"
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            known = (
                (ROOT / source).exists() if source.startswith(".") else source in compose["volumes"]
            )
            assert known, f"{name}: there is no {source}"


def test_compose_uses_what_aria_uses(compose):
    database = " ".join(compose["services"]["db"]["command"])
    cluster = (ROOT / "scripts" / "pg.sh").read_text(encoding="utf-8")
    for setting in re.findall(r"-c (\w+)=(\S+)", database):
        assert re.search(rf"\b{setting[0]} = '?{setting[1]}'?", cluster), (
            f"{setting[0]} differs from scripts/pg.sh"
        )
    assert compose["x-odoo"]["image"] == "odoo:19.0"
    assert "odoo-19=19.0" in (ROOT / "scripts" / "provision.sh").read_text(encoding="utf-8")


def test_odoo_conf_is_safe():
    text = (ROOT / "odoo.conf").read_text(encoding="utf-8")
    options = dict(re.findall(r"^(\w+) = (.*)$", text, flags=re.MULTILINE))
    assert options["list_db"] == "False"
    assert "admin_passwd" not in options and "db_password" not in options
    assert options["dbfilter"] == f"^{options['db_name']}$"
    nodes = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    assert f"odoo:{options['http_port']}" in nodes and f"odoo:{options['gevent_port']}" in nodes
