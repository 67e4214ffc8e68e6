"""What a peer is to train: a checkpoint's configuration, its networks, its weights, and the images.

Needs numpy alone, so that no framework pays for another's reader.
"""

import dataclasses
import json
import math
import zlib

import numpy as np

TYPES = {"F32": np.float32, "U8": np.uint8, "I64": np.int64}


class Unsupported(Exception):
    """A layer or a setting that a peer does not have."""


@dataclasses.dataclass
class Layer:
    """A layer of docs/NETWORKS.md. Shapes are without the batch: (features,) or (C, H, W)."""

    name: str
    # The layer's members in the JSON of wgan-init.
    options: dict
    inputs: tuple
    outputs: tuple
    # PyTorch's names and shapes of all tensors, the same for all peers.
    parameters: dict
    # The two paths of a residual block.
    main: list
    shortcut: list


class Workload:
    """The configuration of a checkpoint, its networks and weights, and the images."""

    def __init__(self, checkpoint, networks, images=None, batches_per_generator_step=1):
        self.metadata, self.tensors = read(checkpoint)
        config = {key.removeprefix("config."): value for key, value in self.metadata.items()}
        self.image = tuple(int(size) for size in config["image"].split("x"))
        self.latent, self.batch = int(config["latent"]), int(config["batch_size"])
        self.critic_steps = int(config["critic_steps"])
        self.reuses_batch = batches_per_generator_step < self.critic_steps
        constraint, number = config["constraint"].split(" ")
        if constraint not in ("clip", "gradient-penalty"):
            raise Unsupported(f"the constraint {constraint} is unknown")
        self.penalty = float(number) if constraint == "gradient-penalty" else None
        self.bound = float(number) if constraint == "clip" else None
        with open(networks) as file:
            layers = json.load(file)
        self.generator, self.critic = (Network(name, layers[name], self.tensors) for name in ("generator", "critic"))
        self.optimizers = {name: optimizer(config[name + "_optimizer"]) for name in ("generator", "critic")}
        self.images = None if images is None else read(images)[1]["images"]

    @property
    def is_dense(self):
        return not (self.generator.has("conv", "conv-transposed") or self.critic.has("conv", "conv-transposed"))


class Network:
    """Layers in order, and the weights they begin with by PyTorch's names."""

    def __init__(self, role, entries, tensors):
        self.layers, self.weights = path(iter(entries)), {}
        for layer in self.all():
            for name, shape in layer.parameters.items():
                stored = tensors.get(f"{role}.{name}")
                self.weights[name] = stored if stored is not None and stored.shape == shape else start(name, shape)

    def all(self):
        """Every layer, those of residual blocks too."""
        pending = list(self.layers)
        while pending:
            layer = pending.pop(0)
            yield layer
            pending = layer.main + layer.shortcut + pending

    def has(self, *names):
        return any(layer.name in names for layer in self.all())


def path(entries):
    """The layers up to the end of a path of a residual block, or of the network; a block is one layer."""
    layers = []
    for entry in entries:
        if entry["layer"] in ("shortcut", "add"):
            break
        main, shortcut = (path(entries), path(entries)) if entry["layer"] == "residual" else ([], [])
        parameters = {name: tuple(shape) for name, shape in (entry["parameters"] | entry["buffers"]).items()}
        inputs, outputs = tuple(entry["input"]), tuple(entry["output"])
        layers.append(Layer(entry["layer"], entry, inputs, outputs, parameters, main, shortcut))
    return layers


def start(name, shape):
    """Where a checkpoint has no such tensor: the same numbers for every peer."""
    kind = name.rpartition(".")[2]
    if len(shape) == 1:
        return np.full(shape, kind in ("weight", "running_var"), np.float32)
    bound = 1 / math.sqrt(math.prod(shape[1:]))
    return np.random.default_rng(zlib.crc32(name.encode())).uniform(-bound, bound, shape).astype(np.float32)


def optimizer(words):
    name, *rest = words.split()
    if name not in ("adam", "rmsprop"):
        raise Unsupported(f"the optimizer {name} is unknown")
    return name, {key: float(value) for key, value in zip(rest[::2], rest[1::2])}


def read(path):
    """The metadata and tensors of a safetensors file, mapped."""
    data = np.memmap(path, np.uint8, "r")
    begin = 8 + int(data[:8].view("<u8")[0])
    header = json.loads(bytes(data[8:begin]))
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        lower, upper = (begin + offset for offset in entry["data_offsets"])
        tensors[name] = data[lower:upper].view(TYPES[entry["dtype"]]).reshape(entry["shape"])
    return metadata, tensors
