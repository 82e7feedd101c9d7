"""Asks stock TensorBoard what it shows of a logdir, and prints the answers as one JSON document."""

import argparse
import json
import os
import sys

import dashboards
import server

# The dashboards that list their series on a route of that name.
TAGGED = ("scalars", "histograms", "distributions", "images", "audio", "text", "pr_curves", "mesh")


def ask(logdir, mode, samples, with_bytes):
    with server.TensorBoard(logdir, mode, samples) as tensorboard:
        client = dashboards.Client(tensorboard.url, with_bytes)
        attempt = dashboards.attempt
        answers = {
            "mode": mode,
            "version": client.json("environment")["version"],
            "load_failed": tensorboard.load_failed,
            "runs": attempt(client.json, "runs"),
            "plugins_listing": attempt(dashboards.plugins_listing, client),
            "tags": {plugin: attempt(client.json, f"plugin/{plugin}/tags") for plugin in TAGGED},
        }
        for name, dashboard in dashboards.ALL.items():
            answers[name] = attempt(dashboard, client)
    answers["warnings"] = tensorboard.unusual_lines()
    return answers


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("logdir", metavar="LOGDIR")
    parser.add_argument("--mode", choices=sorted(server.LOAD_FAST), required=True)
    parser.add_argument(
        "--samples",
        type=int,
        default=server.DEFAULT_SAMPLES,
        metavar="N",
        help="points to keep of each series (default: %(default)s)",
    )
    parser.add_argument(
        "--bytes",
        action="store_true",
        help="include images, audio and tensors themselves, as base64",
    )
    parser.add_argument("-o", dest="output", metavar="FILE", help="write there, not to stdout")
    arguments = parser.parse_args()
    if not os.path.isdir(arguments.logdir):
        parser.error(f"not a directory: {arguments.logdir}")

    try:
        answers = ask(arguments.logdir, arguments.mode, arguments.samples, arguments.bytes)
    except server.Failure as failure:
        sys.exit("\n".join([str(failure), *failure.__notes__]))
    document = json.dumps(answers, indent=1, sort_keys=True, allow_nan=False) + "\n"
    if arguments.output:
        with open(arguments.output, "w", encoding="ascii") as file:
            file.write(document)
    else:
        sys.stdout.write(document)


if __name__ == "__main__":
    main()
