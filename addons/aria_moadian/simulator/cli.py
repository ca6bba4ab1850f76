"""The simulator as a process of its own: ``./aria moadian-simulator``."""

import argparse
import pathlib
import signal
import sys
import threading

from .server import Simulator

ABOUT = """Runs a strict simulator of the tax organisation's server (API v2) on this machine.
Give its address to Odoo as the address of a fiscal memory. POST to /simulator/NAME moves the clock, turns
faults on, lets buyers react, gives the report; readme/SIMULATOR.md lists the names."""


def parser():
    result = argparse.ArgumentParser(
        prog="./aria moadian-simulator",
        description=ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    result.add_argument(
        "--port",
        type=int,
        default=8979,
        help="port on 127.0.0.1; 0 takes a free one (default 8979)",
    )
    result.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)"
    )
    result.add_argument(
        "--file", default=":memory:", help="SQLite file that keeps everything over a restart"
    )
    result.add_argument(
        "--memory",
        action="append",
        default=[],
        metavar="ID=NATIONAL_ID",
        help="enroll a fiscal memory, for example A11216=14003778990; may be given several times",
    )
    result.add_argument(
        "--credentials",
        metavar="FOLDER",
        help="write key and certificate of the memories to a folder",
    )
    result.add_argument(
        "--seed", type=int, default=0, help="seed of the faults' chance (default 0)"
    )
    result.add_argument(
        "--deadline-days", type=int, default=12, help="days an invoice may be sent in (default 12)"
    )
    result.add_argument(
        "--wait",
        type=float,
        default=0,
        metavar="SECONDS",
        help="time that processing takes at least (default 0)",
    )
    return result


def _enroll(simulator, texts, folder):
    for text in texts:
        memory, separator, national_id = text.partition("=")
        if not separator or len(memory) != 6:
            raise SystemExit(
                f"--memory {text}: give ID=NATIONAL_ID, for example A11216=14003778990."
            )
        credentials = simulator.enroll(memory, national_id)
        if folder:
            for name, data in zip(("key.pem", "crt.pem"), credentials, strict=True):
                path = pathlib.Path(folder) / f"{memory}.{name}"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch(mode=0o600)
                path.write_bytes(data)


def main(argv=None):
    """Run until SIGINT or SIGTERM."""
    options = parser().parse_args(argv)
    simulator = Simulator(
        options.port,
        options.host,
        options.file,
        options.seed,
        deadline_days=options.deadline_days,
        processing_ms=int(options.wait * 1000),
        background=True,
    )
    _enroll(simulator, options.memory, options.credentials)
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_args: done.set())
    with simulator:
        sys.stdout.write(f"{simulator.base_url}\n")
        sys.stdout.flush()
        done.wait()
