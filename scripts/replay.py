#!/usr/bin/env python3
"""Does the steps of a trace again in PyTorch, and says how far the tools were from it: docs/TRACE.md.

    python3 -m venv venv && venv/bin/pip install torch numpy safetensors
    wgan-step start.bin --data train.tensor --steps 4 --trace steps.trace -o end.bin
    venv/bin/python scripts/replay.py start.bin train.tensor steps.trace

From the tools it takes the checkpoint that the run began with, its layers with their shapes (wgan-init, in the folder
TOOLS of the environment or on PATH), the images, and what the steps drew; the networks, the objectives, their gradients,
the optimisers and the schedule are PyTorch's and this script's own.
"""

import argparse
import collections
import functools
import sys

import torch

import wgan_draws
from wgan_replay import File, Replay

# The largest relative errors, by the kind of number. Single precision rounds to 6e-8; a gradient sums many such numbers
# that cancel one another.
TOLERANCES = {"rate": 1e-12, "score": 1e-5, "gradient": 3e-5, "after": 1e-6}


def main():
    parser = argparse.ArgumentParser(description="Does the steps of a trace again in PyTorch and compares.")
    parser.add_argument("checkpoint", help="what the traced run began with")
    parser.add_argument("data", help="the images that it saw")
    parser.add_argument("trace")
    parser.add_argument("--from-start", action="store_true", help="run all steps from the checkpoint, rather than each "
                        "from where the trace says that the one before ended, and in single precision beside; what "
                        "they differ is shown, and judged only by a --tolerance that is given")
    parser.add_argument("--single", action="store_true", help="reckon in single precision, not in double")
    parser.add_argument("--tolerance", type=float, help="the largest relative error of anything (default: by its kind)")
    parser.add_argument("--all", action="store_true", help="a line for every tensor of every step")
    arguments = parser.parse_args()
    checkpoint, data, trace = (File(path) for path in (arguments.checkpoint, arguments.data, arguments.trace))
    begin = functools.partial(Replay, checkpoint, data, trace, arguments.from_start, bound=TOLERANCES["gradient"])
    replay = begin(torch.float32 if arguments.single else torch.float64)
    peer = begin(torch.float32) if arguments.from_start else None

    worst = collections.defaultdict(list)
    print(f"{'step':<15}{'wasserstein':>12}{'scores':>9}{'gradient':>9}{'state':>9}{'kinks':>7}  the worst")
    for step in replay.steps:
        expected = replay.step(step)
        errors = {name: difference(replay.traced(step, name), *right) for name, right in expected.items()}
        theirs = peer and {name: difference(wrong, *expected[name]) for name, (wrong, _) in peer.step(step).items()}
        columns = [max((error for name, error in errors.items() if kind(name) == column), default=0)
                   for column in ("score", "gradient", "after")]
        print(f"{step:<15}{replay.words(step)['wasserstein']:>12.9}", *(f"{column:8.1e}" for column in columns),
              f"{replay.kinks.count if replay.kinks else 0:6} {max(errors, key=errors.get)}", flush=True)
        for name, error in errors.items():
            worst[step.split(".")[0], name].append((error, theirs[name] if peer else 0, step))
            if arguments.all:
                print(f"    {error:8.1e}  {name}")

    print(f"\n{'worst':>8}{'   PyTorch' if peer else ''}  tensor, over all steps")
    failures = wgan_draws.flaws(replay)
    for (network, name), errors in worst.items():
        largest, _, step = max(errors)
        theirs = f"{max(error for _, error, _ in errors):10.1e}" if peer else ""
        print(f"{largest:8.1e}{theirs}  {network}: {name}")
        if not largest <= (arguments.tolerance or (float("inf") if peer else TOLERANCES[kind(name)])):
            failures.append(f"{step}: {name} is {largest:.1e} off")
    error, _, step = max(max(errors) for errors in worst.values())
    print(f"\n{len(replay.steps)} steps; the worst relative error is {error:.1e}, in {step}")
    for words in failures:
        print(f"FAILED {words}")
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
