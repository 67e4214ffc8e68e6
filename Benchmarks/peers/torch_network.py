"""A network as PyTorch's modules."""

import numpy as np
import torch
import torch.nn.functional as F

from workload import Unsupported


class Same(torch.nn.Module):
    """Zeros around an image, not as many on every side."""

    def __init__(self, pads):
        super().__init__()
        self.pads = [pad for axis in reversed(pads) for pad in axis]

    def forward(self, x):
        return F.pad(x, self.pads)


class Dense(torch.nn.Linear):
    """Linear, of an image too."""

    def forward(self, x):
        return super().forward(x.flatten(1))


class Residual(torch.nn.Module):
    def __init__(self, layer):
        super().__init__()
        self.main, self.shortcut = modules(layer.main), modules(layer.shortcut)

    def forward(self, x):
        return self.main(x) + self.shortcut(x)


def modules(layers):
    return torch.nn.Sequential(*(module for layer in layers for module in made(layer)))


def made(layer):
    """The modules of one layer; those with weights know the place that the checkpoint names them by."""
    o, inputs, outputs = layer.options, layer.inputs, layer.outputs
    before, module = [], None
    match layer.name:
        case "residual": return [Residual(layer)]
        case "dense": module = Dense(int(np.prod(inputs)), outputs[0], bias=o["bias"])
        case "conv":
            padding = [pads[0] for pads in o["padding"]]
            if any(front != behind for front, behind in o["padding"]):
                before, padding = [Same(o["padding"])], 0
            module = torch.nn.Conv2d(inputs[0], outputs[0], o["kernel"], o["stride"], padding, bias=o["bias"])
        case "conv-transposed":
            padding = [pads[0] for pads in o["padding"]]
            module = torch.nn.ConvTranspose2d(inputs[0], outputs[0], o["kernel"], o["stride"], padding,
                                              o["output_padding"], bias=o["bias"])
        case "batch-norm":
            kind = torch.nn.BatchNorm1d if len(inputs) == 1 else torch.nn.BatchNorm2d
            module = kind(inputs[0], eps=o["epsilon"], momentum=o["momentum"])
        case "layer-norm": module = torch.nn.GroupNorm(1, inputs[0], eps=o["epsilon"])
        case "dropout": module = torch.nn.Dropout(o["probability"])
        case "upsample": module = torch.nn.Upsample(scale_factor=o["factor"], mode="nearest")
        case "mean-pool": module = torch.nn.AvgPool2d(o["size"])
        case "zero-pad": module = torch.nn.ZeroPad2d(o["margin"])
        case "crop": module = torch.nn.ZeroPad2d(-o["margin"])
        case "reshape": module = torch.nn.Unflatten(1, outputs)
        case "flatten": module = torch.nn.Flatten()
        case "relu": module = torch.nn.ReLU(inplace=False)
        case "leaky-relu": module = torch.nn.LeakyReLU(o["slope"])
        case "tanh": module = torch.nn.Tanh()
        case "sigmoid": module = torch.nn.Sigmoid()
        case _: raise Unsupported(f"PyTorch here has no {layer.name}")
    module.place = o["index"]
    return before + [module]


def network(network):
    """As nn.Sequential, with the checkpoint's weights."""
    built = modules(network.layers)
    with torch.no_grad():
        for module in built.modules():
            for name, tensor in [*module.named_parameters(recurse=False), *module.named_buffers(recurse=False)]:
                if f"{module.place}.{name}" in network.weights:
                    tensor.copy_(torch.tensor(network.weights[f"{module.place}.{name}"]))
    return built
