"""Computes precision-recall curves by TensorBoard's own code.

Reads a JSON list of {"labels", "predictions", "weights", "thresholds", "dtype"} from stdin, where weights
may be null and dtype is that of predictions and weights. Prints a JSON list of curves, each one six lists.
"""

import json
import sys
import types

import numpy
from tensorboard.compat.proto import summary_pb2
from tensorboard.util import tensor_util


def without_tensorflow():
    """TensorBoard's code imports TensorFlow, but only for these names, which TensorBoard has itself."""
    v1 = types.ModuleType("tensorflow.compat.v1")
    v1.Summary = summary_pb2.Summary
    v1.SummaryMetadata = summary_pb2.SummaryMetadata
    v1.float32 = numpy.float32
    v1.make_tensor_proto = tensor_util.make_tensor_proto
    compat = types.ModuleType("tensorflow.compat")
    compat.v1 = v1
    tensorflow = types.ModuleType("tensorflow")
    tensorflow.compat = compat
    for module in [tensorflow, compat, v1]:
        sys.modules[module.__name__] = module


def curve(data):
    from tensorboard.plugins.pr_curve import summary

    weights = data["weights"]
    value = summary.pb(
        "curve",
        labels=numpy.array(data["labels"], bool),
        predictions=numpy.array(data["predictions"], data["dtype"]),
        num_thresholds=data["thresholds"],
        weights=None if weights is None else numpy.array(weights, data["dtype"]),
    ).value[0]
    return tensor_util.make_ndarray(value.tensor).tolist()


def main():
    without_tensorflow()
    json.dump([curve(data) for data in json.load(sys.stdin)], sys.stdout)


if __name__ == "__main__":
    main()
