"""Asks a data server for the experiment again and again while its logdir grows, as pages do, and reads all scalars
meanwhile. Prints how long the answers took, as JSON.

Ends when a line on stdin says which step is the last one of the runs whose names begin with `long`, and the server has
it in all of their series.
"""

import argparse
import json
import sys
import threading
import time

import grpc
from tensorboard.data.proto import data_provider_pb2 as messages
from tensorboard.data.proto import data_provider_pb2_grpc

PATIENCE = 60

parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
parser.add_argument("port", type=int)
port = parser.parse_args().port
ended = threading.Event()


def stub():
    channel = grpc.insecure_channel(f"localhost:{port}", options=[("grpc.enable_http_proxy", 0)])
    return data_provider_pb2_grpc.TensorBoardDataProviderStub(channel)


def scalars(server, points):
    return server.ReadScalars(
        messages.ReadScalarsRequest(
            plugin_filter=messages.PluginFilter(plugin_name="scalars"),
            downsample=messages.Downsample(num_points=points),
        )
    )


def read():
    server = stub()
    while not ended.wait(0.5):
        scalars(server, 1000)


def ask(took):
    server = stub()
    server.GetExperiment(messages.GetExperimentRequest())
    while not ended.wait(0.01):
        start = time.perf_counter()
        server.GetExperiment(messages.GetExperimentRequest())
        took.append(time.perf_counter() - start)


def is_complete(server, last):
    runs = [run for run in scalars(server, 1).runs if run.run_name.startswith("long")]
    series = [tag.data.step for run in runs for tag in run.tags]
    return series and all(list(steps) == [last] for steps in series)


took = []
threads = [threading.Thread(target=read), threading.Thread(target=ask, args=[took])]
for thread in threads:
    thread.start()
last = int(sys.stdin.readline())
server, deadline = stub(), time.monotonic() + PATIENCE
while not (complete := is_complete(server, last)) and time.monotonic() < deadline:
    time.sleep(0.1)
ended.set()
for thread in threads:
    thread.join()
took.sort()
answers = {
    "complete": complete,
    "asked": len(took),
    "median": took[len(took) // 2],
    "slow": took[len(took) * 999 // 1000],
    "slowest": took[-1],
}
print(json.dumps(answers))
