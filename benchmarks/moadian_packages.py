# Tax numbers and packets beside those of two packages of the index, which are fetched for this run only.
import base64
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from aria_bench import Report
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from moadian_packages import DAY_MS, NUMBERS, rate, right

from odoo.addons.aria_moadian.lib import keys, packet, taxid
from odoo.addons.aria_moadian.tests.lib_common import GOLDEN, certificate, signing_key

# GPL, so never a dependency; moadian-full patches what this release of Authlib has
PACKAGES = ("moadian==1.0.4", "moadian-full==0.0.2")
NEEDED = ("pycryptodome==3.20.0", "Authlib==1.6.5", "typing_extensions")
SCRIPT = pathlib.Path(packet.__file__).parents[3] / "scripts" / "moadian_packages.py"


def fetch(folder):
    """Put the packages into a folder; return whether they can be had here."""
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--disable-pip-version-check",
        "--target",
        folder,
    ]
    calls = ([*pip, "--no-deps", *PACKAGES], [*pip, *NEEDED])
    return all(not subprocess.run(call, check=False, capture_output=True).returncode for call in calls)


def run_theirs(folder, key, server):
    """Return {package: figures} of the process that has the packages in its path."""
    spki = server.public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    files = {
        "key": keys.private_pem(key),
        "certificate": certificate().public_bytes(serialization.Encoding.PEM),
        "server": base64.b64encode(spki),
        "invoice": json.dumps(GOLDEN, ensure_ascii=False).encode(),
    }
    paths = [pathlib.Path(folder, name) for name in files]
    for path, data in zip(paths, files.values(), strict=True):
        path.write_bytes(data)
    environment = {**os.environ, "PYTHONPATH": folder, "TMPDIR": folder}
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *map(str, paths)], env=environment, capture_output=True, text=True, check=True
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


def tell(report, name, protocol, figures, own):
    if "error" in figures:
        report.add(f"{name} ({protocol})", f"could not run: {figures['error']}")
        return
    report.add(
        f"{name} ({protocol}), published tax numbers", f"{figures['right']} of {len(NUMBERS)} right"
    )
    report.add(f"{name} ({protocol}), packets signed and encrypted",
               f"{figures['packets']:,.0f} a second of one core, the library {own / figures['packets']:.1f} ×")  # fmt: skip


report = Report("Moadian, packages")
with tempfile.TemporaryDirectory() as folder:
    key, server = signing_key(), rsa.generate_private_key(65537, 4096).public_key()
    chain = [certificate()]
    own = rate(lambda: packet.encrypt(packet.sign(GOLDEN, key, chain), server, "kid"))
    made = right(lambda memory, day, serial: taxid.make_taxid(memory, day * DAY_MS, serial))
    report.add(
        "the library, published tax numbers",
        f"{made} of {len(NUMBERS)} right",
        "all",
        made == len(NUMBERS),
    )
    report.add("the library, packets signed and encrypted", f"{own:,.0f} a second of one core")
    if fetch(folder):
        theirs = run_theirs(folder, key, server)
        tell(report, "moadian", "v1, no certificate", theirs["moadian"], own)
        tell(report, "moadian-full", "v2", theirs["moadian-full"], own)
    else:
        report.add("moadian, moadian-full", "cannot be had here")
report.finish()
