"""The networks of a checkpoint in PyTorch, from the layers that `wgan-init --print-networks --json` prints.

docs/NETWORKS.md defines that output. `wgan-init` is looked up in the folder TOOLS of the environment, or else on PATH.
"""

import json
import math
import os
import pathlib
import subprocess
import tempfile

import torch


def sizes(image):
    """Channels, height and width of a shape such as `1x28x28`."""
    return tuple(int(n) for n in image.split("x"))


def count(image):
    """The number of values of an image with a shape such as `1x28x28`."""
    return math.prod(sizes(image))


def networks(metadata):
    """Both networks of a checkpoint by name."""
    return {name: Network(layers) for name, layers in resolved(metadata).items()}


def resolved(metadata):
    """The layers of both networks with their shapes, for the metadata of a checkpoint."""
    tool = pathlib.Path(os.environ.get("TOOLS", ""), "wgan-init")
    with tempfile.TemporaryDirectory() as folder:
        # These options replace everything that a preset says about networks.
        options = ["--shape", metadata["config.image"], "--latent", metadata["config.latent"]]
        for name in ("generator", "critic"):
            path = pathlib.Path(folder, name)
            path.write_text(metadata[f"config.{name}"])
            options += [f"--{name}", path]
        command = [tool, "--print-networks", "--json", "--preset", "mlp-gp", *options]
        return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def statistics(module):
    """The running statistics of batch norm."""
    return {key: value for key, value in module.named_buffers() if not key.endswith("num_batches_tracked")}


class Mark(torch.nn.Module):
    """A part of a residual block that is not a layer: `residual`, `shortcut` or `add`."""

    def __init__(self, name):
        super().__init__()
        self.name = name


class Network(torch.nn.Sequential):
    """Layers whose input and output are vectors, with any shapes between them."""

    def __init__(self, layers):
        super().__init__(*map(module, layers))
        self.inputs = [layer["input"] for layer in layers]

    def forward(self, x):
        for layer, shape in zip(self, self.inputs):
            name = layer.name if isinstance(layer, Mark) else None
            if name == "residual":
                block = x
            elif name == "shortcut":
                x, main = block, x
            elif name == "add":
                x = main.reshape(x.shape) + x
            else:
                x = layer(x.reshape(len(x), *shape))
        return x.flatten(1)

    def dropouts(self):
        """The dropout layers by their index."""
        return {place: layer for place, layer in enumerate(self) if isinstance(layer, Dropout)}

    def keeping(self, masks):
        """The network with a mask for each dropout layer, by its index."""
        for place, layer in self.dropouts().items():
            layer.mask = masks[place]
        return self


class Dense(torch.nn.Linear):
    """Linear, with images as inputs too."""

    def forward(self, x):
        return super().forward(x.flatten(1))


class Conv2d(torch.nn.Conv2d):
    """A convolution with `zeros` before and after each spatial axis."""

    def __init__(self, *sizes, zeros, **options):
        super().__init__(*sizes, **options)
        self.pads = [count for axis in reversed(zeros) for count in axis]

    def forward(self, x):
        return super().forward(torch.nn.functional.pad(x, self.pads))


class Dropout(torch.nn.Dropout):
    """Dropout with a given mask, if there is one. `layout` is the image whose order the values of a sample have."""

    mask = None

    def __init__(self, probability, layout):
        super().__init__(probability)
        self.layout = layout

    def forward(self, x):
        if self.mask is None or not self.training:
            return super().forward(x)
        return x * self.mask.reshape(x.shape) / (1 - self.p)


NORMS = torch.nn.BatchNorm1d, torch.nn.BatchNorm2d, torch.nn.GroupNorm


def module(layer):
    """The module of a layer."""
    nn, inputs = torch.nn, layer["input"]
    match layer["layer"]:
        case "dense": return Dense(math.prod(inputs), layer["outputs"], bias=layer["bias"])
        case "conv":
            return Conv2d(inputs[0], layer["channels"], layer["kernel"], stride=layer["stride"], zeros=layer["padding"],
                          bias=layer["bias"])
        case "conv-transposed":
            return nn.ConvTranspose2d(
                inputs[0], layer["channels"], layer["kernel"], stride=layer["stride"],
                padding=[before for before, _ in layer["padding"]], output_padding=layer["output_padding"],
                bias=layer["bias"])
        case "upsample": return nn.Upsample(scale_factor=layer["factor"], mode="nearest")
        case "batch-norm":
            kind = nn.BatchNorm1d if len(inputs) == 1 else nn.BatchNorm2d
            return kind(inputs[0], eps=layer["epsilon"], momentum=layer["momentum"])
        case "layer-norm": return nn.GroupNorm(1, inputs[0], eps=layer["epsilon"])
        case "dropout": return Dropout(layer["probability"], layer["mask_layout"])
        case "zero-pad": return nn.ZeroPad2d(layer["margin"])
        case "crop": return nn.ZeroPad2d(-layer["margin"])
        case "mean-pool": return nn.AvgPool2d(layer["size"])
        case "reshape": return nn.Unflatten(1, layer["output"])
        case "flatten": return nn.Flatten()
        case "relu": return nn.ReLU()
        case "leaky-relu": return nn.LeakyReLU(layer["slope"])
        case "tanh": return nn.Tanh()
        case "sigmoid": return nn.Sigmoid()
        case "residual" | "shortcut" | "add" as name: return Mark(name)
        case name: raise ValueError(f"unknown layer {name}")
