"""Asks a registered model for a prediction: as MLflow loads it, and as MLflow serves it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import mlflow
import numpy
import onnxruntime

INPUT = numpy.array([[1, 2, 3], [0, -1, 0.5]], dtype=numpy.float32)
[expected] = onnxruntime.InferenceSession("net.onnx").run(None, {"x": INPUT})

logged = mlflow.MlflowClient().get_logged_model(MODEL)  # noqa: F821
assert [(m.key, m.value, m.step) for m in logged.metrics] == [("loss", 0.25, 7)], logged.metrics
model = mlflow.pyfunc.load_model("models:/net@champion")
assert model.predict({"x": INPUT})["y"].tolist() == expected.tolist()
assert model.input_example["x"].tolist() == [[1, 2, 3]], model.input_example

with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    port = probe.getsockname()[1]
command = ["models", "serve", "-m", "models:/net@champion", "--env-manager", "local", "--port", str(port)]
environment = {**os.environ, "PATH": os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"]}
with open("served.txt", "wb") as log:
    server = subprocess.Popen(
        [sys.executable, "-m", "mlflow", *command], env=environment, stdout=log, stderr=log, start_new_session=True
    )


def ask(body):
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/invocations", json.dumps(body).encode(), {"content-type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


try:
    deadline = time.monotonic() + 120
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/ping", timeout=5)
            break
        except OSError:
            assert server.poll() is None and time.monotonic() < deadline, open("served.txt").read()
            time.sleep(0.2)
    assert ask({"inputs": {"x": INPUT.tolist()}})["predictions"]["y"] == expected.tolist()
    try:
        ask({"inputs": {"z": INPUT.tolist()}})
        raise AssertionError("an unknown input was taken")
    except urllib.error.HTTPError as e:
        said = e.read().decode()
        assert e.code == 400 and "missing inputs ['x']" in said, said
finally:
    os.killpg(server.pid, signal.SIGKILL)
    server.wait()
