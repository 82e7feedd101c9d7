"""Asks a TensorBoard for what its dashboards show, one function a dashboard."""

import array
import base64
import concurrent.futures
import hashlib
import io
import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import PIL.Image

REQUEST_TIMEOUT = 120
ACTIVATION_TIMEOUT = 30

# With the fast loader a request for a blob or a tensor takes 40 ms of waiting, however small it is.
REQUESTS_AT_ONCE = 8

MESH_PARTS = {1: ("VERTEX", "f"), 2: ("FACE", "i"), 3: ("COLOR", "B")}

SESSION_STATUSES = ["STATUS_UNKNOWN", "STATUS_SUCCESS", "STATUS_FAILURE", "STATUS_RUNNING"]


class Refused(Exception):
    """TensorBoard answered with an HTTP error."""

    def __init__(self, status, body):
        super().__init__(f"HTTP {status}: {body}")
        self.status = status
        self.body = body


def attempt(function, *arguments):
    """What `function` returns; or, if TensorBoard refuses, the refusal in its place."""
    try:
        return function(*arguments)
    except Refused as refusal:
        return {"error": refusal.status, "body": refusal.body}


def parallel(function, items):
    """`function(item)` for all items, a few at a time, in their order."""
    with concurrent.futures.ThreadPoolExecutor(REQUESTS_AT_ONCE) as pool:
        return list(pool.map(function, items))


class Client:
    """Speaks HTTP with one TensorBoard. `with_bytes` keeps the bytes of blobs in the answers."""

    def __init__(self, url, with_bytes=False):
        self._url = url
        self._with_bytes = with_bytes
        # An empty handler keeps the requests away from any proxy of the environment.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def get(self, path, query=None):
        """The body and its content type. `query` is a dictionary or an encoded query string."""
        url = self._url + "data/" + path
        if query:
            url += "?" + (query if isinstance(query, str) else urllib.parse.urlencode(query))
        try:
            with self._opener.open(url, timeout=REQUEST_TIMEOUT) as response:
                return response.read(), response.headers.get_content_type()
        except urllib.error.HTTPError as error:
            raise Refused(error.code, error.read().decode("utf-8", "replace")) from error

    def text(self, path, query=None):
        return self.get(path, query)[0].decode("utf-8")

    def json(self, path, query=None):
        # TensorBoard sends non-finite numbers as strings nearly everywhere; this covers the rest.
        return json.loads(self.text(path, query), parse_constant=str)

    def blob(self, path, query):
        """A blob as (its description for the report, its bytes)."""
        body, content_type = self.get(path, query)
        described = {
            "sha256": hashlib.sha256(body).hexdigest(),
            "size": len(body),
            "content_type": content_type,
        }
        if self._with_bytes:
            described["base64"] = base64.b64encode(body).decode("ascii")
        return described, body

    def each_series(self, plugin, read):
        """`read(run, tag, info)` for every series the plugin lists, as {run: {tag: answer}}."""
        listed = self.json(f"plugin/{plugin}/tags")
        series = [(run, tag, info) for run, tags in listed.items() for tag, info in _items(tags)]
        answers = parallel(lambda one: attempt(read, *one), series)
        by_run = {run: {} for run in listed}
        for (run, tag, _), answer in zip(series, answers, strict=True):
            by_run[run][tag] = answer
        return by_run


def _items(tags):
    """The text dashboard lists bare tags, the others map a tag to what is known of it."""
    return tags.items() if isinstance(tags, dict) else ((tag, {}) for tag in tags)


def plugins_listing(client):
    """Which dashboards have a tab: {plugin: enabled}."""

    def listing():
        answer = client.json("plugins_listing")
        return {plugin: about["enabled"] for plugin, about in answer.items()}

    # The projector looks for its data in a background thread which the first listing starts, so its
    # tab comes late. Whether it will come is known before: this request makes the same search.
    found = attempt(client.json, "plugin/projector/runs")
    projects = isinstance(found, list) and found != []
    enabled = listing()
    deadline = time.monotonic() + ACTIVATION_TIMEOUT
    while projects and not enabled["projector"] and time.monotonic() < deadline:
        time.sleep(0.05)
        enabled = listing()
    return enabled


