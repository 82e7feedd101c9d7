"""Measures one thing of one Python library in a process of its own; prints a `name value` a line.

What importing the library takes is not counted.
"""

import os
import sys
import time

TAGS = 50
SIDE = 512


def throughput(logdir, events):
    from tensorboardX import SummaryWriter

    tags = [f"train/metric_{i:02}" for i in range(TAGS)]
    start = time.perf_counter()
    writer = SummaryWriter(logdir)
    for i in range(events):
        writer.add_scalar(tags[i % TAGS], float(i), i // TAGS)
    writer.close()
    report(seconds=time.perf_counter() - start)


def tf_throughput(writer, logdir, events):
    import tensorflow as tf

    tags = [f"train/metric_{i:02}" for i in range(TAGS)]
    start = time.perf_counter()
    if writer == "EventsWriter":
        from tensorflow.core.util import event_pb2
        from tensorflow.python.client import _pywrap_events_writer

        file = _pywrap_events_writer.EventsWriter(os.path.join(logdir, "events"))
        event = event_pb2.Event()
        value = event.summary.value.add()
        for i in range(events):
            event.wall_time = time.time()
            event.step = i // TAGS
            value.tag = tags[i % TAGS]
            value.simple_value = float(i)
            file.WriteEvent(event)
        file.Close()
    else:
        with tf.summary.create_file_writer(logdir).as_default():
            for i in range(events):
                tf.summary.scalar(tags[i % TAGS], float(i), step=i // TAGS)
    report(seconds=time.perf_counter() - start)


def tf_histogram(logdir, samples, calls):
    import numpy
    import tensorflow as tf

    values = tf.constant(numpy.fromfile(samples, dtype="<f4"))
    with tf.summary.create_file_writer(logdir).as_default():
        per_call(calls, lambda step: tf.summary.histogram("weights", values, step=step))


def stall(logdir, events):
    from tensorboardX import SummaryWriter

    tags = [f"train/metric_{i:02}" for i in range(TAGS)]
    writer = SummaryWriter(logdir)
    calls = []
    for i in range(events):
        start = time.perf_counter()
        writer.add_scalar(tags[i % TAGS], float(i), i // TAGS)
        calls.append(time.perf_counter() - start)
    writer.close()
    report(worst=max(calls))


def histogram(logdir, samples, calls):
    import numpy
    from tensorboardX import SummaryWriter

    values = numpy.fromfile(samples, dtype="<f4")
    with SummaryWriter(logdir) as writer:
        per_call(calls, lambda step: writer.add_histogram("weights", values, step))


def image(logdir, pixels, calls):
    import numpy
    from tensorboardX import SummaryWriter

    values = numpy.fromfile(pixels, dtype="u1").reshape(SIDE, SIDE, 3)
    with SummaryWriter(logdir) as writer:
        per_call(calls, lambda step: writer.add_image("sample", values, step, dataformats="HWC"))
    (entry,) = os.scandir(logdir)
    report(bytes=entry.stat().st_size / (calls + 1))


def accumulator(logdir):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    start = time.perf_counter()
    events = EventAccumulator(logdir, size_guidance={"scalars": 0, "tensors": 0})
    events.Reload()
    tags = events.Tags()
    points = sum(len(events.Scalars(tag)) for tag in tags["scalars"])
    points += sum(len(events.Tensors(tag)) for tag in tags["tensors"])
    report(seconds=time.perf_counter() - start, points=points)


def frames(logdir):
    from tbparse import SummaryReader

    start = time.perf_counter()
    reader = SummaryReader(logdir)
    points = len(reader.scalars) + len(reader.tensors)
    report(seconds=time.perf_counter() - start, points=points)


def per_call(calls, call):
    """Seconds a call, after one that warms up. What waits in a queue afterwards is not counted."""
    call(0)
    start = time.perf_counter()
    for step in range(1, calls + 1):
        call(step)
    report(seconds=(time.perf_counter() - start) / calls)


def report(**values):
    for name, value in values.items():
        print(name, value)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["write", logdir, events]:
            throughput(logdir, int(events))
        case ["write-tensorflow", writer, logdir, events]:
            tf_throughput(writer, logdir, int(events))
        case ["histogram-tensorflow", logdir, samples, calls]:
            tf_histogram(logdir, samples, int(calls))
        case ["stall", logdir, events]:
            stall(logdir, int(events))
        case ["histogram", logdir, samples, calls]:
            histogram(logdir, samples, int(calls))
        case ["image", logdir, pixels, calls]:
            image(logdir, pixels, int(calls))
        case ["read", "EventAccumulator", logdir]:
            accumulator(logdir)
        case ["read", "tbparse", logdir]:
            frames(logdir)
        case _:
            sys.exit("no such measurement; see python_peers.py")
