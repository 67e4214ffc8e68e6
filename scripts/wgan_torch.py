"""The words of a checkpoint as PyTorch has them: networks, optimisers and the ways of a learning rate.

Written from docs/NETWORKS.md and the papers, for the scripts that compare the tools with PyTorch.
"""

import itertools

import numpy as np
import torch


def sizes(image):
    """Channels, height and width of `1x28x28`."""
    return tuple(int(n) for n in image.split("x"))


def count(image):
    """The numbers in an image of shape `1x28x28`."""
    return int(np.prod(sizes(image)))


def networks(metadata):
    """Both networks of a checkpoint, by name."""
    image, latent = sizes(metadata["config.image"]), int(metadata["config.latent"])
    return dict(generator=network(metadata["config.generator"], (latent,), image),
                critic=network(metadata["config.critic"], image, (1,)))


def statistics(module):
    """The running statistics of batch norm."""
    return {key: value for key, value in module.named_buffers() if not key.endswith("num_batches_tracked")}


class Mark(torch.nn.Module):
    """A word that is no layer: `residual`, `shortcut`, `add`."""

    def __init__(self, name):
        super().__init__()
        self.name = name


class Network(torch.nn.Sequential):
    """Layers from and to vectors, whatever shapes lie between."""

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
        """The dropout layers by their place."""
        return {place: layer for place, layer in enumerate(self) if isinstance(layer, Dropout)}

    def keeping(self, masks):
        """The network, each dropout layer keeping what its mask says: one for each, by its place."""
        for place, layer in self.dropouts().items():
            layer.mask = masks[place]
        return self


class Dense(torch.nn.Linear):
    """Linear, of an image too."""

    def forward(self, x):
        return super().forward(x.flatten(1))


