#!/usr/bin/env python3
"""Records small training runs of the reference implementation in Tests/Fixtures. RecordedRunTests.swift repeats them.

    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install torch numpy
    TOOLS=.build/release /tmp/peers/bin/python scripts/make_fixtures.py

The runs are in double precision and start from their configurations only, so no result of the tools is in the files.
Only the layers with their shapes come from wgan-init.
Each run has several epochs with an incomplete last batch, a batch size that is not a multiple of 16, and a seed whose
high half is not zero. In the runs named raised-*, the networks change so much that a wrong rate, moment or bound affects
the first digits, and the two optimizers differ. In those named paced-*, the learning rates and the numbers of critic
steps change. Those named layers-* have all layers and all initializations. None of their layers has a bias directly
before batch norm: its exact gradient is 0, and Adam would turn the rounding error into a step.

The derivative of ReLU jumps where its input changes its sign, so rounding alone could make two runs different. Each run
therefore has the first seed with which all such inputs are at least MARGIN times their root mean square away from 0.
"""

import collections
import itertools
import json
import pathlib
import sys

import numpy as np
import torch

import wgan_reference as reference

IMAGES, STEPS = 80, 13
SAMPLE_SEED, SAMPLES = 5, (3, 20)
FIRST_SEED = 0x0123456789ABCDEF
MARGIN = collections.defaultdict(lambda: 5e-6, {
    "raised-clip": 8e-5, "raised-gp": 8e-5, "layers-keras": 2e-6, "layers-dcgan": 2e-6, "layers-resnet": 1e-6})
SMALL = dict(image="1x6x6", latent="9", batch_size="23")
RAISED = dict(generator="dense 24; tanh; dense 20; relu; dense 36; tanh",
              critic="dense 20; leaky-relu 0.1; dense 12; leaky-relu 0.3; dense 1")

RUNS = {name: (name, {}) for name in reference.PRESETS} | {
    "raised-clip": ("mlp-clip", RAISED | dict(
        critic_steps="3", constraint="clip 0.05",
        generator_optimizer="adam rate 0.01 beta1 0.9 beta2 0.999 epsilon 1e-08",
        critic_optimizer="rmsprop rate 0.001 alpha 0.99 epsilon 1e-08")),
    "raised-gp": ("mlp-gp", RAISED | dict(
        critic_steps="2",
        generator_optimizer="rmsprop rate 0.001 alpha 0.99 epsilon 1e-08",
        critic_optimizer="adam rate 0.01 beta1 0.5 beta2 0.9 epsilon 1e-08")),
    "paced-gp": ("mlp-gp", dict(
        critic_steps="2", critic_warm_up="3 1 3", real_batch="reused", interpolation="normal",
        schedule="cosine 7 warm-up 3")),
    "layers-keras": ("mlp-gp", dict(
        image="1x8x8", batch_size="18", critic_steps="3", real_batch="reused", initialization="glorot",
        generator="dense 72 no-bias; batch-norm epsilon 0.001 momentum 0.01; leaky-relu 0.2; reshape 8x3x3; upsample 2; "
                  "conv 6 kernel 3 padding same no-bias; batch-norm epsilon 0.001 momentum 0.01; leaky-relu 0.2; "
                  "upsample 2; conv 1 kernel 3 padding same no-bias; batch-norm epsilon 0.001 momentum 0.01; tanh; crop 2",
        critic="zero-pad 2; conv 4 kernel 5 stride 2 padding same; leaky-relu 0.2; conv 6 kernel 5 stride 2 padding same; "
               "leaky-relu 0.2; dropout 0.3; conv 8 kernel 5 stride 2 padding same; leaky-relu 0.2; flatten; "
               "dropout 0.2; dense 1",
        generator_optimizer="adam rate 0.001 beta1 0.5 beta2 0.9 epsilon 1e-08",
        critic_optimizer="adam rate 0.001 beta1 0.5 beta2 0.9 epsilon 1e-08")),
    "layers-dcgan": ("mlp-clip", dict(
        image="1x8x8", latent="7", batch_size="16", constraint="clip 0.2", critic_steps="2", critic_warm_up="3 1 3",
        initialization="dcgan",
        generator="reshape 7x1x1; conv-transposed 8 kernel 2 no-bias; batch-norm; relu; "
                  "conv-transposed 6 kernel 4 stride 2 padding 1 no-bias; batch-norm; relu; "
                  "conv-transposed 1 kernel 4 stride 2 padding 1; tanh",
        critic="conv 4 kernel 4 stride 2 padding 1 no-bias; leaky-relu 0.2; conv 6 kernel 4 stride 2 padding 1 no-bias; "
               "batch-norm momentum 0.2; leaky-relu 0.2; flatten; dense 1",
        generator_optimizer="rmsprop rate 0.001 alpha 0.99 epsilon 1e-08",
        critic_optimizer="rmsprop rate 0.0006 alpha 0.99 epsilon 1e-08")),
    "layers-resnet": ("mlp-gp", dict(
        image="3x8x8", batch_size="10", critic_steps="2", initialization="he", schedule="linear 20",
        generator="dense 64; reshape 4x4x4; residual; batch-norm; relu; upsample 2; conv 4 kernel 3 padding same no-bias; "
                  "batch-norm; relu; conv 5 kernel 3 padding same no-bias; shortcut; upsample 2; conv 5 kernel 1 no-bias; "
                  "add; batch-norm; relu; conv-transposed 3 kernel 3 padding 1; tanh",
        critic="conv 4 kernel 3 padding same; residual; layer-norm; relu; conv 4 kernel 3 padding same; layer-norm; relu; "
               "conv 6 kernel 3 padding same; mean-pool 2; shortcut; mean-pool 2; conv 6 kernel 1; add; "
               "residual; layer-norm; leaky-relu 0.2; conv 6 kernel 3 padding same; shortcut; add; relu; mean-pool 4; dense 1",
        generator_optimizer="adam rate 0.001 beta1 0.0 beta2 0.9 epsilon 1e-08",
        critic_optimizer="adam rate 0.001 beta1 0.0 beta2 0.9 epsilon 1e-08")),
    "layers-curved": ("mlp-gp", dict(
        image="3x6x8", critic_steps="2", constraint="gradient-penalty 1.0", interpolation="normal",
        generator="dense 24; sigmoid; dropout 0.4; dense 144; dropout 0.1; tanh",
        critic="conv 4 kernel 4 stride 2 padding 1; tanh; conv 5 kernel 3 padding same no-bias; "
               "layer-norm epsilon 0.001; sigmoid; flatten; dropout 0.25; dense 8; layer-norm; tanh; dropout 0.1; dense 1",
        generator_optimizer="adam rate 0.001 beta1 0.5 beta2 0.9 epsilon 1e-08",
        critic_optimizer="adam rate 0.002 beta1 0.5 beta2 0.9 epsilon 1e-08")),
    "paced-plateau": ("mlp-gp", dict(
        critic_steps="2", schedule="plateau factor 0.25 patience 0 threshold 0.5 cooldown 0 floor 0.0 every epoch")),
}


