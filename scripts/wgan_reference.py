"""The tools' training again, in NumPy and PyTorch, written from the papers and the tools' documentation.

Nothing here is needed to build, use or test the tools: it is what `verify.py` compares them with, and what
`make_fixtures.py` records the runs with that the tests repeat.
"""

import collections
import functools

import numpy as np
import torch

STREAMS = dict(initialization=1, order=2, critic_noise=3, generator_noise=4, interpolation=5, sampling=6)

GENERATOR = "dense 128; relu; dense 256; relu; dense {pixels}; tanh"
CRITIC = "dense 256; leaky-relu 0.2; dense 128; leaky-relu 0.2; dense 1"

# Name: the constraint, critic steps for each generator step, the rule of both optimisers.
PRESETS = {
    "mlp-clip": ("clip 0.01", "5", "rmsprop rate 5e-05 alpha 0.99 epsilon 1e-08"),
    "mlp-clip-adam": ("clip 0.01", "1", "adam rate 0.0001 beta1 0.9 beta2 0.999 epsilon 1e-08"),
    "mlp-gp": ("gradient-penalty 10.0", "5", "adam rate 0.0001 beta1 0.5 beta2 0.9 epsilon 1e-08"),
    "mlp-gp-plateau": ("gradient-penalty 10.0", "1", "adam rate 0.0002 beta1 0.5 beta2 0.999 epsilon 1e-08"),
}
SCHEDULES = {
    "mlp-gp-plateau": "plateau factor 0.5 patience 2 threshold 0.0001 cooldown 0 floor 0.0 every step",
}

# What a step saw. `generator` is the mean of C over the generator's samples, before its update; None is what was
# not computed.
Report = collections.namedtuple(
    "Report", "epoch wasserstein penalty gradient_norm critic_real critic_fake generator")


