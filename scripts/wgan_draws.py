"""Whether what a trace says was drawn is what it should be."""

import collections

import numpy as np

# Standard deviations that a mean or a share may be off: 2e-9 of honest draws are further.
BOUND = 6


def flaws(replay):
    """What is wrong with the draws of a replay's steps, in words."""
    found, seen = [], set()

    def check(condition, step, words):
        if not condition:
            found.append(f"{step}: {words}")

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
                epoch, batch = replay.places[step]
                check(replay.words(step)["epoch"] == str(epoch + 1), step, f"is of another epoch than {epoch + 1}")
                check(((0 <= numbers) & (numbers < len(replay.images))).all(), step, "an index is out of range")
                before = shown[epoch].setdefault(batch, numbers)
                check((before == numbers).all(), step, "the batch that is reused is another")
                continue
            check(numbers.tobytes() not in seen, step, f"{name} was drawn before")
            seen.add(numbers.tobytes())
            if kind == "mask":
                dropped = replay.networks[name.split(".")[3]].dropouts()[int(name.split(".")[4])].p
                check(np.isin(numbers, (0, 1)).all(), step, f"{name} is not of 0 and 1")
                check(is_near(numbers.mean(), 1 - dropped, dropped * (1 - dropped), numbers.size), step,
                      f"{name} keeps {numbers.mean():.4f} of the numbers")
            elif kind == "alpha" and replay.config["interpolation"] == "uniform":
                check(((0 <= numbers) & (numbers < 1)).all(), step, "alpha is not in [0, 1)")
                check(is_near(numbers.mean(), 1 / 2, 1 / 12, numbers.size), step, "alpha is not uniform")
            else:
                check(is_near(numbers.mean(), 0, 1, numbers.size), step, f"{name} has a mean of {numbers.mean():.3f}")
                check(is_near((numbers**2).mean(), 1, 2, numbers.size), step,
                      f"{name} has a variance of {numbers.var():.3f}")
            if kind == "alpha":
                check(len(np.unique(numbers)) > 0.9 * len(numbers), step, "samples share an alpha")
    for epoch, batches in shown.items():
        numbers = np.concatenate(list(batches.values()))
        check(len(np.unique(numbers)) == len(numbers), f"epoch {epoch + 1}", "shows an image twice")
    return found


def is_near(mean, expected, variance, count):
    """Whether a mean of independent numbers is as far from the expected one as chance has it."""
    return abs(mean - expected) <= BOUND * (variance / count) ** 0.5
