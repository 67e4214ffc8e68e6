#!/usr/bin/env python3
"""Records results of Keras layers in Tests/Fixtures/keras-layers.json. KerasTests.swift repeats them.

    python3 -m venv /tmp/keras && /tmp/keras/bin/pip install tensorflow-cpu
    /tmp/keras/bin/python scripts/make_keras_fixtures.py

Each case has the layers in the notation of docs/NETWORKS.md and in Keras, an input, a direction, the output of Keras, and
the gradients of ⟨output, direction⟩. All numbers are in double precision and in the order of a checkpoint: images are
N×C×H×W (in Keras N×H×W×C), and kernels are outputs×inputs×height×width (in Keras height×width×inputs×outputs).

The momentum of Keras is 1 − that of a checkpoint. The running variance of Keras uses the biased variance of the batch.
"""

import json
import pathlib

import keras
import numpy as np
import tensorflow as tf
from keras import layers

keras.config.set_floatx("float64")
BATCH = 2
NORM = dict(epsilon=0.001, momentum=0.99)
OUR_NORM = "batch-norm epsilon 0.001 momentum 0.01"


def conv(channels, kernel, **options):
    return layers.Conv2D(channels, kernel, padding=options.pop("padding", "same"), **options)


# Name: the layers as text, the shape of the input, the layers of Keras, whether they are in training mode.
CASES = {
    "same padding, stride 2, even size": ("conv 3 kernel 5 stride 2 padding same", "2x6x6", [conv(3, 5, strides=2)], True),
    "same padding, stride 2, odd size": ("conv 3 kernel 5 stride 2 padding same", "2x7x5", [conv(3, 5, strides=2)], True),
    "same padding, stride 2, even kernel": (
        "conv 2 kernel 4 stride 2 padding same no-bias", "2x5x6", [conv(2, 4, strides=2, use_bias=False)], True),
    "same padding, stride 3": ("conv 2 kernel 3 stride 3 padding same", "1x8x7", [conv(2, 3, strides=3)], True),
    "same padding, even kernel": ("conv 2 kernel 2 padding same", "2x3x4", [conv(2, 2)], True),
    "same padding, stride above the kernel": ("conv 2 kernel 1 stride 2 padding same", "2x5x4", [conv(2, 1, strides=2)], True),
    "upsampling, then a convolution": (
        "upsample 2; conv 3 kernel 3 padding same", "2x3x4", [layers.UpSampling2D(2), conv(3, 3)], True),
    "upsampling by 3, even kernel": (
        "upsample 3; conv 2 kernel 4 padding same no-bias", "2x2x3",
        [layers.UpSampling2D(3), conv(2, 4, use_bias=False)], True),
    "zero padding, then a convolution": (
        "zero-pad 2; conv 2 kernel 5 stride 2 padding same", "1x5x6",
        [layers.ZeroPadding2D(2), conv(2, 5, strides=2)], True),
    "a frame on and off": (
        "zero-pad 2; leaky-relu 0.2; crop 1; mean-pool 2; sigmoid", "2x4x2",
        [layers.ZeroPadding2D(2), layers.LeakyReLU(0.2), layers.Cropping2D(1), layers.AveragePooling2D(2),
         layers.Activation("sigmoid")], True),
    "transposed convolution": (
        "conv-transposed 3 kernel 4 stride 2 padding 1", "2x3x4",
        [layers.Conv2DTranspose(3, 4, strides=2, padding="same")], True),
    "batch norm in training": (OUR_NORM, "3x4x2", [layers.BatchNormalization(**NORM)], True),
    "batch norm in inference": (OUR_NORM, "3x4x2", [layers.BatchNormalization(**NORM)], False),
    "batch norm of a vector": (OUR_NORM, "5x1x1", [layers.BatchNormalization(**NORM)], True),
    "batch norm of a vector in inference": (OUR_NORM, "5x1x1", [layers.BatchNormalization(**NORM)], False),
    "layer norm": ("layer-norm epsilon 0.001", "3x4x2", [layers.GroupNormalization(1, epsilon=0.001)], True),
    "a generator's end": (
        f"upsample 2; conv 2 kernel 3 padding same no-bias; {OUR_NORM}; tanh; crop 1", "3x3x2",
        [layers.UpSampling2D(2), conv(2, 3, use_bias=False), layers.BatchNormalization(**NORM), layers.Activation("tanh"),
         layers.Cropping2D(1)], True),
}


def from_keras(array):
    """Converts N×H×W×C to N×C×H×W."""
    return np.moveaxis(array, -1, 1) if array.ndim == 4 else array


def variables(model):
    """The variables of Keras by their names in a checkpoint."""
    names = {"kernel": "weight", "gamma": "weight", "beta": "bias", "bias": "bias", "moving_mean": "running_mean",
             "moving_variance": "running_var"}
    return {f"{place}.{names[variable.name]}": variable
            for place, layer in enumerate(model) for variable in layer.variables}


def stored(array):
    """A variable in the order of a checkpoint. A transposed kernel is height×width×outputs×inputs in Keras and
    inputs×outputs×height×width in a checkpoint, so its axes move in the same way."""
    return np.transpose(array, (3, 2, 0, 1)) if np.ndim(array) == 4 else np.asarray(array)


def record(layers, shape, model, is_training, random):
    channels, height, width = (int(size) for size in shape.split("x"))
    x = noise(random, (BATCH, height, width, channels) if height * width > 1 else (BATCH, channels))
    current = x.shape
    for layer in model:
        layer.build(current)
        current = layer.compute_output_shape(current)
    named = variables(model)
    for name, variable in named.items():
        numbers = noise(random, variable.shape)
        variable.assign(0.5 + np.abs(numbers) if name.endswith("running_var") else numbers)
    before = {name: stored(variable.numpy()) for name, variable in named.items()}

    def forward(x):
        for layer in model:
            x = layer(x, training=is_training) if isinstance(layer, layers.BatchNormalization) else layer(x)
        return x

    x = tf.constant(x)
    trained = {name: variable for name, variable in named.items() if "running" not in name}
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = forward(x)
        direction = noise(random, y.shape)
        product = tf.reduce_sum(y * direction)
    dx, *gradients = tape.gradient(product, [x, *(variable.value for variable in trained.values())])
    output = from_keras(y.numpy())
    after = {name: stored(variable.numpy()) for name, variable in named.items() if "running" in name}
    return dict(
        layers=layers, shape=shape, output_shape="x".join(map(str, (*output.shape[1:], 1, 1)[:3])), is_training=is_training,
        input=flat(from_keras(x.numpy())), direction=flat(from_keras(direction)), output=flat(output),
        input_gradient=flat(from_keras(dx.numpy())), tensors={name: flat(value) for name, value in before.items()},
        gradients={name: flat(stored(value.numpy())) for name, value in zip(trained, gradients)},
        statistics={name: flat(value) for name, value in after.items()})


def noise(random, shape):
    """Normal random numbers with few digits, which are exact in the file."""
    return random.normal(size=shape).round(3)


def flat(array):
    return [float(f"{number:.8g}") for number in np.ravel(array)]


def main():
    random = np.random.default_rng(7)
    cases = {name: record(*case, random) for name, case in CASES.items()}
    path = pathlib.Path(__file__).parent.parent / "Tests" / "Fixtures" / "keras-layers.json"
    lines = (f"  {json.dumps(name)}: {{\n    " + ",\n    ".join(
        f"{json.dumps(key)}: {json.dumps(value)}" for key, value in case.items()) + "\n  }" for name, case in cases.items())
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