def philox(c0, c1, c2, c3, seed):
    """Philox4x32-10 (Salmon et al. 2011) of arrays of counters: four arrays of 32-bit words."""
    x = [np.asarray(c, dtype=np.uint64) for c in np.broadcast_arrays(c0, c1, c2, c3)]
    key = [seed & 0xFFFFFFFF, seed >> 32]
    mask = np.uint64(0xFFFFFFFF)
    for _ in range(10):
        p = x[0] * np.uint64(0xD2511F53)
        q = x[2] * np.uint64(0xCD9E8D57)
        x = [(q >> np.uint64(32)) ^ x[1] ^ np.uint64(key[0]), q & mask,
             (p >> np.uint64(32)) ^ x[3] ^ np.uint64(key[1]), p & mask]
        key = [(key[0] + 0x9E3779B9) & 0xFFFFFFFF, (key[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return x


def normal(samples, size, stream, step, seed):
    """Latents: one row for each number of `samples`, by Box and Muller."""
    quads = (size + 3) // 4
    w = philox(np.asarray(samples)[:, None], np.arange(quads)[None, :], step, stream, seed)
    out = np.empty((len(samples), quads, 4))
    for half in (0, 1):
        radius = np.sqrt(-2 * np.log((w[2 * half] + 0.5) * 2.0**-32))
        angle = 2 * np.pi * w[2 * half + 1] * 2.0**-32
        out[:, :, 2 * half] = radius * np.cos(angle)
        out[:, :, 2 * half + 1] = radius * np.sin(angle)
    return out.reshape(len(samples), -1)[:, :size]


def uniform(count, stream, step, seed):
    return (philox(np.arange(count), 0, step, stream, seed)[0] >> np.uint64(8)) * 2.0**-24


@functools.lru_cache(maxsize=1)
def order(count, epoch, seed):
    """Fisher and Yates' shuffle of 0 … count − 1."""
    w = philox(np.arange(count), 0, epoch, STREAMS["order"], seed)
    indices = list(range(count))
    for last in range(count - 1, 0, -1):
        bits = int(w[0][last]) << 32 | int(w[1][last])
        other = bits * (last + 1) >> 64
        indices[last], indices[other] = indices[other], indices[last]
    return np.array(indices)


def configuration(preset, image="1x28x28", seed=0, **overrides):
    """A preset for images of this shape, as a checkpoint's metadata has it."""
    constraint, critic_steps, rule = PRESETS[preset]
    config = dict(
        image=image, latent="100", generator=GENERATOR.format(pixels=count(image)), critic=CRITIC, batch_size="64",
        critic_steps=critic_steps, critic_warm_up="none", real_batch="fresh", constraint=constraint,
        interpolation="uniform", generator_optimizer=rule, critic_optimizer=rule,
        schedule=SCHEDULES.get(preset, "constant"), seed=str(seed))
    return {"config." + key: value for key, value in (config | overrides).items()}


def count(image):
    """The numbers in an image of shape `1x28x28`."""
    return int(np.prod([int(n) for n in image.split("x")]))


def initial(metadata):
    """The tensors that a run begins with: uniform on ±1/√fan_in, tensor i drawn from step i of its stream."""
    seed = int(metadata["config.seed"])
    tensors, step = {}, 0
    for name, inputs in (("generator", int(metadata["config.latent"])), ("critic", count(metadata["config.image"]))):
        module = network(metadata["config." + name], inputs)
        for index, layer in enumerate(module):
            if not isinstance(layer, torch.nn.Linear):
                continue
            for kind, parameter in (("weight", layer.weight), ("bias", layer.bias)):
                u = uniform(parameter.numel(), STREAMS["initialization"], step, seed)
                tensors[f"{name}.{index}.{kind}"] = ((2 * u - 1) / layer.in_features**0.5).reshape(parameter.shape)
                step += 1
    return tensors


class Network(torch.nn.Sequential):
    """Layers from and to vectors, whatever shapes lie between."""

    def __init__(self, layers, shape):
        super().__init__(*layers)
        self.shape = shape

    def forward(self, x):
        return super().forward(x.reshape(len(x), *self.shape)).flatten(1)


class Dense(torch.nn.Linear):
    """Linear, of an image too."""

    def forward(self, x):
        return super().forward(x.flatten(1))


def network(words, shape):
    """`dense 128; relu; …` as nn.Sequential, of vectors (an int) or images (channels, height, width)."""
    shape = (shape,) if isinstance(shape, int) else tuple(shape)
    layers, inputs = [], shape
    for word in words.split("; "):
        name, *rest = word.split(" ")
        if name == "dense":
            layers.append(Dense(int(np.prod(inputs)), int(rest[0])))
            inputs = (int(rest[0]),)
        elif name == "conv":
            bias = rest[-1] != "no-bias"
            options = dict(zip(rest[1::2], rest[2::2]))
            layers.append(torch.nn.Conv2d(inputs[0], int(rest[0]), int(options["kernel"]), bias=bias,
                                          stride=int(options.get("stride", 1)), padding=int(options.get("padding", 0))))
            inputs = tuple(layers[-1](torch.zeros(1, *inputs)).shape[1:])
        elif name == "conv-transposed":
            bias = rest[-1] != "no-bias"
            options = {key: int(value) for key, value in zip(rest[1::2], rest[2::2])}
            layers.append(torch.nn.ConvTranspose2d(
                inputs[0], int(rest[0]), options["kernel"], bias=bias, stride=options.get("stride", 1),
                padding=options.get("padding", 0), output_padding=options.get("output-padding", 0)))
            inputs = tuple(layers[-1](torch.zeros(1, *inputs)).shape[1:])
        elif name == "reshape":
            inputs = tuple(int(n) for n in rest[0].split("x"))
            layers.append(torch.nn.Unflatten(1, inputs))
        elif name == "flatten":
            layers.append(torch.nn.Flatten())
        elif name == "relu":
            layers.append(torch.nn.ReLU())
        elif name == "leaky-relu":
            layers.append(torch.nn.LeakyReLU(float(rest[0])))
        elif name == "tanh":
            layers.append(torch.nn.Tanh())
        else:
            raise ValueError(word)
    return Network(layers, shape)


def optimizer(words, parameters):
    """`adam rate 0.0001 …` as torch.optim's."""
    name, *rest = words.split(" ")
    numbers = {key: float(value) for key, value in zip(rest[::2], rest[1::2])}
    if name == "adam":
        return torch.optim.Adam(parameters, lr=numbers["rate"], eps=numbers["epsilon"],
                                betas=(numbers["beta1"], numbers["beta2"]))
    return torch.optim.RMSprop(parameters, lr=numbers["rate"], eps=numbers["epsilon"],
                               alpha=numbers["alpha"])


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


class Run:
    """A training run in PyTorch, as the papers write it down, from a checkpoint of step 0."""

    def __init__(self, tensors, metadata, dtype=torch.float64):
        config = {k.removeprefix("config."): v for k, v in metadata.items() if k.startswith("config.")}
        self.dtype, self.seed = dtype, int(config["seed"])
        self.latent, self.batch = int(config["latent"]), int(config["batch_size"])
        self.critic_steps = int(config["critic_steps"])
        self.constraint, number = config["constraint"].split(" ")
        self.number = float(number)
        self.generator = network(config["generator"], self.latent).to(dtype)
        self.critic = network(config["critic"], [int(n) for n in config["image"].split("x")]).to(dtype)
        for name, module in (("generator.", self.generator), ("critic.", self.critic)):
            module.load_state_dict({k.removeprefix(name): torch.tensor(v, dtype=dtype)
                                    for k, v in tensors.items() if k.startswith(name)})
        self.optimizers = {name: optimizer(config[name + "_optimizer"], module.parameters())
                           for name, module in (("generator", self.generator), ("critic", self.critic))}
        self.schedule = config["schedule"].split(" ")
        self.rates = {name: rule.param_groups[0]["lr"] for name, rule in self.optimizers.items()}
        self.plateaus = {name: plateau(self.schedule, rule) for name, rule in self.optimizers.items()
                         if self.schedule[0] == "plateau"}
        self.every = self.schedule[-1] if self.plateaus else None
        self.warm_up = [int(n) for n in config["critic_warm_up"].split(" ") if n != "none"]
        self.is_reused, self.is_normal = config["real_batch"] == "reused", config["interpolation"] == "normal"
        self.critic_step = self.generator_step = self.phase = self.epoch = self.place = 0
        self.estimates = []

    def tensor(self, array):
        return torch.tensor(np.asarray(array), dtype=self.dtype)

    def step(self, images):
        """One critic step, and the generator's if it is due."""
        epoch = self.epoch
        rows = order(len(images), epoch, self.seed)[self.place * self.batch:(self.place + 1) * self.batch]
        real = self.tensor((2.0 * images[rows].reshape(self.batch, -1) - 255) / 255)
        samples = np.arange(self.batch)
        latent = self.tensor(normal(samples, self.latent, STREAMS["critic_noise"], self.critic_step, self.seed))
        fake = self.generator(latent).detach()
        critic_real, critic_fake = self.critic(real).mean(), self.critic(fake).mean()
        loss = critic_fake - critic_real
        penalty = gradient_norm = score = None
        if self.constraint == "gradient-penalty":
            alpha = (normal(samples, 1, STREAMS["interpolation"], self.critic_step, self.seed) if self.is_normal else
                     uniform(self.batch, STREAMS["interpolation"], self.critic_step, self.seed)[:, None])
            alpha = self.tensor(alpha)
            between = (fake + alpha * (real - fake)).requires_grad_()
            gradient, = torch.autograd.grad(self.critic(between).sum(), between, create_graph=True)
            norms = gradient.norm(dim=1)
            penalty, gradient_norm = self.number * ((norms - 1) ** 2).mean(), norms.mean()
            loss = loss + penalty
        self.update("critic", loss)
        if self.constraint == "clip":
            with torch.no_grad():
                for parameter in self.critic.parameters():
                    parameter.clamp_(-self.number, self.number)
        self.critic_step += 1
        self.phase += 1
        self.estimates.append((critic_real - critic_fake).item())
        is_due = self.phase == self.group()
        self.place += 1 if is_due or not self.is_reused else 0
        if is_due:
            latent = self.tensor(normal(samples, self.latent, STREAMS["generator_noise"], self.generator_step, self.seed))
            score = self.critic(self.generator(latent)).mean()
            self.update("generator", -score)
            self.generator_step += 1
            self.phase = 0
        if self.place == len(images) // self.batch:
            self.epoch, self.place = self.epoch + 1, 0
            if self.every == "epoch":
                for scheduler in self.plateaus.values():
                    scheduler.step(abs(np.mean(self.estimates)))
            self.estimates = []
        numbers = (critic_real - critic_fake, penalty, gradient_norm, critic_real, critic_fake, score)
        return Report(epoch + 1, *(None if number is None else number.item() for number in numbers))

    def group(self):
        """The critic steps before the next generator step."""
        if self.warm_up:
            steps, first, every = self.warm_up
            if self.generator_step < first or self.generator_step % every == 0:
                return steps
        return self.critic_steps

    def update(self, name, loss):
        rule = self.optimizers[name]
        if not self.plateaus:
            rule.param_groups[0]["lr"] = self.rates[name] * schedule_factor(self.schedule, self.generator_step)
        rule.zero_grad()
        loss.backward()
        rule.step()
        if self.every == "step":
            self.plateaus[name].step(loss.item())

    def checkpoint(self):
        """Every tensor by its name in a checkpoint, in the order of the file."""
        networks = (("generator", self.generator), ("critic", self.critic))
        tensors = {f"{name}.{key}": value for name, module in networks for key, value in module.named_parameters()}
        for name, module in networks:
            states = {key: self.optimizers[name].state[value] for key, value in module.named_parameters()}
            for moment in ("exp_avg", "exp_avg_sq", "square_avg"):
                tensors |= {f"optimizer.{name}.{moment}.{key}": state[moment]
                            for key, state in states.items() if moment in state}
        return {name: value.detach().numpy() for name, value in tensors.items()}

    def samples(self, numbers, seed):
        """The images of these numbers of a seed of `wgan-sample`."""
        latent = self.tensor(normal(np.asarray(numbers), self.latent, STREAMS["sampling"], 0, seed))
        with torch.no_grad():
            return self.generator(latent).numpy()
