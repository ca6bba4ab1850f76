"""What the benchmarks of the tax connector share: the simulator as a process, its switches, its credentials."""

import base64
import pathlib
import re
import subprocess
import sys

import requests

MEMORY, SELLER = "A11216", "14003778990"
REFUSED_GOODS = "2710000138631"
SCRIPT = pathlib.Path(__file__).with_name("moadian_simulator.py")


def start_simulator(folder, *options):
    """Start the simulator as a process of its own; return it and its address."""
    command = [sys.executable, str(SCRIPT), "--port", "0", "--memory", f"{MEMORY}={SELLER}"]
    process = subprocess.Popen(
        [*command, "--credentials", folder, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    for line in process.stdout:
        found = re.search(r"http://\S+/requestsmanager", line)
        if found:
            return process, found.group(0)
    sys.exit("The simulator did not start.")


def ask(url, name, **values):
    """Return the answer of a switch of the simulator."""
    address = url.replace("/requestsmanager", f"/simulator/{name}")
    answer = requests.post(address, json=values, timeout=120)
    answer.raise_for_status()
    return answer.json()


def credentials(folder):
    """Return the values of a fiscal memory whose key the simulator wrote into a folder."""
    files = {
        field: base64.b64encode(pathlib.Path(folder, f"{MEMORY}.{name}").read_bytes())
        for field, name in (("private_key", "key.pem"), ("certificate", "crt.pem"))
    }
    return {"name": MEMORY, **files}
