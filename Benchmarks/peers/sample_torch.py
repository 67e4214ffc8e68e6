"""Writes N samples as a PNG with PyTorch, like `wgan-sample CHECKPOINT -n N | tensor2png > PNG`.

Usage: sample_torch.py CHECKPOINT NETWORKS N PNG
"""

import math
import struct
import sys
import zlib

import torch

from torch_network import network
from workload import Workload


def encode_png(pixels):
    """Returns a PNG file. `pixels` is an array of bytes with the shape height × width × channels (1 or 3)."""
    height, width, channels = pixels.shape
    rows = b"".join(b"\0" + bytes(row) for row in pixels)
    chunks = ((b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0 if channels == 1 else 2, 0, 0, 0)),
              (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks)


def main():
    _, checkpoint, networks, count, path = sys.argv
    work, count = Workload(checkpoint, networks), int(count)
    channels, height, width = work.image
    with torch.no_grad():
        images = network(work.generator).eval()(torch.randn(count, work.latent)).reshape(count, *work.image)
    columns = math.isqrt(count - 1) + 1
    grid = torch.zeros(math.ceil(count / columns) * columns, *work.image)
    grid[:count] = images
    grid = grid.reshape(-1, columns, channels, height, width).permute(0, 3, 1, 4, 2)
    pixels = (grid.reshape(-1, columns * width, channels) * 127.5 + 127.5).round().clamp(0, 255).to(torch.uint8)
    with open(path, "wb") as file:
        file.write(encode_png(pixels.numpy()))


main()
