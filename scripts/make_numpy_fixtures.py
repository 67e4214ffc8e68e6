#!/usr/bin/env python3
"""Writes Tests/Fixtures/numpy with NumPy and safetensors. Usage: make_numpy_fixtures.py FOLDER

Pixel i of an array is i * 89 % 241; label i is i % 3.
"""
import sys

import numpy
from safetensors.numpy import save_file


def pixels(*shape):
    return (numpy.arange(numpy.prod(shape)) * 89 % 241).astype(numpy.uint8).reshape(shape)


folder = sys.argv[1]
images, labels = pixels(4, 5, 6), numpy.arange(4) % 3
for name, save in [("stored.npz", numpy.savez), ("deflated.npz", numpy.savez_compressed)]:
    save(f"{folder}/{name}", x_train=images, y_train=labels, x_test=images[:1], y_test=labels[:1])
numpy.save(f"{folder}/bytes.npy", images)
numpy.save(f"{folder}/fortran.npy", numpy.asfortranarray(images / 255).astype(">f8"))
numpy.save(f"{folder}/channels-last.npy", pixels(2, 6, 5, 3))
save_file({"images": images[:, None]}, f"{folder}/plain.safetensors")
save_file({"model/dense/kernel:0": images.astype(numpy.float16), "": labels,
           "a" * 200: images[:1].astype(numpy.uint64)}, f"{folder}/names.safetensors")
