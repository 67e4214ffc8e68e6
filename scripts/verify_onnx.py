#!/usr/bin/env python3
"""Compares exported generators with wgan-sample: the ONNX model in ONNX Runtime, and the file with only the generator.

    python3 -m venv /tmp/onnx && /tmp/onnx/bin/pip install numpy safetensors onnx onnxruntime
    /tmp/onnx/bin/python scripts/verify_onnx.py .build/release [checkpoint …]

Without a checkpoint, it creates its own: of all presets, and of networks with all layers. A few training steps on
random images move the running statistics of batch norm away from their initial values.

Both programs compute in single precision. The weights of a long training are larger, and so are the rounding errors:
in a trained `quick`, ONNX Runtime is within 1e-6 of double precision and wgan-sample, whose Winograd convolutions round
three times as much as direct ones, within 2e-5. A given checkpoint therefore has a larger bound.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime
from safetensors.numpy import load_file, save_file

# The accepted difference of an image value, on [-1, 1], for the networks below and for a given checkpoint.
BOUND, TRAINED_BOUND = 1e-5, 5e-5
# Name: the preset, the shape of an image, and a generator that replaces that of the preset.
RUNS = {f"{preset}, {shape}": (preset, shape, None)
        for preset in ("quick mlp-clip mlp-clip-adam mlp-gp mlp-gp-plateau dcgan-clip dcgan-gp keras-gp "
                       "resnet-gp").split()
        for shape in ("1x28x28", "3x32x32")} | {
    "layer norm, pads, pools": ("mlp-gp", "1x28x28", """
        dense 64; layer-norm; leaky-relu 0.1; dropout 0.2; dense 392 no-bias; reshape 8x7x7; layer-norm epsilon 0.01
        relu; conv-transposed 16 kernel 3 stride 2 padding 1 output-padding 1; batch-norm epsilon 0.001; sigmoid
        zero-pad 2; conv 8 kernel 4 padding 1 no-bias; crop 1
        residual; conv 8 kernel 3 padding same; shortcut; add
        upsample 2; conv 8 kernel 3 padding same; relu; conv 8 kernel 3 stride 2 padding same
        upsample 4; conv 4 kernel 5 padding same; mean-pool 2; batch-norm; crop 1; conv 1 kernel 5 padding 2; tanh"""),
    "vectors as images, images as vectors": ("mlp-gp", "1x28x28", """
        dense 50; conv 12 kernel 1; relu; flatten; dense 100; reshape 4x5x5; conv 3 kernel 3; tanh
        residual; dense 64; relu; dense 27; shortcut; dense 27; add; dense 784 no-bias; tanh"""),
    "stride, output padding, height and width": ("mlp-gp", "2x12x20", """
        dense 60 no-bias; batch-norm; relu; reshape 4x3x5; conv-transposed 5 kernel 5 stride 2 padding 2 output-padding 1
        layer-norm; leaky-relu 0.3; upsample 2; conv 2 kernel 4 padding same; tanh"""),
}


def main(tools, *checkpoints):
    failures = []

    def run(tool, *arguments):
        subprocess.run([pathlib.Path(tools, tool), *map(str, arguments)], check=True)

    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for checkpoint in checkpoints:
            failures += compare(run, folder, checkpoint, checkpoint, TRAINED_BOUND)
        for name, (preset, shape, generator) in RUNS.items() if not checkpoints else ():
            sizes = [int(size) for size in shape.split("x")]
            images = np.random.default_rng(1).integers(0, 256, (32, *sizes), np.uint8)
            save_file({"images": images}, folder / "images", {"tensorio.kind": "images", "range": "0,255"})
            options = ["--preset", preset, "--shape", shape, "--batch-size", 8, "--seed", 3]
            if generator:
                (folder / "layers").write_text(generator)
                options += ["--generator", folder / "layers", "--initialization", "he"]
            run("wgan-init", *options, "-o", folder / "start")
            run("wgan-step", folder / "start", "--data", folder / "images", "--only", "generator", "--steps", 3, "-q",
                "-o", folder / "end")
            failures += compare(run, folder, folder / "end", name, BOUND)
    sys.exit(f"failed: {failures}" if failures else 0)


def compare(run, folder, checkpoint, name, bound):
    """Returns the name if a check fails."""
    run("wgan-sample", checkpoint, "-n", 33, "--seed", 5, "-q", "--save-latents", folder / "latents",
        "-o", folder / "samples")
    expected, latents = load_file(folder / "samples")["images"], load_file(folder / "latents")["latents"]

    run("wgan-export", checkpoint, "-o", folder / "generator.bin")
    run("wgan-sample", folder / "generator.bin", "--latents", folder / "latents", "-q", "-o", folder / "again")
    is_same = (folder / "samples").read_bytes() == (folder / "again").read_bytes()

    run("wgan-export", checkpoint, "-o", folder / "generator.onnx")
    onnx.checker.check_model(folder / "generator.onnx", full_check=True)
    session = onnxruntime.InferenceSession(folder / "generator.onnx", providers=["CPUExecutionProvider"])
    (latent,), (images,) = session.get_inputs(), session.get_outputs()
    shapes = [latent.shape[1:], images.shape[1:]] == [list(latents.shape[1:]), list(expected.shape[1:])]
    names = [latent.name, images.name] == ["latent", "images"]
    found = session.run(None, {"latent": latents})[0]
    error = np.abs(found - expected).max()
    one = np.abs(session.run(None, {"latent": latents[7:8]})[0] - expected[7:8]).max()
    varied = np.abs(expected - expected[:1]).max()  # a comparison of constants would show nothing
    is_right = is_same and shapes and names and max(error, one) <= bound and varied > 1e-3
    sizes = [os.path.getsize(path) for path in (checkpoint, folder / "generator.bin", folder / "generator.onnx")]
    print(f"{'ok  ' if is_right else 'FAIL'} {name}: {error:.1e}; {one:.1e} for one image; values differ by {varied:.1g}; "
          f"{'equal' if is_same else 'other'} bytes from the generator file; sizes {sizes}")
    return [] if is_right else [str(name)]


if __name__ == "__main__":
    main(*sys.argv[1:])
