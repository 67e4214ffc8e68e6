#!/usr/bin/env python3
"""Compares the tools with PyTorch: their files, their samples, and their training, step by step.

    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install torch numpy safetensors
    /tmp/peers/bin/python scripts/verify.py .build/release /usr/share/datasets/fashion-mnist [checkpoint …]

Without a checkpoint, it creates its own: of all presets, and of networks with all layers. A given checkpoint must be of
step 0. Instead of the folder of IDX files, a tensor file with U8 images is accepted.

The training is compared with the same steps in double precision. The rounding errors of single precision grow over 100
steps. The bounds allow only for them: a wrong term affects the first digits. The rounding errors of PyTorch in single
precision are as large, relative to the distance from the initial parameters: with convolutions 6.2e-3 for the first
weights of the generator (the tools: 6.0e-3), and with batch norm in a critic with weight clipping 4.8e-2 (the tools:
1.8e-2), because the first steps of RMSProp are large and depend on little more than the sign of a gradient.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import torch
from safetensors import safe_open
from safetensors.numpy import load_file

import wgan_reference as reference

STEPS = 100
# The accepted error of the parameters, relative to their distance from the initial ones.
BOUND = 1e-2
BOUNDS = {"batch norm in a critic with weight clipping": 5e-2}
# Name: the preset, further options, and networks that replace those of the preset.
RUNS = {preset: (preset, [], {}) for preset in reference.PRESETS} | {
    "convolutions": ("mlp-gp", [], {
        "generator": "dense 392; reshape 8x7x7; relu; conv-transposed 16 kernel 4 stride 2 padding 1; relu; "
                     "conv 8 kernel 3 padding 1 no-bias; relu; "
                     "conv-transposed 1 kernel 3 stride 2 padding 1 output-padding 1; tanh",
        "critic": "conv 8 kernel 5 stride 2 padding 2; leaky-relu 0.2; conv 16 kernel 5 stride 2 padding 2 no-bias\n"
                  "leaky-relu 0.2; flatten; dense 1"}),
    "upsampling, batch norm and dropout": ("mlp-gp", ["--initialization", "glorot", "--real-batch", "reused"], {
        "generator": "dense 256 no-bias; batch-norm; leaky-relu 0.2; reshape 16x4x4\n"
                     "upsample 2; conv 8 kernel 3 padding same no-bias; batch-norm; leaky-relu 0.2\n"
                     "upsample 2; conv 8 kernel 3 padding same no-bias; batch-norm; leaky-relu 0.2\n"
                     "upsample 2; conv 1 kernel 3 padding same no-bias; batch-norm; tanh; crop 2",
        "critic": "zero-pad 2; conv 8 kernel 5 stride 2 padding same; leaky-relu 0.2\n"
                  "conv 8 kernel 5 stride 2 padding same; leaky-relu 0.2; dropout 0.3\n"
                  "conv 16 kernel 5 stride 2 padding same; leaky-relu 0.2; flatten; dropout 0.2; dense 1"}),
    "batch norm in a critic with weight clipping": ("mlp-clip", ["--initialization", "dcgan", "--critic-warm-up", "20 1 10"], {
        "generator": "dense 784 no-bias; batch-norm; relu; reshape 16x7x7\n"
                     "conv-transposed 8 kernel 4 stride 2 padding 1 no-bias; batch-norm; relu\n"
                     "conv-transposed 1 kernel 4 stride 2 padding 1; tanh",
        "critic": "conv 8 kernel 4 stride 2 padding 1; leaky-relu 0.2\n"
                  "conv 16 kernel 4 stride 2 padding 1 no-bias; batch-norm; leaky-relu 0.2; dense 1"}),
    "residual blocks, layer norm and smooth activations": ("mlp-gp", ["--initialization", "he"], {
        "generator": "dense 392; reshape 8x7x7\n"
                     "residual; batch-norm; relu; upsample 2; conv 8 kernel 3 padding same no-bias; batch-norm; relu\n"
                     "conv 8 kernel 3 padding same no-bias; shortcut; upsample 2; conv 8 kernel 1 no-bias; add\n"
                     "batch-norm; relu; upsample 2; conv 1 kernel 3 padding same; tanh",
        "critic": "conv 8 kernel 3 padding same; mean-pool 2\n"
                  "residual; layer-norm; relu; conv 8 kernel 3 padding same; layer-norm; sigmoid\n"
                  "conv 8 kernel 3 padding same; mean-pool 2; shortcut; mean-pool 2; conv 8 kernel 1; add\n"
                  "layer-norm; tanh; dropout 0.1; mean-pool 7; dense 1"}),
}


def main(tools, data, *checkpoints):
    failures = []
    os.environ["TOOLS"] = tools  # for wgan_networks

    def run(tool, *arguments):
        subprocess.run([pathlib.Path(tools, tool), *map(str, arguments)], check=True)

    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        images = pathlib.Path(data)
        if images.is_dir():
            images = folder / "images"
            run("idx2tensor", pathlib.Path(data, "train-images-idx3-ubyte.gz"), "--labels",
                pathlib.Path(data, "train-labels-idx1-ubyte.gz"), "-o", images)
        print("images:", {k: (v.dtype.name, v.shape) for k, v in load_file(images).items()})
        for checkpoint in checkpoints:
            print(f"{checkpoint}:")
            failures += compare(run, folder, images, checkpoint, BOUND)
        for name, (preset, options, networks) in RUNS.items() if not checkpoints else ():
            print(f"{name}:")
            for network, text in networks.items():
                (folder / network).write_text(text)
                options = [*options, f"--{network}", folder / network]
            run("wgan-init", "--preset", preset, *options, "--like", images, "--seed", 3, "-o", folder / "start")
            failures += compare(run, folder, images, folder / "start", BOUNDS.get(name, BOUND))
    sys.exit(f"failed: {failures}" if failures else 0)


def compare(run, folder, images, checkpoint, bound):
    """Trains a checkpoint of step 0 in both ways. Returns the names of failed checks."""
    failures = []

    def check(name, difference, bound):
        print(f"{'ok  ' if difference <= bound else 'FAIL'} {name}: {difference:.2e} (at most {bound:.0e})")
        if not difference <= bound:
            failures.append(name)

    start = load_file(checkpoint)
    if metadata(checkpoint)["progress.critic_steps"] != "0":
        sys.exit(f"{checkpoint}: is not of step 0")
    training = reference.Run(start, metadata(checkpoint))
    rounds = 1
    while sum(map(training.group, range(rounds))) < STEPS:
        rounds += 1
    (folder / "log").unlink(missing_ok=True)
    run("wgan-step", checkpoint, "--data", images, "--only", "both", "--metrics", folder / "log", "--steps", rounds,
        "-o", folder / "end")
    run("wgan-sample", folder / "end", "-n", 64, "--seed", 5, "-o", folder / "samples")
    end = load_file(folder / "end")

    reports = [training.step(load_file(images)["images"]) for _ in range(sum(map(training.group, range(rounds))))]
    ours = [json.loads(line) for line in (folder / "log").read_text().splitlines()]
    theirs = [reports[line["critic_step"] - 1] for line in ours]
    for name, key in (("Wasserstein estimate", "wasserstein"), ("penalty", "penalty")):
        pairs = [(line[key] or 0, getattr(report, key) or 0) for line, report in zip(ours, theirs)]
        check(f"largest difference of the {name}", max(abs(o - t) / max(1, abs(t)) for o, t in pairs), 1e-3)
    for name, module in training.networks.items():
        check(f"{name}, relative error of the parameters after {len(reports)} steps",
              relative_step(start, end, name, dict(module.named_parameters())), bound)
        if statistics := reference.statistics(module):
            check(f"{name}, relative error of the running statistics",
                  relative_step(start, end, name, statistics), BOUND)

    # Samples: the trained weights in PyTorch, with the same latent vectors.
    expected = reference.Run(end, metadata(folder / "end"), torch.float32).samples(range(64), 5)
    found = load_file(folder / "samples")["images"]
    check("samples", np.abs(expected.reshape(found.shape) - found).max(), 1e-5)
    return failures


def metadata(path):
    with safe_open(path, "numpy") as file:
        return file.metadata()


def relative_step(start, end, name, tensors):
    """‖ours − theirs‖ / ‖theirs − start‖ over these tensors of a network."""
    difference = distance = 0.0
    for key, value in tensors.items():
        theirs = value.detach().numpy()
        difference += ((end[f"{name}.{key}"] - theirs) ** 2).sum()
        distance += ((theirs - start[f"{name}.{key}"]) ** 2).sum()
    return (difference / distance) ** 0.5


if __name__ == "__main__":
    main(*sys.argv[1:])