def scalars(client):
    def read(run, tag, info):
        return info | {"points": client.json("plugin/scalars/scalars", {"run": run, "tag": tag})}

    return client.each_series("scalars", read)


def histograms(client):
    def read(run, tag, _):
        return client.json("plugin/histograms/histograms", {"run": run, "tag": tag})

    return client.each_series("histograms", read)


def distributions(client):
    def read(run, tag, _):
        return client.json("plugin/distributions/distributions", {"run": run, "tag": tag})

    return client.each_series("distributions", read)


def text(client):
    def read(run, tag, _):
        points = client.json("plugin/text/text", {"run": run, "tag": tag})
        return [
            {"step": point["step"], "wall_time": point["wall_time"], "string": point["text"]}
            for point in points
        ]

    return client.each_series("text", read)


def pr_curves(client):
    def read(run, tag, info):
        answer = client.json("plugin/pr_curves/pr_curves", {"run": run, "tag": tag})
        return info | {"points": answer[run]}

    return client.each_series("pr_curves", read)


def images(client):
    def describe(point):
        described, body = client.blob("plugin/images/individualImage", point["query"])
        width, height = _image_size(body)
        return described | {"width": width, "height": height}

    return _blob_series(client, "images", "images", describe)


def audio(client):
    def describe(point):
        described, _ = client.blob("plugin/audio/individualAudio", point["query"])
        return described

    return _blob_series(client, "audio", "audio", describe)


def _blob_series(client, plugin, route, describe):
    def read_sample(run, tag, sample):
        def point(listed):
            at = {"sample": sample, "step": listed["step"], "wall_time": listed["wall_time"]}
            return at | attempt(describe, listed)

        query = {"run": run, "tag": tag, "sample": sample}
        return parallel(point, client.json(f"plugin/{plugin}/{route}", query))

    def read(run, tag, info):
        points = []
        for sample in range(info["samples"]):
            answer = attempt(read_sample, run, tag, sample)
            # One sample may be refused where the others are served.
            points += answer if isinstance(answer, list) else [{"sample": sample} | answer]
        return info | {"points": points}

    return client.each_series(plugin, read)


def _image_size(body):
    try:
        with PIL.Image.open(io.BytesIO(body)) as image:
            # Opening reads no further than the head.
            image.load()
            return image.size
    except (OSError, SyntaxError, ValueError, PIL.Image.DecompressionBombError):
        return None, None


def mesh(client):
    def read_part(run, tag, point, sample):
        part, typecode = MESH_PARTS.get(point["content_type"], ("UNDEFINED", "B"))
        query = {
            "run": run,
            "tag": tag,
            "step": point["step"],
            "sample": sample,
            "content_type": part,
        }
        return _numbers(client.get("plugin/mesh/data", query)[0], typecode)

    def read(run, tag, info):
        points = client.json("plugin/mesh/meshes", {"run": run, "tag": tag})
        # The parts of a step come in the order of a hash table.
        points.sort(key=lambda point: (point["step"], point["content_type"]))
        return info | {
            "points": [
                point
                | {
                    "content_type": MESH_PARTS.get(point["content_type"], ("UNDEFINED",))[0],
                    "data": [
                        attempt(read_part, run, tag, point, sample)
                        for sample in range(info["samples"])
                    ],
                }
                for point in points
            ]
        }

    return client.each_series("mesh", read)


def _numbers(body, typecode):
    """A little-endian array as a list, with non-finite numbers spelled as in TensorBoard's JSON."""
    numbers = array.array(typecode, body)
    if sys.byteorder == "big":
        numbers.byteswap()
    infinity = float("inf")
    return [
        "NaN" if x != x else "Infinity" if x == infinity else "-Infinity" if x == -infinity else x
        for x in numbers
    ]