class SameConv2d(torch.nn.Conv2d):
    """Padded to ceil(size / stride) outputs, the odd zero behind: TensorFlow's "same" for any stride."""

    def forward(self, x):
        pads = []
        for size, kernel, stride in zip(x.shape[:1:-1], self.kernel_size[::-1], self.stride[::-1]):
            zeros = max((-(-size // stride) - 1) * stride + kernel - size, 0)
            pads += [zeros // 2, zeros - zeros // 2]
        return super().forward(torch.nn.functional.pad(x, pads))


class Dropout(torch.nn.Dropout):
    """Dropout by a mask where there is one. `layout` is the image that a sample's numbers are, were or become."""

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
    """`dense 128; relu; …` as nn.Sequential, of and to vectors (n,) or images (channels, height, width)."""
    words = [word.split(" ") for word in text.split("; ")]
    layers, inputs, layout, block = [], shape, image_of(shape), None
    for place, (name, *rest) in enumerate(words):
        has_bias = rest[-1:] != ["no-bias"]
        # The options, after what comes without a name.
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
            inputs, layout = (int(rest[0]),), layout_after(words[place + 1:], int(rest[0]), result)
        elif name not in (*POINTWISE, "add"):
            with torch.no_grad():
                inputs = tuple(layers[-1](torch.zeros(1, *inputs)).shape[1:])
            layout = layout if name == "flatten" else inputs
    return Network(layers, shape)


def image_of(shape):
    """A vector is an image of one position."""
    return shape if len(shape) == 3 else (*shape, 1, 1)


def layout_after(words, size, result):
    """The image that a dense layer's outputs become."""
    words = list(itertools.dropwhile(lambda word: word[0] in POINTWISE, words))
    image = image_of(result) if not words else sizes(words[0][1]) if words[0][0] == "reshape" else None
    return image if image and np.prod(image) == size else (size, 1, 1)


def optimizer(words, parameters):
    """`adam rate 0.0001 …` as torch.optim's."""
    name, *rest = words.split(" ")
    numbers = {key: float(value) for key, value in zip(rest[::2], rest[1::2])}
    if name == "adam":
        return torch.optim.Adam(parameters, lr=numbers["rate"], eps=numbers["epsilon"],
                                betas=(numbers["beta1"], numbers["beta2"]))
    return torch.optim.RMSprop(parameters, lr=numbers["rate"], eps=numbers["epsilon"],
                               alpha=numbers["alpha"])


MOMENTS = {torch.optim.Adam: ("exp_avg", "exp_avg_sq"), torch.optim.RMSprop: ("square_avg",)}


def plateau(words, rule):
    """`plateau factor 0.5 …` as torch.optim's."""
    numbers = dict(zip(words[1::2], words[2::2]))
    return torch.optim.lr_scheduler.ReduceLROnPlateau(
        rule, mode="min", threshold_mode="rel", factor=float(numbers["factor"]), patience=int(numbers["patience"]),
        threshold=float(numbers["threshold"]), cooldown=int(numbers["cooldown"]), min_lr=float(numbers["floor"]))


def schedule_factor(words, done):
    """What the rates are multiplied by after so many generator steps: `cosine 100 warm-up 10` and its like."""
    factor = min(1, (done + 1) / int(words[words.index("warm-up") + 1])) if "warm-up" in words else 1
    if words[0] == "linear":
        factor *= max(0, 1 - done / int(words[1]))
    if words[0] == "cosine":
        factor *= (1 + np.cos(np.pi * min(1, done / int(words[1])))) / 2
    return factor


class Pace:
    """When the networks step and how fast: the alternation, the place in the epoch, and the learning rates.

    `config` and `progress` are the words of a checkpoint, without their prefixes; `only` is the network that trains
    alone, or `both`.
    """

    def __init__(self, config, progress, only, batches):
        self.only, self.batches = only, batches
        self.steps = {name: int(progress[name + "_steps"]) for name in ("critic", "generator")}
        self.phase, self.epoch, self.batch, self.uses = (
            int(progress[key]) for key in ("phase", "epoch", "batch", "batch_uses"))
        self.schedule, self.is_reused = config["schedule"].split(" "), config["real_batch"] == "reused"
        self.critic_steps = int(config["critic_steps"])
        self.warm_up = [int(n) for n in config["critic_warm_up"].split(" ") if n != "none"]
        # Optimisers of nothing, for PyTorch's plateau to set the rates of.
        self.rules = {name: optimizer(config[name + "_optimizer"], [torch.zeros(1, dtype=torch.float64)])
                      for name in self.steps}
        self.plateaus, self.sum, self.count = {}, 0.0, 0
        if self.schedule[0] == "plateau":
            words = progress["plateau"].split(" ")
            self.sum, self.count = float(words[-3]), int(words[-1])
            for name, rule in self.rules.items():
                rate, best, bad, cooldown = (float(word) for word in words[words.index(name) + 2:][:7:2])
                rule.param_groups[0]["lr"] = rate
                scheduler = self.plateaus[name] = plateau(self.schedule, rule)
                scheduler.best, scheduler.num_bad_epochs, scheduler.cooldown_counter = best, int(bad), int(cooldown)

    @property
    def next(self):
        """The network that steps next."""
        return ("generator" if self.phase >= self.group() else "critic") if self.only == "both" else self.only

    def group(self):
        """The critic steps before the next generator step."""
        if self.warm_up:
            steps, first, every = self.warm_up
            if self.steps["generator"] < first or self.steps["generator"] % every == 0:
                return steps
        return self.critic_steps

    def rate(self, name):
        """The learning rate of a network's next step."""
        return self.rules[name].param_groups[0]["lr"] * schedule_factor(self.schedule, self.steps["generator"])

    def advance(self, name, objective, wasserstein=None):
        """Moves on after a step of a network that saw these numbers."""
        self.steps[name] += 1
        is_alternating = self.only == "both"
        if name == "critic":
            self.phase += is_alternating
            self.uses += 1
            is_used_up = self.next == "generator" if is_alternating else self.uses >= self.critic_steps
            if is_used_up or not self.is_reused:
                self.batch, self.uses = self.batch + 1, 0
            self.sum, self.count = self.sum + wasserstein, self.count + 1
        elif is_alternating:
            self.phase = 0
        every = self.schedule[self.schedule.index("every") + 1] if self.plateaus else None
        if every == "step":
            self.plateaus[name].step(objective)
        if self.batch == self.batches and not (is_alternating and self.next == "generator"):
            if every == "epoch" and self.count:
                for scheduler in self.plateaus.values():
                    scheduler.step(abs(self.sum / self.count))
            self.epoch, self.batch, self.sum, self.count = self.epoch + 1, 0, 0.0, 0
