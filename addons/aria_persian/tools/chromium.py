"""PDF by a headless Chromium, which joins Persian letters and keeps half-spaces. Plain Python, no Odoo."""

import re
import resource
import shutil
import subprocess
import tempfile
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--headless",
    "--disable-gpu",
    "--disable-extensions",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--no-pdf-header-footer",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
# papers hold what customers have typed, too: no scripts, and nothing is fetched from anywhere
_POLICY = (
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\';'
    " style-src 'unsafe-inline'; img-src data:; font-src data:\">"
)
_HEAD = re.compile("<head[^>]*>")


class PrintError(Exception):
    """The browser made no PDF; the text says what it said."""


def find_browser() -> str | None:
    """Return the path of a Chromium on this machine."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


def _lift_memory_limit() -> None:
    # Chromium reserves more addresses than Odoo grants its workers; it does not use them
    _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


def print_pdf(browser: str, html: str, timeout: int = 60) -> bytes:
    """Return ``html``, a whole document with a head that needs nothing from outside, as PDF.

    :param timeout: seconds
    :raises PrintError: no PDF came out
    """
    with tempfile.TemporaryDirectory(prefix="aria_pdf_") as folder:
        page, target = Path(folder, "page.html"), Path(folder, "page.pdf")
        page.write_text(_HEAD.sub(rf"\g<0>{_POLICY}", html, count=1), encoding="utf-8")
        command = [browser, *ARGUMENTS, f"--user-data-dir={folder}/profile"]
        command += [f"--print-to-pdf={target}", page.as_uri()]
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                timeout=timeout,
                check=False,
                preexec_fn=_lift_memory_limit,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise PrintError(str(error)) from error
        if done.returncode or not target.exists():
            said = done.stderr.decode(errors="replace")[-500:]
            raise PrintError(f"exit code {done.returncode}; {said}")
        return target.read_bytes()