def graphs(client):
    def read(run, info):
        def graph(**query):
            return attempt(client.text, "plugin/graphs/graph", {"run": run} | query)

        def tags_with(kind):
            return [tag for tag, about in info["tags"].items() if about[kind]]

        return {
            "info": info,
            "run_graph": graph() if info["run_graph"] else None,
            "conceptual_graphs": {
                tag: graph(tag=tag, conceptual="true") for tag in tags_with("conceptual_graph")
            },
            "op_graphs": {tag: graph(tag=tag) for tag in tags_with("op_graph")},
            "run_metadata": {
                tag: attempt(client.text, "plugin/graphs/run_metadata", {"run": run, "tag": tag})
                for tag in tags_with("profile")
            },
        }

    return {run: read(run, info) for run, info in client.json("plugin/graphs/info").items()}


def hparams(client):
    # Without statuses no group is allowed, and without a slice size none is returned.
    groups = {
        "experimentName": "",
        "allowedStatuses": SESSION_STATUSES,
        "colParams": [],
        "startIndex": 0,
        "sliceSize": 1_000_000,
    }

    def ask(route, request):
        return client.json(f"plugin/hparams/{route}", {"request": json.dumps(request)})

    return {
        "experiment": attempt(ask, "experiment", {"experimentName": ""}),
        "session_groups": attempt(ask, "session_groups", groups),
    }


def custom_scalars(client):
    return client.json("plugin/custom_scalars/layout")


def charts(client):
    """What each expression of the layout matches in each run."""
    layout = client.json("plugin/custom_scalars/layout")
    expressions = {
        expression
        for category in layout.get("category", [])
        for chart in category["chart"]
        for expression in chart.get("multiline", {}).get("tag", [])
    }

    def matches(expression, run):
        query = {"run": run, "tag": expression}
        answer = client.json("plugin/custom_scalars/scalars", query)
        return sorted(answer["tag_to_events"]) if answer["regex_valid"] else None

    runs = client.json("runs")
    return {
        expression: {run: matches(expression, run) for run in runs}
        for expression in sorted(expressions)
    }


def projector(client):
    def ask(function, route, run, embedding):
        query = {"run": run, "name": embedding.get("tensorName", "")}
        return attempt(function, f"plugin/projector/{route}", query)

    def blob(path, query):
        return client.blob(path, query)[0]

    def as_json(path, query):
        # The file as it is, whatever is in it.
        text = client.text(path, query)
        try:
            return json.loads(text)
        except ValueError:
            return text

    def tensor(run, embedding):
        described = ask(blob, "tensor", run, embedding)
        shape = embedding.get("tensorShape", [])
        if "size" in described and len(shape) == 2 and shape[1] > 0:
            # The answer is bare float32 values; only the configuration tells the width of a row.
            described["rows"] = described["size"] // (4 * shape[1])
        return described

    def read_embedding(run, embedding):
        answer = {"info": embedding, "tensor": tensor(run, embedding)}
        if "metadataPath" in embedding:
            answer["metadata"] = ask(client.text, "metadata", run, embedding)
        if "imagePath" in embedding.get("sprite", {}):
            answer["sprite"] = ask(blob, "sprite_image", run, embedding)
        if "bookmarksPath" in embedding:
            answer["bookmarks"] = ask(as_json, "bookmarks", run, embedding)
        return answer

    def read(run):
        info = client.json("plugin/projector/info", {"run": run})
        return {
            "info": info,
            "embeddings": {
                embedding.get("tensorName", ""): read_embedding(run, embedding)
                for embedding in info["embeddings"]
            },
        }

    return {run: attempt(read, run) for run in client.json("plugin/projector/runs")}


def timeseries(client):
    return client.json("plugin/timeseries/tags")


ALL = {
    "scalars": scalars,
    "histograms": histograms,
    "distributions": distributions,
    "images": images,
    "audio": audio,
    "text": text,
    "graphs": graphs,
    "pr_curves": pr_curves,
    "mesh": mesh,
    "hparams": hparams,
    "custom_scalars": custom_scalars,
    "charts": charts,
    "projector": projector,
    "timeseries": timeseries,
}
