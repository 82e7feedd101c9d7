# shellcheck shell=bash
# What .ci/run and .ci/full are made of.
set -euo pipefail

# Each step builds other things: what helps the second build of the same would only fill the disk.
export CARGO_INCREMENTAL=0

skipped=()
current=
trap '[[ $? -eq 0 || -z $current ]] || echo "== failed: $current" >&2' EXIT

# Runs the command after the first argument, which is its name.
step() {
    current=$1
    shift
    printf '\n== %s\n' "$current"
    local start=$SECONDS
    "$@"
    printf -- '-- %s: %d s, %s free\n' "$current" $((SECONDS - start)) "$(df -h --output=avail . | tail -n 1 | tr -d ' ')"
}

# Notes that a step cannot run here: why, and what would help.
skip() {
    echo "skipped: $1" >&2
    skipped+=("$current: $1")
}

# Runs the command after the first argument, unless the toolchain came without that component.
needing() {
    local component=$1 program=$1
    if [[ $component == clippy ]]; then program=clippy-driver; fi
    shift
    if "$program" --version >/dev/null 2>&1; then
        "$@"
    else
        skip "this toolchain has no $component (rustup component add $component)"
    fi
}

# Installs a package of Debian where that is possible.
install() {
    if [[ $(id -u) -ne 0 ]] || ! command -v apt-get >/dev/null; then return 1; fi
    apt-get install -y --no-install-recommends "$@" || {
        apt-get update && apt-get install -y --no-install-recommends "$@"
    }
}

# Runs the command after the first argument, unless there is no standard library for that target.
for_target() {
    local target=$1
    shift
    if [[ ! -d $(rustc --print target-libdir --target "$target") ]]; then
        rustup target add "$target" >/dev/null 2>&1 || true
    fi
    if [[ -d $(rustc --print target-libdir --target "$target") ]]; then
        "$@" --target "$target" --target-dir target/cross
    else
        skip "this toolchain has nothing for $target (rustup target add $target)"
    fi
}

# The features of a package.
features_of() {
    cargo metadata --locked --no-deps --format-version 1 | python3 -c '
import json, sys
packages = json.load(sys.stdin)["packages"]
print(*next(package for package in packages if package["name"] == sys.argv[1])["features"])' "$1"
}

summary() {
    if ((${#skipped[@]})); then
        printf '\nAll steps passed that were not skipped. Skipped:\n'
        printf '  %s\n' "${skipped[@]}"
    else
        printf '\nAll steps passed.\n'
    fi
}
