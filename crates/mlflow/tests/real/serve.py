"""A server of MLflow for the tests, which is gone when they are, however they ended.

    python serve.py [--auth] [--s3] [-- OPTION...]

Keeps everything in a temporary directory: runs in SQLite, artifacts in files. The options after `--` go to
`mlflow server`. With `--auth` it wants a user's name and password (`admin`, `a password 123`). With `--s3` artifacts belong
into a bucket that the server does not pass them on to.

Prints one line of JSON when the server answers: its `uri`, the `directory` it works in, and in `client` the variables that
MLflow's own client needs. Then it takes commands from
standard input, a line each, and prints `done` after each: `stop` kills the server as a crash would, `start` starts it
again on the same data and port. At the end of the input, which comes even if the tests were killed, it kills the server
with all its children and removes the directory.
"""

import argparse
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

PATIENCE = 180  # seconds; it takes 20 to 60 to start
PASSWORD = "a password 123"
BUCKET = "artifacts"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Process:
    """A program in a process group of its own, which is ended as a whole."""

    def __init__(self, command, directory, env, answers):
        self.command, self.directory, self.env, self.answers = command, directory, env, answers
        self.child = None

    def start(self):
        log = self.directory / "log.txt"
        with log.open("ab") as output:
            self.child = subprocess.Popen(
                self.command,
                cwd=self.directory,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        deadline = time.monotonic() + PATIENCE
        tests = os.getppid()
        while not answered(self.answers):
            if os.getppid() != tests:
                sys.exit(1)
            if self.child.poll() is not None or time.monotonic() > deadline:
                said = log.read_text(errors="replace")[-4000:]
                sys.exit(f"{self.command[0]} does not answer:\n{said}")
            time.sleep(0.1)

    def stop(self):
        if self.child:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.child.pid, signal.SIGKILL)
            self.child.wait()
            self.child = None


def answered(uri):
    try:
        with urllib.request.urlopen(uri, timeout=5):
            return True
    except (urllib.error.URLError, OSError):
        return False


def object_store(directory, env, ending):
    """A stand-in for S3 with one bucket, for which the server has the keys. It forgets everything when it ends."""
    port = free_port()
    endpoint = f"http://127.0.0.1:{port}"
    keys = {
        "MLFLOW_S3_ENDPOINT_URL": endpoint,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    env |= keys
    command = [str(Path(sys.executable).with_name("moto_server")), "-H", "127.0.0.1", "-p", str(port)]
    store = Process(command, directory, env, f"{endpoint}/moto-api/")
    ending.callback(store.stop)
    store.start()
    urllib.request.urlopen(urllib.request.Request(f"{endpoint}/{BUCKET}", method="PUT")).close()
    return keys


def server(directory, env, auth, s3, options):
    port = free_port()
    uri = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    command += ["--backend-store-uri", f"sqlite:///{directory}/runs.db"]
    if s3:
        command += ["--no-serve-artifacts", "--default-artifact-root", f"s3://{BUCKET}/runs"]
    else:
        command += ["--artifacts-destination", str(directory / "artifacts")]
    if auth:
        accounts = directory / "accounts.ini"
        accounts.write_text(
            "[mlflow]\ndefault_permission = READ\nadmin_username = admin\n"
            f"database_uri = sqlite:///{directory}/accounts.db\n"
            "authorization_function = mlflow.server.auth:authenticate_request_basic_auth\n"
        )
        env |= {
            "MLFLOW_AUTH_CONFIG_PATH": str(accounts),
            "MLFLOW_AUTH_ADMIN_PASSWORD": PASSWORD,
            "MLFLOW_FLASK_SERVER_SECRET_KEY": "for tests",
        }
        command += ["--app-name", "basic-auth"]
    return uri, Process(command + options, directory, env, f"{uri}/health")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--auth", action="store_true")
    parser.add_argument("--s3", action="store_true")
    parser.add_argument("options", nargs="*")
    args = parser.parse_args()
    # ^C goes to everything in the foreground; the tests end then, and that ends the input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Settings of whoever runs the tests are none of the server's.
    env = {name: value for name, value in os.environ.items() if not name.startswith(("MLFLOW_", "AWS_"))}
    # Background jobs, which nothing here wants, take several processes.
    env |= {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", "MLFLOW_DISABLE_TELEMETRY": "true"}
    env |= {"PYTHONDONTWRITEBYTECODE": "1"}
    with tempfile.TemporaryDirectory(prefix="tfevents-mlflow-") as name, contextlib.ExitStack() as ending:
        directory = Path(name)
        client = object_store(directory, env, ending) if args.s3 else {}
        if args.auth:
            client |= {"MLFLOW_TRACKING_USERNAME": "admin", "MLFLOW_TRACKING_PASSWORD": PASSWORD}
        uri, process = server(directory, env, args.auth, args.s3, args.options)
        ending.callback(process.stop)
        process.start()
        print(json.dumps({"uri": uri, "directory": name, "client": client}), flush=True)
        for line in sys.stdin:
            {"stop": process.stop, "start": process.start}[line.strip()]()
            print("done", flush=True)


if __name__ == "__main__":
    main()
