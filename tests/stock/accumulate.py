"""Reads a logdir with TensorBoard's own Python readers, and prints what they found as JSON.

Files are read record by record with every checksum verified, and directories by the
`EventAccumulator`, which many scripts use. Floats are printed as Python's `repr`, in strings, so
that NaN and the infinities survive; byte strings as base64.
"""

import argparse
import base64
import collections
import hashlib
import json
import os
import sys

from tensorboard.backend.event_processing import event_accumulator, io_wrapper
from tensorboard.compat import tf
from tensorboard.compat.proto import event_pb2, types_pb2
from tensorboard.util import tensor_util
from tensorboard.version import VERSION

KEEP_ALL = {
    event_accumulator.SCALARS: 0,
    event_accumulator.TENSORS: 0,
    event_accumulator.HISTOGRAMS: 0,
    event_accumulator.IMAGES: 0,
    event_accumulator.AUDIO: 0,
}


def read_file(path):
    """How many events the file holds, of which kinds, and what ended the reading early, if any."""
    kinds = collections.Counter()
    writer = None
    error = None
    try:
        reader = tf.pywrap_tensorflow.PyRecordReader_New(os.fsencode(path), 0, b"", None)
        while True:
            reader.GetNext()
            event = event_pb2.Event.FromString(reader.record())
            kinds[event.WhichOneof("what") or "empty"] += 1
            writer = writer or event.source_metadata.writer or None
    except tf.errors.OutOfRangeError:
        pass
    # A reader may fail in any way on a damaged file, and the report is about just that.
    except Exception as failure:
        error = describe(failure)
    return {"records": kinds.total(), "kinds": kinds, "source_writer": writer, "error": error}


def read_run(path):
    accumulator = event_accumulator.EventAccumulator(path, size_guidance=KEEP_ALL)
    error = None
    try:
        accumulator.Reload()
    except Exception as failure:
        error = describe(failure)
    tags = accumulator.Tags()

    def series(kind, events_of, read):
        return {tag: [at(event) | read(event) for event in events_of(tag)] for tag in tags[kind]}

    return {
        "error": error,
        "file_version": repr(accumulator.file_version),
        "metadata": {
            tag: read_metadata(metadata) for tag, metadata in accumulator.summary_metadata.items()
        },
        "scalars": series(event_accumulator.SCALARS, accumulator.Scalars, read_scalar),
        "tensors": series(event_accumulator.TENSORS, accumulator.Tensors, read_tensor),
        "histograms": series(event_accumulator.HISTOGRAMS, accumulator.Histograms, read_histogram),
        "images": series(event_accumulator.IMAGES, accumulator.Images, read_image),
        "audio": series(event_accumulator.AUDIO, accumulator.Audio, read_audio),
        "graph": read_message(accumulator.Graph) if tags["graph"] else None,
        "meta_graph": read_message(accumulator.MetaGraph) if tags["meta_graph"] else None,
        "run_metadata": {
            tag: read_message(accumulator.RunMetadata, tag) for tag in tags["run_metadata"]
        },
    }


def read_metadata(metadata):
    return {
        "plugin_name": metadata.plugin_data.plugin_name,
        "content": encode(metadata.plugin_data.content),
        "display_name": metadata.display_name,
        "description": metadata.summary_description,
        "data_class": metadata.data_class,
    }


def at(event):
    return {"wall_time": repr(event.wall_time), "step": event.step}


def read_scalar(event):
    return {"value": repr(event.value)}


def read_tensor(event):
    tensor = event.tensor_proto
    # A number without a name is kept as the number.
    names = types_pb2.DataType.DESCRIPTOR.values_by_number
    dtype = names[tensor.dtype].name if tensor.dtype in names else tensor.dtype
    described = {"dtype": dtype, "shape": [dim.size for dim in tensor.tensor_shape.dim]}
    try:
        values = tensor_util.make_ndarray(tensor).flatten().tolist()
    except Exception as failure:
        return described | {"error": describe(failure)}
    return described | {"values": [read_element(value) for value in values]}


def read_element(value):
    if isinstance(value, bytes):
        return encode(value)
    if isinstance(value, complex):
        return [repr(value.real), repr(value.imag)]
    return value if isinstance(value, int) else repr(value)


def read_histogram(event):
    histogram = event.histogram_value
    return {
        "min": repr(histogram.min),
        "max": repr(histogram.max),
        "num": repr(histogram.num),
        "sum": repr(histogram.sum),
        "sum_squares": repr(histogram.sum_squares),
        "bucket_limit": [repr(limit) for limit in histogram.bucket_limit],
        "bucket": [repr(count) for count in histogram.bucket],
    }


def read_image(event):
    return {"width": event.width, "height": event.height} | read_blob(event.encoded_image_string)


def read_audio(event):
    return {
        "content_type": event.content_type,
        "sample_rate": repr(event.sample_rate),
        "length_frames": event.length_frames,
    } | read_blob(event.encoded_audio_string)


def read_message(parse, *arguments):
    """The message as it comes out again after TensorBoard has parsed it."""
    try:
        return read_blob(parse(*arguments).SerializeToString(deterministic=True))
    except Exception as failure:
        return {"error": describe(failure)}


def read_blob(blob):
    return {"size": len(blob), "sha256": hashlib.sha256(blob).hexdigest()}


def encode(blob):
    return base64.b64encode(blob).decode("ascii")


def describe(failure):
    # TensorFlow's errors have their text in an attribute.
    return f"{type(failure).__name__}: {getattr(failure, 'message', None) or failure}"


def accumulate(logdir):
    files = {}
    runs = {}
    for directory in sorted(io_wrapper.GetLogdirSubdirectories(logdir)):
        runs[os.path.relpath(directory, logdir)] = read_run(directory)
        for name in sorted(filter(io_wrapper.IsTensorFlowEventsFile, os.listdir(directory))):
            path = os.path.join(directory, name)
            files[os.path.relpath(path, logdir)] = read_file(path)
    return {"version": VERSION, "files": files, "runs": runs}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("logdir", metavar="LOGDIR")
    parser.add_argument("-o", dest="output", metavar="FILE", help="write there, not to stdout")
    arguments = parser.parse_args()
    if not os.path.isdir(arguments.logdir):
        parser.error(f"not a directory: {arguments.logdir}")

    document = json.dumps(accumulate(arguments.logdir), indent=1, sort_keys=True) + "\n"
    if arguments.output:
        with open(arguments.output, "w", encoding="ascii") as file:
            file.write(document)
    else:
        sys.stdout.write(document)


if __name__ == "__main__":
    main()
