"""What a peer is to train: a checkpoint's configuration, its networks in words, its weights, and the images.

Needs numpy alone, so that no framework pays for another's reader.
"""

import dataclasses
import json
import math
import zlib

import numpy as np

TYPES = {"F32": np.float32, "U8": np.uint8, "I64": np.int64}


class Unsupported(Exception):
    """A word, or a number after it, that a peer cannot do."""


@dataclasses.dataclass
class Layer:
    """One word of a network, with what comes in and goes out, without the batch: (features,) or (C, H, W)."""

    name: str
    options: dict
    inputs: tuple
    outputs: tuple
    # PyTorch's names and layouts, for one weights dictionary for every peer.
    parameters: dict = dataclasses.field(default_factory=dict)
    # Of a residual block: its two paths.
    main: list = dataclasses.field(default_factory=list)
    shortcut: list = dataclasses.field(default_factory=list)


class Workload:
    """A checkpoint's metadata, read once."""

    def __init__(self, checkpoint, images, batches_per_generator_step):
        self.metadata, self.tensors = read(checkpoint)
        config = {key.removeprefix("config."): value for key, value in self.metadata.items()}
        self.image = sizes(config["image"])
        self.latent, self.batch = int(config["latent"]), int(config["batch_size"])
        self.critic_steps = int(config["critic_steps"])
        self.reuses_batch = batches_per_generator_step < self.critic_steps
        constraint, number = config["constraint"].split(" ")
        if constraint not in ("clip", "gradient-penalty"):
            raise Unsupported(f"the constraint {constraint} is unknown")
        self.penalty = float(number) if constraint == "gradient-penalty" else None
        self.bound = float(number) if constraint == "clip" else None
        self.generator = Network("generator", config["generator"], (self.latent,), self.tensors)
        self.critic = Network("critic", config["critic"], self.image, self.tensors)
        self.optimizers = {name: optimizer(config[name + "_optimizer"]) for name in ("generator", "critic")}
        self.images = None if images is None else read(images)[1]["images"]

    @property
    def is_dense(self):
        return not (self.generator.has("conv", "conv-transposed") or self.critic.has("conv", "conv-transposed"))


class Network:
    """Layers in order, and the weights they begin with by PyTorch's names."""

    def __init__(self, role, words, inputs, tensors):
        words = [phrase.split() for phrase in words.split(";")]
        phrases = list(enumerate(words))
        self.layers, _ = parse(phrases, inputs)
        if phrases:
            raise Unsupported(f"the {role} has {phrases[0][1][0]} without residual")
        self.weights = {}
        for layer in self.all():
            for name, shape in layer.parameters.items():
                stored = tensors.get(f"{role}.{name}")
                self.weights[name] = stored if stored is not None and stored.shape == shape else start(name, shape)
        self.words = words

    def all(self):
        """Every layer, those of residual blocks too."""
        pending = list(self.layers)
        while pending:
            layer = pending.pop(0)
            yield layer
            pending = layer.main + layer.shortcut + pending

    def has(self, *names):
        return any(phrase[0] in names for phrase in self.words)


def parse(phrases, inputs, ends=()):
    """Layers up to a word of `ends`, which is taken too, and what they give."""
    layers = []
    while phrases:
        index, (name, *rest) = phrases.pop(0)
        if name in ends:
            return layers, inputs
        if name in ("shortcut", "add"):
            phrases.insert(0, (index, [name, *rest]))
            break
        if name == "residual":
            main, outputs = parse(phrases, inputs, ("shortcut",))
            shortcut, _ = parse(phrases, inputs, ("add",))
            layers.append(Layer(name, {}, inputs, outputs, main=main, shortcut=shortcut))
        else:
            layers.append(layer(index, name, rest, inputs))
        inputs = layers[-1].outputs
    if ends:
        raise Unsupported(f"residual without {ends[0]}")
    return layers, inputs


def layer(index, name, rest, inputs):
    """One word; `index` is its place, by which a checkpoint names its tensors."""
    bias = "no-bias" not in rest
    rest = [word for word in rest if word != "no-bias"]
    first = rest.pop(0) if len(rest) % 2 else None
    options = {key: value if value == "same" else float(value) for key, value in zip(rest[::2], rest[1::2])}
    outputs, parameters = inputs, {}

    def add(**shapes):
        parameters.update({f"{index}.{key}": shape for key, shape in shapes.items()})

    if name == "dense":
        outputs = (int(first),)
        add(weight=(int(first), math.prod(inputs)), **({"bias": outputs} if bias else {}))
    elif name in ("conv", "conv-transposed"):
        channels, kernel, stride = int(first), int(options["kernel"]), int(options.get("stride", 1))
        padding, extra = options.get("padding", 0), int(options.get("output-padding", 0))
        if name == "conv":
            pads = [same(size, kernel, stride) if padding == "same" else 2 * (int(padding),) for size in inputs[1:]]
            spatial = [(size + sum(pad) - kernel) // stride + 1 for size, pad in zip(inputs[1:], pads)]
            shape = (channels, inputs[0], kernel, kernel)
        else:
            pads = int(padding)
            spatial = [(size - 1) * stride - 2 * pads + kernel + extra for size in inputs[1:]]
            shape = (inputs[0], channels, kernel, kernel)
        outputs = (channels, *spatial)
        options = dict(kernel=kernel, stride=stride, pads=pads, extra=extra)
        add(weight=shape, **({"bias": (channels,)} if bias else {}))
    elif name in ("batch-norm", "layer-norm"):
        options = dict(epsilon=1e-5, momentum=0.1) | options
        add(weight=inputs[:1], bias=inputs[:1])
        if name == "batch-norm":
            add(running_mean=inputs[:1], running_var=inputs[:1])
    elif name in ("upsample", "zero-pad", "crop", "mean-pool"):
        n = int(first)
        change = {"upsample": lambda s: s * n, "zero-pad": lambda s: s + 2 * n, "crop": lambda s: s - 2 * n,
                  "mean-pool": lambda s: s // n}[name]
        options, outputs = dict(n=n), (inputs[0], *(change(size) for size in inputs[1:]))
    elif name == "reshape":
        outputs = sizes(first)
    elif name == "flatten":
        outputs = (math.prod(inputs),)
    elif name in ("leaky-relu", "dropout"):
        options = dict(n=float(first))
    elif name not in ("relu", "tanh", "sigmoid"):
        raise Unsupported(f"the word {name} is unknown")
    return Layer(name, options | {"index": index}, inputs, outputs, parameters)


def same(size, kernel, stride):
    """TensorFlow's padding before and behind."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def sizes(text):
    return tuple(int(size) for size in text.split("x"))


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
