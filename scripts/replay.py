#!/usr/bin/env python3
"""Repeats the steps of a trace in PyTorch, and prints the errors of the tools. See docs/TRACE.md.

    python3 -m venv venv && venv/bin/pip install torch numpy safetensors
    wgan-step start.bin --data train.tensor --steps 4 --trace steps.trace -o end.bin
    venv/bin/python scripts/replay.py start.bin train.tensor steps.trace

The inputs from the tools are the initial checkpoint, its layers with their shapes (from wgan-init, in the folder TOOLS of
the environment or on the PATH), the images, and the random numbers of the steps. Networks, objectives, gradients,
optimizers and the schedule are those of PyTorch and of this script.
"""

import argparse
import collections
import functools
import sys

import torch

import wgan_draws
from wgan_replay import File, Replay

# The largest accepted relative errors by kind. Single precision rounds to 6e-8. A gradient is a sum of many such numbers
# that partly cancel.
TOLERANCES = {"rate": 1e-12, "score": 1e-5, "gradient": 3e-5, "after": 1e-6}


def main():
    parser = argparse.ArgumentParser(description="Repeats the steps of a trace in PyTorch and compares.")
    parser.add_argument("checkpoint", help="checkpoint from which the trace starts")
    parser.add_argument("data", help="training images of the trace")
    parser.add_argument("trace")
    parser.add_argument("--from-start", action="store_true", help="run all steps from the checkpoint, not each from the state in "
                        "the trace, and also in single precision; errors are only checked if --tolerance is given")
    parser.add_argument("--single", action="store_true", help="compute in single precision instead of double")
    parser.add_argument("--tolerance", type=float, help="largest accepted relative error (default: depends on the kind of number)")
    parser.add_argument("--all", action="store_true", help="print a line for each tensor of each step")
    arguments = parser.parse_args()
    checkpoint, data, trace = (File(path) for path in (arguments.checkpoint, arguments.data, arguments.trace))
    begin = functools.partial(Replay, checkpoint, data, trace, arguments.from_start, bound=TOLERANCES["gradient"])
    replay = begin(torch.float32 if arguments.single else torch.float64)
    peer = begin(torch.float32) if arguments.from_start else None

    worst = collections.defaultdict(list)
    print(f"{'step':<15}{'wasserstein':>12}{'scores':>9}{'gradient':>9}{'state':>9}{'kinks':>7}  largest error")
    for step in replay.steps:
        expected = replay.step(step)
        errors = {name: difference(replay.traced(step, name), *right) for name, right in expected.items()}
        theirs = peer and {name: difference(wrong, *expected[name]) for name, (wrong, _) in peer.step(step).items()}
        columns = [max((error for name, error in errors.items() if kind(name) == column), default=0)
                   for column in ("score", "gradient", "after")]
        print(f"{step:<15}{replay.metrics(step)['wasserstein']:>12.9}", *(f"{column:8.1e}" for column in columns),
              f"{replay.kinks.count if replay.kinks else 0:6} {max(errors, key=errors.get)}", flush=True)
        for name, error in errors.items():
            worst[step.split(".")[0], name].append((error, theirs[name] if peer else 0, step))
            if arguments.all:
                print(f"    {error:8.1e}  {name}")

    print(f"\n{'worst':>8}{'   PyTorch' if peer else ''}  tensor, over all steps")
    failures = wgan_draws.errors(replay)
    for (network, name), errors in worst.items():
        largest, _, step = max(errors)
        theirs = f"{max(error for _, error, _ in errors):10.1e}" if peer else ""
        print(f"{largest:8.1e}{theirs}  {network}: {name}")
        if not largest <= (arguments.tolerance or (float("inf") if peer else TOLERANCES[kind(name)])):
            failures.append(f"{step}: {name} has an error of {largest:.1e}")
    error, _, step = max(max(errors) for errors in worst.values())
    print(f"\n{len(replay.steps)} steps; the largest relative error is {error:.1e}, in {step}")
    for message in failures:
        print(f"FAILED {message}")
    sys.exit(1 if failures else 0)


def kind(name):
    return "score" if name in ("wasserstein", "penalty", "gradient_norm") else name.split(".")[0]


def difference(found, expected, scale):
    """max |found − expected| / scale, in double precision."""
    found, expected = (torch.as_tensor(numbers, dtype=torch.float64) for numbers in (found, expected))
    largest = (found - expected).abs().max().item()
    return 0.0 if largest == 0 else largest / scale if scale and largest == largest else float("inf")


if __name__ == "__main__":
    main()
