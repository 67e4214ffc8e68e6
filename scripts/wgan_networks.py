"""The networks of a checkpoint in PyTorch, written from docs/NETWORKS.md."""

import itertools

import numpy as np
import torch


def sizes(image):
    """Channels, height and width of a shape such as `1x28x28`."""
    return tuple(int(n) for n in image.split("x"))


def count(image):
    """The number of values of an image with a shape such as `1x28x28`."""
    return int(np.prod(sizes(image)))


def networks(metadata):
    """Both networks of a checkpoint by name."""
    image, latent = sizes(metadata["config.image"]), int(metadata["config.latent"])
    return dict(generator=network(metadata["config.generator"], (latent,), image),
                critic=network(metadata["config.critic"], image, (1,)))


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

    def __init__(self, layers, shape):
        super().__init__(*layers)
        self.shape = shape

    def forward(self, x):
        x = x.reshape(len(x), *self.shape)
        for layer in self:
            name = layer.name if isinstance(layer, Mark) else None
            if name == "residual":
                block = x
            elif name == "shortcut":
                x, main = block, x
            elif name == "add":
                x = main + x
            else:
                x = layer(x)
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


class SameConv2d(torch.nn.Conv2d):
    """TensorFlow's "same" padding for any stride: ceil(size / stride) outputs, an odd zero at the end."""

    def forward(self, x):
        pads = []
        for size, kernel, stride in zip(x.shape[:1:-1], self.kernel_size[::-1], self.stride[::-1]):
            zeros = max((-(-size // stride) - 1) * stride + kernel - size, 0)
            pads += [zeros // 2, zeros - zeros // 2]
        return super().forward(torch.nn.functional.pad(x, pads))


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
POINTWISE = "relu", "leaky-relu", "tanh", "sigmoid", "dropout", "batch-norm", "layer-norm"


def network(text, shape, result):
    """An nn.Sequential for a text such as `dense 128; relu; …`. Shapes are (n,) or (channels, height, width)."""
    specs = [spec.split(" ") for spec in text.split("; ")]
    layers, inputs, layout, block = [], shape, image_of(shape), None
    for place, (name, *rest) in enumerate(specs):
        has_bias = rest[-1:] != ["no-bias"]
        # The options, which follow the positional argument.
        named = rest if name in ("batch-norm", "layer-norm") else rest[1:]
        options = dict(zip(named[::2], named[1::2]))
        number = {key: int(value) for key, value in options.items() if value.isdecimal()}
        if name == "dense":
            layers.append(Dense(int(np.prod(inputs)), int(rest[0]), bias=has_bias))
        elif name == "conv":
            kind = SameConv2d if options.get("padding") == "same" else torch.nn.Conv2d
            layers.append(kind(inputs[0], int(rest[0]), number["kernel"], bias=has_bias,
                               stride=number.get("stride", 1), padding=number.get("padding", 0)))
        elif name == "conv-transposed":
            layers.append(torch.nn.ConvTranspose2d(
                inputs[0], int(rest[0]), number["kernel"], bias=has_bias, stride=number.get("stride", 1),
                padding=number.get("padding", 0), output_padding=number.get("output-padding", 0)))
        elif name == "upsample":
            layers.append(torch.nn.Upsample(scale_factor=int(rest[0]), mode="nearest"))
        elif name == "batch-norm":
            kind = torch.nn.BatchNorm1d if len(inputs) == 1 else torch.nn.BatchNorm2d
            layers.append(kind(inputs[0], eps=float(options.get("epsilon", 1e-5)),
                               momentum=float(options.get("momentum", 0.1))))
        elif name == "layer-norm":
            layers.append(torch.nn.GroupNorm(1, inputs[0], eps=float(options.get("epsilon", 1e-5))))
        elif name == "dropout":
            layers.append(Dropout(float(rest[0]), layout))
        elif name in ("zero-pad", "crop"):
            layers.append(torch.nn.ZeroPad2d(int(rest[0]) if name == "zero-pad" else -int(rest[0])))
        elif name == "mean-pool":
            layers.append(torch.nn.AvgPool2d(int(rest[0])))
        elif name == "reshape":
            layers.append(torch.nn.Unflatten(1, sizes(rest[0])))
        elif name == "leaky-relu":
            layers.append(torch.nn.LeakyReLU(float(rest[0])))
        elif name in ("residual", "shortcut", "add"):
            layers.append(Mark(name))
        else:
            layers.append({"flatten": torch.nn.Flatten, "relu": torch.nn.ReLU, "tanh": torch.nn.Tanh,
                           "sigmoid": torch.nn.Sigmoid}[name]())
        if name == "residual":
            block = inputs, layout
        elif name == "shortcut":
            inputs, layout = block
        elif name == "dense":
            inputs, layout = (int(rest[0]),), layout_after(specs[place + 1:], int(rest[0]), result)
        elif name not in (*POINTWISE, "add"):
            with torch.no_grad():
                inputs = tuple(layers[-1](torch.zeros(1, *inputs)).shape[1:])
            layout = layout if name == "flatten" else inputs
    return Network(layers, shape)


def image_of(shape):
    """The shape as an image: a vector is an image with one position."""
    return shape if len(shape) == 3 else (*shape, 1, 1)


def layout_after(specs, size, result):
    """The image shape that the outputs of a dense layer are reshaped to."""
    specs = list(itertools.dropwhile(lambda spec: spec[0] in POINTWISE, specs))
    image = image_of(result) if not specs else sizes(specs[0][1]) if specs[0][0] == "reshape" else None
    return image if image and np.prod(image) == size else (size, 1, 1)
