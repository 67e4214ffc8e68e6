"""Converts a network to PyTorch modules."""

import numpy as np
import torch
import torch.nn.functional as F

from workload import Unsupported


class AsymmetricZeroPad(torch.nn.Module):
    """Zero padding with different sizes before and after an axis, which Conv2d does not support."""

    def __init__(self, pads):
        super().__init__()
        self.pads = [pad for axis in reversed(pads) for pad in axis]

    def forward(self, x):
        return F.pad(x, self.pads)


class Dense(torch.nn.Linear):
    """Linear, which also accepts images."""

    def forward(self, x):
        return super().forward(x.flatten(1))


class Residual(torch.nn.Module):
    def __init__(self, layer):
        super().__init__()
        self.main, self.shortcut = modules(layer.main), modules(layer.shortcut)

    def forward(self, x):
        return self.main(x) + self.shortcut(x)


def modules(layers):
    return torch.nn.Sequential(*(module for layer in layers for module in layer_modules(layer)))


def layer_modules(layer):
    """Returns the modules of one layer. A module with weights has the attribute layer_index, which is part of the names
    of its tensors in the checkpoint.
    """
    o, inputs, outputs = layer.options, layer.inputs, layer.outputs
    padding_modules, module = [], None
    match layer.name:
        case "residual": return [Residual(layer)]
        case "dense": module = Dense(int(np.prod(inputs)), outputs[0], bias=o["bias"])
        case "conv":
            padding = [pads[0] for pads in o["padding"]]
            if any(front != behind for front, behind in o["padding"]):
                padding_modules, padding = [AsymmetricZeroPad(o["padding"])], 0
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
        case _: raise Unsupported(f"peer_torch.py does not support the layer {layer.name}")
    module.layer_index = o["index"]
    return padding_modules + [module]


def network(network):
    """Returns a network as nn.Sequential, with the weights of the checkpoint."""
    built = modules(network.layers)
    with torch.no_grad():
        for module in built.modules():
            for name, tensor in [*module.named_parameters(recurse=False), *module.named_buffers(recurse=False)]:
                if f"{module.layer_index}.{name}" in network.weights:
                    tensor.copy_(torch.tensor(network.weights[f"{module.layer_index}.{name}"]))
    return built
