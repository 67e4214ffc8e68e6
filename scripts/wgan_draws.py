"""Checks the random numbers in a trace."""

import collections

import numpy as np

# The tolerance of a mean in standard deviations. Correct random numbers exceed it with probability 2e-9.
BOUND = 6


def errors(replay):
    """Messages about random numbers of a replay's steps that are wrong."""
    found, seen = [], set()

    def check(condition, step, message):
        if not condition:
            found.append(f"{step}: {message}")

    shown = collections.defaultdict(dict)
    for step in replay.steps:
        for name in sorted(replay.trace.names):
            if not name.startswith(step + "."):
                continue
            kind = name.removeprefix(step + ".").split(".")[0]
            if kind not in ("indices", "latents", "alpha", "mask"):
                continue
            numbers = replay.trace.numpy(name)
            if kind == "indices":
                epoch, batch = replay.positions[step]
                check(replay.metrics(step)["epoch"] == str(epoch + 1), step, f"the epoch is not {epoch + 1}")
                check(((0 <= numbers) & (numbers < len(replay.images))).all(), step, "an index is out of range")
                before = shown[epoch].setdefault(batch, numbers)
                check((before == numbers).all(), step, "the reused batch differs")
                continue
            check(numbers.tobytes() not in seen, step, f"{name} has the same numbers as an earlier tensor")
            seen.add(numbers.tobytes())
            if kind == "mask":
                dropped = replay.networks[name.split(".")[3]].dropouts()[int(name.split(".")[4])].p
                check(np.isin(numbers, (0, 1)).all(), step, f"{name} contains other numbers than 0 and 1")
                check(is_near(numbers.mean(), 1 - dropped, dropped * (1 - dropped), numbers.size), step,
                      f"{name} keeps {numbers.mean():.4f} of the values")
            elif kind == "alpha" and replay.config["interpolation"] == "uniform":
                check(((0 <= numbers) & (numbers < 1)).all(), step, "alpha is not in [0, 1)")
                check(is_near(numbers.mean(), 1 / 2, 1 / 12, numbers.size), step, "alpha is not uniform")
            else:
                check(is_near(numbers.mean(), 0, 1, numbers.size), step, f"{name} has a mean of {numbers.mean():.3f}")
                check(is_near((numbers**2).mean(), 1, 2, numbers.size), step,
                      f"{name} has a variance of {numbers.var():.3f}")
            if kind == "alpha":
                check(len(np.unique(numbers)) > 0.9 * len(numbers), step, "samples have equal alpha")
    for epoch, batches in shown.items():
        numbers = np.concatenate(list(batches.values()))
        check(len(np.unique(numbers)) == len(numbers), f"epoch {epoch + 1}", "an image is used twice")
    return found


def is_near(mean, expected, variance, count):
    """Whether a mean of independent numbers is within BOUND standard deviations of its expectation."""
    return abs(mean - expected) <= BOUND * (variance / count) ** 0.5
