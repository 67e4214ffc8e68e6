"""The input of all frameworks: the configuration, networks and weights of a checkpoint, and the images.

This module imports only numpy, so it adds as little as possible to the start-up time of each framework.
"""

import dataclasses
import json
import math
import zlib

import numpy as np

TYPES = {"F32": np.float32, "U8": np.uint8, "I64": np.int64}


class Unsupported(Exception):
    """A layer or setting that a framework's script does not implement."""


@dataclasses.dataclass
class Layer:
    """A layer of docs/NETWORKS.md. Shapes do not include the batch: (features,) or (C, H, W)."""

    name: str
    # The members of the layer in the JSON output of wgan-init.
    options: dict
    inputs: tuple
    outputs: tuple
    # The names and shapes of all parameters and buffers, as in PyTorch.
    parameters: dict
    # The two paths of a residual block.
    main: list
    shortcut: list


class Workload:
    """The configuration, networks and weights of a checkpoint, and the images."""

    def __init__(self, checkpoint, networks, images=None, batches_per_generator_step=1):
        self.metadata, self.tensors = read_safetensors(checkpoint)
        config = {key.removeprefix("config."): value for key, value in self.metadata.items()}
        self.image = tuple(int(size) for size in config["image"].split("x"))
        self.latent, self.batch = int(config["latent"]), int(config["batch_size"])
        self.critic_steps = int(config["critic_steps"])
        self.reuses_batch = batches_per_generator_step < self.critic_steps
        constraint, number = config["constraint"].split(" ")
        if constraint not in ("clip", "gradient-penalty"):
            raise Unsupported(f"unknown constraint {constraint}")
        self.penalty_weight = float(number) if constraint == "gradient-penalty" else None
        self.clip_bound = float(number) if constraint == "clip" else None
        with open(networks) as file:
            layers = json.load(file)
        self.generator, self.critic = (Network(name, layers[name], self.tensors) for name in ("generator", "critic"))
        self.optimizers = {name: parse_optimizer(config[name + "_optimizer"]) for name in ("generator", "critic")}
        self.images = None if images is None else read_safetensors(images)[1]["images"]

    @property
    def is_dense(self):
        """Whether the networks have no convolutions."""
        return not (self.generator.has("conv", "conv-transposed") or self.critic.has("conv", "conv-transposed"))


class Network:
    """The layers in order, and the initial weights by their names in PyTorch."""

    def __init__(self, role, entries, tensors):
        self.layers, self.weights = parse_layers(iter(entries)), {}
        for layer in self.all_layers():
            for name, shape in layer.parameters.items():
                stored = tensors.get(f"{role}.{name}")
                self.weights[name] = stored if stored is not None and stored.shape == shape else \
                    initial_value(name, shape)

    def all_layers(self):
        """Yields every layer, including those of residual blocks."""
        pending = list(self.layers)
        while pending:
            layer = pending.pop(0)
            yield layer
            pending = layer.main + layer.shortcut + pending

    def has(self, *names):
        """Whether the network has a layer with one of these names."""
        return any(layer.name in names for layer in self.all_layers())


def parse_layers(entries):
    """Returns the layers up to the end of the network, or of a path of a residual block."""
    layers = []
    for entry in entries:
        if entry["layer"] in ("shortcut", "add"):
            break
        main, shortcut = (parse_layers(entries), parse_layers(entries)) if entry["layer"] == "residual" else ([], [])
        parameters = {name: tuple(shape) for name, shape in (entry["parameters"] | entry["buffers"]).items()}
        inputs, outputs = tuple(entry["input"]), tuple(entry["output"])
        layers.append(Layer(entry["layer"], entry, inputs, outputs, parameters, main, shortcut))
    return layers


def initial_value(name, shape):
    """Returns the value of a tensor that the checkpoint does not have. It is the same for all frameworks."""
    kind = name.rpartition(".")[2]
    if len(shape) == 1:
        return np.full(shape, kind in ("weight", "running_var"), np.float32)
    bound = 1 / math.sqrt(math.prod(shape[1:]))
    return np.random.default_rng(zlib.crc32(name.encode())).uniform(-bound, bound, shape).astype(np.float32)


def parse_optimizer(text):
    """Returns the name and the numbers by key, such as `("rmsprop", {"rate": 5e-5, …})`."""
    name, *rest = text.split()
    if name not in ("adam", "rmsprop"):
        raise Unsupported(f"unknown optimizer {name}")
    return name, {key: float(value) for key, value in zip(rest[::2], rest[1::2])}


def read_safetensors(path):
    """Returns the metadata and tensors of a safetensors file. The tensors are memory-mapped."""
    data = np.memmap(path, np.uint8, "r")
    begin = 8 + int(data[:8].view("<u8")[0])
    header = json.loads(bytes(data[8:begin]))
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        lower, upper = (begin + offset for offset in entry["data_offsets"])
        tensors[name] = data[lower:upper].view(TYPES[entry["dtype"]]).reshape(entry["shape"])
    return metadata, tensors
