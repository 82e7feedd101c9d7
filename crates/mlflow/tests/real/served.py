"""Asks a registered model for a prediction: as MLflow loads it, and as MLflow serves it. Begins with `serving.py`."""

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

with served("net@champion") as ask:  # noqa: F821
    assert ask({"inputs": {"x": INPUT.tolist()}})["predictions"]["y"] == expected.tolist()
    try:
        ask({"inputs": {"z": INPUT.tolist()}})
        raise AssertionError("an unknown input was taken")
    except urllib.error.HTTPError as e:  # noqa: F821
        said = e.read().decode()
        assert e.code == 400 and "missing inputs ['x']" in said, said
