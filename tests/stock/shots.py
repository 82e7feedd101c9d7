"""Takes a picture of every dashboard that stock TensorBoard shows of a logdir, for a look by eye.

Needs Chromium (on Debian: apt-get install chromium).
"""

import argparse
import os
import subprocess
import tempfile

import dashboards
import server

CHROMIUM = "chromium"

# The page is given this much of its own time to load its data and draw it, in milliseconds.
PAGE_TIME = 15000
SHOT_TIMEOUT = 120


def shoot(url, picture):
    with tempfile.TemporaryDirectory(prefix="stock-chromium-") as profile:
        subprocess.run(
            [
                CHROMIUM,
                "--headless",
                "--no-sandbox",
                "--no-proxy-server",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                f"--user-data-dir={profile}",
                f"--virtual-time-budget={PAGE_TIME}",
                "--window-size=1500,1100",
                f"--screenshot={picture}",
                url,
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=SHOT_TIMEOUT,
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("logdir", metavar="LOGDIR")
    parser.add_argument("outdir", metavar="OUTDIR", help="for DASHBOARD.png, made where missing")
    parser.add_argument("--mode", choices=sorted(server.LOAD_FAST), default="fast")
    arguments = parser.parse_args()
    if not os.path.isdir(arguments.logdir):
        parser.error(f"not a directory: {arguments.logdir}")

    os.makedirs(arguments.outdir, exist_ok=True)
    with server.TensorBoard(arguments.logdir, arguments.mode) as tensorboard:
        enabled = dashboards.plugins_listing(dashboards.Client(tensorboard.url))
        for name in sorted(name for name, shown in enabled.items() if shown):
            picture = os.path.abspath(os.path.join(arguments.outdir, f"{name}.png"))
            shoot(f"{tensorboard.url}#{name}", picture)
            print(picture)


if __name__ == "__main__":
    main()
