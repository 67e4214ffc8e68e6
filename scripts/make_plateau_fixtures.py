#!/usr/bin/env python3
"""Records results of PyTorch's ReduceLROnPlateau in Tests/Fixtures/plateau.json. PlateauTests.swift repeats them.

    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install torch numpy
    /tmp/peers/bin/python scripts/make_plateau_fixtures.py

All numbers are written with enough digits, so the comparison is exact.
"""

import json
import pathlib

import numpy as np
import torch

LENGTH = 40
RATE = 2e-4

# Arguments of ReduceLROnPlateau; the others have the defaults of PyTorch.
SETTINGS = [
    dict(factor=0.5, patience=2),
    dict(factor=0.5, patience=0, threshold=0.1),
    dict(factor=0.3, patience=1, threshold=0.01, cooldown=3),
    dict(factor=0.7, patience=3, threshold=0.0, min_lr=3e-5),
    dict(factor=0.1, patience=0, threshold=0.0, cooldown=1),
    dict(factor=0.99996, patience=0, threshold=0.0),
]


def sequences():
    """Sequences of losses that fall, rise, stay, oscillate or change their sign."""
    steps = np.arange(LENGTH)
    noise = np.random.default_rng(0).normal(size=(3, LENGTH))
    return {
        "falling": 10 * 0.9**steps + 0.05 * noise[0],
        "by less and less": 1 + 0.5**steps,
        "rising below 0": -10 + 0.2 * steps + 0.1 * noise[1],
        "falling below 0": -0.1 * steps,
        "standing": np.full(LENGTH, 0.25),
        "standing below 0": np.full(LENGTH, -0.25),
        "swinging": 3 * np.cos(steps / 5) + 0.2 * noise[2],
        "a step down every seventh": 100 * 0.8 ** (steps // 7),
    }


def record(numbers, settings):
    optimizer = torch.optim.Adam([torch.zeros(1, requires_grad=True)], lr=RATE)
    plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, mode="min", threshold_mode="rel", **settings)
    seen = []
    for number in numbers:
        plateau.step(number)
        seen.append([optimizer.param_groups[0]["lr"], plateau.best, plateau.num_bad_epochs, plateau.cooldown_counter])
    return {
        "factor": plateau.factor, "patience": plateau.patience, "threshold": plateau.threshold,
        "cooldown": plateau.cooldown, "floor": float(plateau.min_lrs[0]), "seen": seen,
    }


def main():
    lines = []
    for name, numbers in sequences().items():
        numbers = [float(f"{number:.6g}") for number in numbers]
        runs = ",\n  ".join(json.dumps(record(numbers, settings)) for settings in SETTINGS)
        lines.append(f'{{"name": "{name}", "rate": {RATE}, "numbers": {numbers}, "runs": [\n  {runs}]}}')
    path = pathlib.Path(__file__).parent.parent / "Tests" / "Fixtures" / "plateau.json"
    path.write_text("[\n" + ",\n".join(lines) + "\n]\n")


if __name__ == "__main__":
    main()
