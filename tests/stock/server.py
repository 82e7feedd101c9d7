"""Runs stock TensorBoard on a logdir, and knows when it has read everything."""

import ctypes
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading

START_TIMEOUT = 300
STOP_TIMEOUT = 10

# Every dashboard would otherwise show a sample of the points only. Zero is documented as "all", but
# the dashboards then ask for zero points, so the limit has to be a large number.
SAMPLED_PLUGINS = (
    "scalars",
    "images",
    "audio",
    "histograms",
    "text",
    "pr_curves",
    "mesh",
    "hparams",
    "custom_scalars",
    "graphs",
    "graph_run_metadata",
    "graph_run_metadata_graph",
    "graph_keras_model",
    "graph_tagged_run_metadata",
)
DEFAULT_SAMPLES = 1_000_000

LOAD_FAST = {"fast": "true", "slow": "false"}

SERVING = re.compile(r"^TensorBoard \S+ at (http://\S+)")
LOADED = re.compile(r"Finished load cycle|TensorBoard done reloading")
LOAD_FAILED = re.compile(r"Exception in thread Reloader|panicked at|memory allocation of")

# What a healthy TensorBoard says, at the verbosity used here.
ROUTINE = re.compile(
    r"I\d{4} |\[\S+ (INFO|DEBUG)|TensorBoard \S+ at |TensorBoard caught SIGTERM"
    r"|TensorFlow installation not found"
)


class Failure(Exception):
    """TensorBoard did not get as far as serving the logdir."""


class TensorBoard:
    """A TensorBoard on a free loopback port, as a context manager.

    On entry it has read the whole logdir once and will not read it again: with a reload interval of
    0 both loaders make one pass, and at INFO verbosity both say on stderr when it is over. So the
    answers are complete and do not change between two requests. On exit TensorBoard and its data
    server are gone.

    `url` ends in a slash. `load_failed` tells that the loader gave up: what it read before is still
    served.
    """

    def __init__(self, logdir, mode, samples=DEFAULT_SAMPLES):
        self.url = None
        self.load_failed = False
        self._lines = []
        self._loaded = False
        self._ended = False
        self._changed = threading.Condition()
        self._command = [
            sys.executable,
            "-m",
            "tensorboard.main",
            f"--logdir={os.path.abspath(logdir)}",
            f"--load_fast={LOAD_FAST[mode]}",
            f"--samples_per_plugin={','.join(f'{name}={samples}' for name in SAMPLED_PLUGINS)}",
            "--reload_interval=0",
            "--host=127.0.0.1",
            "--port=0",
            "--verbosity=0",
        ]

    def __enter__(self):
        # A terminated script must stop its TensorBoard, too.
        signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
        self._temporary = tempfile.TemporaryDirectory(prefix="stock-tensorboard-")
        try:
            self._start()
        except BaseException:
            self._temporary.cleanup()
            raise
        try:
            self._wait_until_loaded()
        except BaseException as exception:
            self.__exit__(None, exception, None)
            raise
        return self

    def __exit__(self, _, exception, __):
        self._stop()
        if isinstance(exception, Exception):
            exception.add_note("TensorBoard's stderr ends:\n" + "\n".join(self._lines[-200:]))

    def unusual_lines(self):
        """What TensorBoard said on stderr beyond its routine: warnings, errors, tracebacks.

        Complete after the exit from the context only.
        """
        return [line for line in self._lines if line and not ROUTINE.match(line)]

    def _start(self):
        # TensorBoard talks to its data server over gRPC, which a proxy setting would divert.
        environment = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
        environment["TMPDIR"] = self._temporary.name
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            env=environment,
            start_new_session=True,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self):
        for line in self._process.stderr:
            line = line.rstrip("\n")
            with self._changed:
                self._lines.append(line)
                if serving := SERVING.match(line):
                    self.url = serving[1]
                if LOADED.search(line):
                    self._loaded = True
                if LOAD_FAILED.search(line):
                    self.load_failed = True
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _wait_until_loaded(self):
        def settled():
            return self._ended or (self.url and (self._loaded or self.load_failed))

        with self._changed:
            if not self._changed.wait_for(settled, START_TIMEOUT):
                missing = "read the logdir" if self.url else "served anything"
                raise Failure(
                    f"TensorBoard has not {missing} after {START_TIMEOUT} s: {self._command}"
                )
            if self._ended:
                raise Failure(f"TensorBoard ended before it served the logdir: {self._command}")

    def _stop(self):
        self._process.terminate()
        try:
            self._process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self._process.kill()
        # The data server goes when TensorBoard has gone. It holds the other end of this pipe, too,
        # so the end of the pipe shows that both are gone.
        self._listener.join(STOP_TIMEOUT)
        if self._listener.is_alive():
            os.killpg(self._process.pid, signal.SIGKILL)
            self._listener.join()
        self._process.wait()
        self._process.stderr.close()
        self._temporary.cleanup()


def _die_with_parent():
    """Asks Linux for a SIGTERM when the parent is gone, even if it was killed outright."""
    set_parent_death_signal = 1
    ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)
