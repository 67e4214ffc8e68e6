#!/usr/bin/env python3
"""Writes one small checkpoint per preset with the tools in the folder TOOLS, for CheckpointFixtureTests.

Each release adds a folder Tests/Fixtures/checkpoints/VERSION, which never changes afterwards: later versions
must be able to read its files and to continue their runs. The networks have the kinds of layers of the
preset, with a few channels each. The runs stop inside an epoch, so that no counter and no optimizer state
is at its initial value. checkpoints.json records the metadata, a digest of the tensors, and a digest of the
tensors after one more step.

Usage: make_checkpoint_fixtures.py TOOLS
"""
import json
import pathlib
import struct
import subprocess
import sys
import tempfile
import zlib

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "Tests/Fixtures/checkpoints"

DENSE = ("dense 4; relu; dense 6; relu; dense 64; tanh", "dense 6; leaky-relu 0.2; dense 4; leaky-relu 0.2; dense 1")


def dcgan(critic_norm=""):
    return (
        "dense 16 no-bias; reshape 4x2x2; batch-norm; relu;"
        "conv-transposed 2 kernel 4 stride 2 padding 1 no-bias; batch-norm; relu;"
        "conv-transposed 1 kernel 4 stride 2 padding 1; tanh",
        "conv 2 kernel 4 stride 2 padding 1; leaky-relu 0.2;"
        f"conv 4 kernel 4 stride 2 padding 1{critic_norm}; leaky-relu 0.2; flatten; dense 1")


def keras():
    norm = "batch-norm epsilon 0.001 momentum 0.01"
    up = f"upsample 2; conv 2 kernel 3 padding same no-bias; {norm}; leaky-relu 0.2;"
    down = "conv 2 kernel 5 stride 2 padding same; leaky-relu 0.2"
    return (
        f"dense 4 no-bias; {norm}; leaky-relu 0.2; reshape 4x1x1; {up}{up}"
        f"upsample 2; conv 1 kernel 3 padding same no-bias; {norm}; tanh",
        f"{down}; dropout 0.3; {down}; flatten; dropout 0.2; dense 1")


def residual():
    conv = "conv 2 kernel 3 padding same"
    return (
        f"dense 8; reshape 2x2x2; residual; batch-norm; relu; upsample 2; {conv}; batch-norm; relu; {conv};"
        "shortcut; upsample 2; conv 2 kernel 1; add;"
        f"upsample 2; conv 2 kernel 1; batch-norm; relu; conv 1 kernel 3 padding same; tanh",
        f"residual; {conv}; relu; {conv}; mean-pool 2; shortcut; mean-pool 2; conv 2 kernel 1; add;"
        f"residual; layer-norm; relu; {conv}; layer-norm; relu; {conv}; shortcut; add;"
        "relu; mean-pool 4; flatten; dense 1")


# For each preset: its networks, and the epochs that leave a critic step pending.
PRESETS = {
    "quick": (dcgan(), 2), "mlp-clip": (DENSE, 3), "mlp-clip-adam": (DENSE, 2), "mlp-gp": (DENSE, 3),
    "mlp-gp-plateau": (DENSE, 4), "dcgan-clip": (dcgan(" no-bias; batch-norm"), 40), "dcgan-gp": (dcgan(), 3),
    "keras-gp": (keras(), 2), "resnet-gp": (residual(), 3)}


def images(path):
    """14 images of 1 x 8 x 8: three batches of 4, and two images that are left over."""
    data = bytes(index * 37 % 251 for index in range(14 * 64))
    header = json.dumps({
        "__metadata__": {"tensorio.kind": "images", "range": "0,255"},
        "images": {"dtype": "U8", "shape": [14, 1, 8, 8], "data_offsets": [0, len(data)]}}).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header + data)


def read(path):
    """The metadata of a file that these tools wrote, and the CRC-32s of its tensors, folded."""
    file = path.read_bytes()
    size, = struct.unpack_from("<Q", file)
    header = json.loads(file[8:8 + size])
    metadata = header.pop("__metadata__")
    digest = 0
    for tensor in header.values():
        start, end = tensor["data_offsets"]
        digest = (digest * 0x9E3779B97F4A7C15 + zlib.crc32(file[8 + size + start:8 + size + end])) % 2**64
    return {key: value for key, value in sorted(metadata.items()) if key != "crc32"}, f"{digest:x}"


def main(tools):
    def tool(name, *arguments):
        command = [tools / name, *map(str, arguments)]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()

    folder = FIXTURES / tool("wgan-step", "--version")
    folder.mkdir(parents=True)
    record = {}
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        images(scratch / "images")
        for preset, (networks, epochs) in PRESETS.items():
            for name, layers in zip(("generator", "critic"), networks):
                (scratch / name).write_text(layers)
            checkpoint, after = folder / f"{preset}.checkpoint", scratch / "next"
            tool("wgan-init", "--preset", preset, "--shape", "1x8x8", "--seed", 7, "--latent", 3,
                 "--batch-size", 4, "--generator", scratch / "generator", "--critic", scratch / "critic",
                 "-o", checkpoint)
            step = ["wgan-step", checkpoint, "--data", scratch / "images", "-o"]
            tool(*step, checkpoint, "--epochs", epochs)
            tool(*step, checkpoint, "--only", "critic", "--steps", 1)
            tool(*step, after, "--steps", 1)
            metadata, tensors = read(checkpoint)
            record[preset] = {"metadata": metadata, "tensors": tensors, "next": read(after)[1]}
    (folder / "checkpoints.json").write_text(json.dumps(record, indent=1) + "\n")


if len(sys.argv) != 2:
    sys.exit(__doc__)
main(pathlib.Path(sys.argv[1]).resolve())
