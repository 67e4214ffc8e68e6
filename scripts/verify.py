#!/usr/bin/env python3
"""Compares the tools with PyTorch: their files, their samples, and their training, step by step.

    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install torch numpy safetensors
    /tmp/peers/bin/python scripts/verify.py .build/release /usr/share/datasets/fashion-mnist

The training is compared with the same steps in double precision: what single precision rounds grows over a hundred
steps, and the bounds leave room for that and for nothing else (a wrong term shows in the first digits). PyTorch's own
single precision strays as far: with convolutions 6.2e-3 of the generator's first weights' way, where ours strays 6.0e-3.
"""

import json
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
PRESETS = ("mlp-clip", "mlp-clip-adam", "mlp-gp", "mlp-gp-plateau")
# Networks that no preset has yet, by --generator and --critic.
CONVOLUTIONS = {
    "generator": "dense 392; reshape 8x7x7; relu; conv-transposed 16 kernel 4 stride 2 padding 1; relu; "
                 "conv 8 kernel 3 padding 1 no-bias; relu; conv-transposed 1 kernel 3 stride 2 padding 1 output-padding 1; tanh",
    "critic": "conv 8 kernel 5 stride 2 padding 2; leaky-relu 0.2; conv 16 kernel 5 stride 2 padding 2 no-bias\n"
              "leaky-relu 0.2; flatten; dense 1",
}


def main(tools, data):
    failures = []

    def check(name, difference, bound):
        print(f"{'ok  ' if difference <= bound else 'FAIL'} {name}: {difference:.2e} (at most {bound:.0e})")
        if not difference <= bound:
            failures.append(name)

    def run(tool, *arguments):
        subprocess.run([pathlib.Path(tools, tool), *map(str, arguments)], check=True)

    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        files = {name: folder / name for name in ("images", "start", "end", "samples", "log")}
        run("idx2tensor", pathlib.Path(data, "train-images-idx3-ubyte.gz"), "--labels",
            pathlib.Path(data, "train-labels-idx1-ubyte.gz"), "-o", files["images"])
        images = load_file(files["images"])
        print("images:", {k: (v.dtype.name, v.shape) for k, v in images.items()})
        for preset in (*PRESETS, "mlp-gp with convolutions"):
            print(f"{preset}, {STEPS} critic steps:")
            files["log"].unlink(missing_ok=True)
            preset, *networks = preset.split(" with ")
            for name, text in CONVOLUTIONS.items() if networks else ():
                (folder / name).write_text(text)
                networks += [f"--{name}", folder / name]
            run("wgan-init", "--preset", preset, *networks[1:], "--like", files["images"], "--seed", 3, "-o", files["start"])
            run("wgan-step", files["start"], "--data", files["images"], "--only", "both", "--metrics", files["log"],
                "--steps", STEPS // int(reference.PRESETS[preset][1]), "-o", files["end"])
            run("wgan-sample", files["end"], "-n", 64, "--seed", 5, "-o", files["samples"])

            training = reference.Run(load_file(files["start"]), metadata(files["start"]))
            reports = [training.step(images["images"]) for _ in range(STEPS)]
            ours = [json.loads(line) for line in files["log"].read_text().splitlines()]
            theirs = [reports[line["critic_step"] - 1] for line in ours]
            check("largest difference of the Wasserstein estimate",
                  max(abs(o["wasserstein"] - t.wasserstein) / max(1, abs(t.wasserstein))
                      for o, t in zip(ours, theirs)), 1e-3)
            check("largest difference of the penalty",
                  max(abs((o["penalty"] or 0) - (t.penalty or 0)) / max(1, t.penalty or 0)
                      for o, t in zip(ours, theirs)), 1e-3)
            end = load_file(files["end"])
            for name, module in (("generator.", training.generator), ("critic.", training.critic)):
                check(f"{name} parameters after {STEPS} steps, difference of the mean step",
                      relative_step(load_file(files["start"]), end, name, module), 1e-2)

            # Samples: our weights in PyTorch, the same latents.
            generator = reference.Run(end, metadata(files["end"]), torch.float32).generator
            latents = reference.normal(np.arange(64), training.latent, reference.STREAMS["sampling"], 0, 5)
            with torch.no_grad():
                expected = generator(torch.tensor(latents, dtype=torch.float32)).numpy().reshape(64, 1, 28, 28)
            check("samples", np.abs(expected - load_file(files["samples"])["images"]).max(), 1e-5)
    sys.exit(f"failed: {failures}" if failures else 0)


def metadata(path):
    with safe_open(path, "numpy") as file:
        return file.metadata()


def relative_step(start, end, prefix, module):
    """‖ours − theirs‖ / ‖theirs − start‖ over all parameters of a network."""
    difference = distance = 0.0
    for name, value in module.state_dict().items():
        theirs = value.numpy()
        difference += ((end[prefix + name] - theirs) ** 2).sum()
        distance += ((theirs - start[prefix + name]) ** 2).sum()
    return (difference / distance) ** 0.5


if __name__ == "__main__":
    main(*sys.argv[1:])
