#!/usr/bin/env bash
# Measures tfevents against its peers, prints tables, and writes benches/RESULTS.md.
#
#   benches/peers/run.sh           everything: 6 GB of disk, a quarter of an hour on two quiet cores
#   benches/peers/run.sh --quick   a tenth of the data, to see that it works; RESULTS.md is left alone
#   benches/peers/run.sh --servers   the data server beside TensorBoard's, and nothing else; writes benches/SERVER.md and
#                                    docs/server.svg
#   benches/peers/run.sh --only memory   one part of it; RESULTS.md is left alone
#   benches/peers/run.sh --tensorflow   TensorFlow, too: another 2 GB of disk to install it
#
# Wants Linux, Rust, and Python 3.11 or later that can make virtual environments; tboard is measured where
# there is a `protoc` to build it with.
set -euo pipefail
cd "$(dirname "$0")"

features=()
if command -v protoc >/dev/null; then features=(--features tboard); fi
cargo build --release "${features[@]}"
cargo build --release --locked --manifest-path ../../Cargo.toml --target-dir target -p tfevents-cli -p tfevents-server

venv=target/venv
if ! cmp -s requirements.txt "$venv/requirements.txt"; then
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --no-deps -r requirements.txt
    cp requirements.txt "$venv/requirements.txt"
fi
if [[ " $* " == *' --tensorflow '* && ! -x target/venv-tensorflow/bin/python ]]; then
    python3 -m venv target/venv-tensorflow
    target/venv-tensorflow/bin/pip install --quiet -r requirements-tensorflow.txt
fi
exec "$venv/bin/python" compare "$@"