def images(shape):
    """The images of `scratchImages` in Tests/WGANTests/Scratch.swift."""
    return (np.arange(IMAGES * np.prod(shape)) * 37 % 251).astype(np.uint8).reshape(IMAGES, *shape)


def summary(tensor):
    """Sum, sum of squares, and the sum with weights −15 … 15, which depends on the order."""
    x = tensor.ravel()
    return [x.sum(), (x**2).sum(), (x * (np.arange(x.size) * 11 % 31 - 15)).sum()]


def rounded(value):
    """The value with 15 digits, which double precision always has."""
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [rounded(item) for item in value]
    return float(f"{value:.15g}") if isinstance(value, float) else value


def train(metadata):
    """The run after its steps, their reports, and the smallest relative distance of a ReLU input from 0."""
    run = reference.Run(reference.initial(metadata), metadata)
    nearest = [float("inf")]

    def hook(_, inputs):
        x = inputs[0].detach()
        nearest[0] = min(nearest[0], (x.abs().min() / x.square().mean().sqrt()).item())

    for layer in (*run.generator, *run.critic):
        if isinstance(layer, (torch.nn.ReLU, torch.nn.LeakyReLU)):
            layer.register_forward_pre_hook(hook)
    steps = [run.step(images(run.image)) for _ in range(STEPS)]
    return run, steps, nearest[0]


def record(preset, overrides, margin):
    for seed in itertools.count(FIRST_SEED):
        metadata = reference.configuration(preset, **(SMALL | overrides), seed=seed)
        run, steps, nearest = train(metadata)
        if nearest >= margin:
            break
    progress = dict(epoch=run.epoch, batch=run.place, critic_steps=STEPS, generator_steps=run.generator_step,
                    phase=run.phase, batch_uses=run.phase if run.is_reused else 0)
    return rounded({
        "preset": preset,
        "defaults": reference.configuration(preset),
        "metadata": metadata | {"progress." + key: str(value) for key, value in progress.items()},
        "initial": {name: summary(tensor) for name, tensor in reference.initial(metadata).items()},
        "steps": [step._asdict() for step in steps],
        "final": {name: summary(tensor) for name, tensor in run.checkpoint().items()},
        "samples": dict(zip(map(str, SAMPLES), run.samples(SAMPLES, SAMPLE_SEED))),
    })


def text(recorded):
    """JSON with one line per entry."""
    parts = []
    for key, value in recorded.items():
        if isinstance(value, dict):
            lines = [f"{json.dumps(name)}: {json.dumps(item)}" for name, item in value.items()]
            value = "{\n    " + ",\n    ".join(lines) + "\n  }"
        elif isinstance(value, list):
            value = "[\n    " + ",\n    ".join(map(json.dumps, value)) + "\n  ]"
        else:
            value = json.dumps(value)
        parts.append(f"  {json.dumps(key)}: {value}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def main(names):
    torch.set_num_threads(1)
    folder = pathlib.Path(__file__).parent.parent / "Tests" / "Fixtures"
    folder.mkdir(exist_ok=True)
    for name in names or RUNS:
        preset, overrides = RUNS[name]
        (folder / f"{name}.json").write_text(text(record(preset, overrides, MARGIN[name])))


if __name__ == "__main__":
    main(sys.argv[1:])
