"""An independent implementation of the training in NumPy and PyTorch, written from the papers and the documentation.

`verify.py` compares the tools with it, and `make_fixtures.py` records with it the runs that the tests repeat. It is not
needed to build, use or test the tools.
"""

import collections
import functools

import numpy as np
import torch

from wgan_networks import NORMS, count, networks, sizes, statistics
from wgan_schedule import optimizer, plateau, schedule_factor

STREAMS = dict(
    initialization=1, order=2, critic_noise=3, generator_noise=4, interpolation=5, sampling=6, critic_dropout=7,
    generator_dropout_for_critic=8, critic_dropout_for_generator=9, generator_dropout=10)

GENERATOR = "dense 128; relu; dense 256; relu; dense {pixels}; tanh"
CRITIC = "dense 256; leaky-relu 0.2; dense 128; leaky-relu 0.2; dense 1"

# Name: the constraint, critic steps per generator step, the optimizer of both networks.
PRESETS = {
    "mlp-clip": ("clip 0.01", "5", "rmsprop rate 5e-05 alpha 0.99 epsilon 1e-08"),
    "mlp-clip-adam": ("clip 0.01", "1", "adam rate 0.0001 beta1 0.9 beta2 0.999 epsilon 1e-08"),
    "mlp-gp": ("gradient-penalty 10.0", "5", "adam rate 0.0001 beta1 0.5 beta2 0.9 epsilon 1e-08"),
    "mlp-gp-plateau": ("gradient-penalty 10.0", "1", "adam rate 0.0002 beta1 0.5 beta2 0.999 epsilon 1e-08"),
}
SCHEDULES = {
    "mlp-gp-plateau": "plateau factor 0.5 patience 2 threshold 0.0001 cooldown 0 floor 0.0 every step",
}

# The values of a step; None if not computed. `generator` is the mean of C over the generator's samples before its
# update.
Report = collections.namedtuple(
    "Report", "epoch wasserstein penalty gradient_norm critic_real critic_fake generator")


def philox(c0, c1, c2, c3, seed):
    """Philox4x32-10 (Salmon et al. 2011) for arrays of counters. Returns four arrays of 32-bit words."""
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
    """Latent vectors by the Box-Muller transform, one row for each number in `samples`."""
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


def kept(samples, size, probability, stream, step, seed):
    """Which values of each sample dropout keeps: those whose 32 random bits are at least probability · 2³²."""
    w = philox(np.asarray(samples)[:, None], np.arange((size + 3) // 4)[None, :], step, stream, seed)
    return np.stack(w, axis=-1).reshape(len(samples), -1)[:, :size] >= round(probability * 2**32)


def mask(layer, samples, stream, step, seed):
    """The mask of a dropout layer. The values of an image are numbered by position, with the channels of a position
    together. The same holds for a vector that was an image or becomes one."""
    channels, height, width = layer.layout
    numbers = kept(samples, channels * height * width, layer.p, stream, step, seed)
    return torch.tensor(numbers.reshape(-1, height, width, channels).transpose(0, 3, 1, 2).copy())


@functools.lru_cache(maxsize=1)
def order(count, epoch, seed):
    """The Fisher-Yates shuffle of 0 … count − 1."""
    w = philox(np.arange(count), 0, epoch, STREAMS["order"], seed)
    indices = list(range(count))
    for last in range(count - 1, 0, -1):
        bits = int(w[0][last]) << 32 | int(w[1][last])
        other = bits * (last + 1) >> 64
        indices[last], indices[other] = indices[other], indices[last]
    return np.array(indices)


def configuration(preset, image="1x28x28", seed=0, **overrides):
    """A preset for images of this shape, as the metadata of a checkpoint."""
    constraint, critic_steps, rule = PRESETS[preset]
    config = dict(
        image=image, latent="100", generator=GENERATOR.format(pixels=count(image)), critic=CRITIC, batch_size="64",
        critic_steps=critic_steps, critic_warm_up="none", real_batch="fresh", constraint=constraint,
        interpolation="uniform", generator_optimizer=rule, critic_optimizer=rule,
        schedule=SCHEDULES.get(preset, "constant"), initialization="pytorch", seed=str(seed))
    return {"config." + key: value for key, value in (config | overrides).items()}


def initial(metadata):
    """The initial tensors of a run. Parameter i uses step i of its random stream."""
    tensors, step = {}, 0
    for name, module in networks(metadata).items():
        for index, layer in enumerate(module):
            for kind, parameter in layer.named_parameters():
                draw = metadata["config.initialization"], kind, STREAMS["initialization"], step
                tensors[f"{name}.{index}.{kind}"] = (
                    parameter.detach().double().numpy() if isinstance(layer, NORMS) else
                    drawn(layer.weight, parameter.numel(), *draw, int(metadata["config.seed"])).reshape(parameter.shape))
                step += 1
        tensors |= {f"{name}.{key}": value.double().numpy() for key, value in statistics(module).items()}
    return tensors


def drawn(weight, size, initialization, kind, stream, step, seed):
    """Initial weights or biases of a layer with this weight, with fans as in PyTorch."""
    inputs, outputs = torch.nn.init._calculate_fan_in_and_fan_out(weight)
    if initialization == "pytorch":
        return (2 * uniform(size, stream, step, seed) - 1) / inputs**0.5
    if kind == "bias":
        return np.zeros(size)
    if initialization == "glorot":
        return (2 * uniform(size, stream, step, seed) - 1) * (6 / (inputs + outputs)) ** 0.5
    deviation = {"he": (2 / inputs) ** 0.5, "dcgan": 0.02}[initialization]
    return deviation * normal(np.arange(size), 1, stream, step, seed)[:, 0]


class Run:
    """A training run in PyTorch, as described in the papers, from a checkpoint of step 0."""

    def __init__(self, tensors, metadata, dtype=torch.float64):
        config = {k.removeprefix("config."): v for k, v in metadata.items() if k.startswith("config.")}
        self.dtype, self.seed = dtype, int(config["seed"])
        self.latent, self.batch = int(config["latent"]), int(config["batch_size"])
        self.critic_steps = int(config["critic_steps"])
        self.constraint, number = config["constraint"].split(" ")
        self.number = float(number)
        self.image = sizes(config["image"])
        self.networks = {name: module.to(dtype) for name, module in networks(metadata).items()}
        self.generator, self.critic = self.networks["generator"], self.networks["critic"]
        for name, module in self.networks.items():
            counters = {k: v for k, v in module.named_buffers() if k not in statistics(module)}
            module.load_state_dict(counters | {k.removeprefix(name + "."): torch.tensor(v, dtype=dtype)
                                               for k, v in tensors.items() if k.startswith(name + ".")})
        self.optimizers = {name: optimizer(config[name + "_optimizer"], module.parameters())
                           for name, module in self.networks.items()}
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
        """One critic step, and a generator step if it is due."""
        epoch = self.epoch
        rows = order(len(images), epoch, self.seed)[self.place * self.batch:(self.place + 1) * self.batch]
        real = self.tensor((2.0 * images[rows].reshape(self.batch, -1) - 255) / 255)
        samples = np.arange(self.batch)
        latent = self.tensor(normal(samples, self.latent, STREAMS["critic_noise"], self.critic_step, self.seed))
        fake = self.dropped("generator", "generator_dropout_for_critic", self.critic_step, samples)(latent).detach()

        def critic(group):
            """C for real (0), fake (1) or interpolated (2) samples. Their dropout masks are numbered consecutively."""
            return self.dropped("critic", "critic_dropout", self.critic_step, group * self.batch + samples)

        critic_real, critic_fake = critic(0)(real).mean(), critic(1)(fake).mean()
        loss = critic_fake - critic_real
        penalty = gradient_norm = score = None
        if self.constraint == "gradient-penalty":
            alpha = (normal(samples, 1, STREAMS["interpolation"], self.critic_step, self.seed) if self.is_normal else
                     uniform(self.batch, STREAMS["interpolation"], self.critic_step, self.seed)[:, None])
            alpha = self.tensor(alpha)
            between = (fake + alpha * (real - fake)).requires_grad_()
            gradient, = torch.autograd.grad(critic(2)(between).sum(), between, create_graph=True)
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
        is_due = self.phase == self.group(self.generator_step)
        self.place += 1 if is_due or not self.is_reused else 0
        if is_due:
            latent = self.tensor(normal(samples, self.latent, STREAMS["generator_noise"], self.generator_step, self.seed))
            made = self.dropped("generator", "generator_dropout", self.generator_step, samples)(latent)
            score = self.dropped("critic", "critic_dropout_for_generator", self.generator_step, samples)(made).mean()
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

    def dropped(self, name, stream, step, samples):
        """A network with the dropout masks of these samples of a step."""
        network = self.networks[name]
        return network.keeping({place: mask(layer, samples, STREAMS[stream] | place << 8, step, self.seed)
                                for place, layer in network.dropouts().items()})

    def group(self, number):
        """The critic steps before the generator step of this number, counted from 0."""
        if self.warm_up:
            steps, first, every = self.warm_up
            if number < first or number % every == 0:
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
        """All tensors by their names in a checkpoint, in the order of the file."""
        tensors = {f"{name}.{key}": value for name, module in self.networks.items()
                   for key, value in (dict(module.named_parameters()) | statistics(module)).items()}
        for name, module in self.networks.items():
            states = {key: self.optimizers[name].state[value] for key, value in module.named_parameters()}
            for moment in ("exp_avg", "exp_avg_sq", "square_avg"):
                tensors |= {f"optimizer.{name}.{moment}.{key}": state[moment]
                            for key, state in states.items() if moment in state}
        return {name: value.detach().numpy() for name, value in tensors.items()}

    def samples(self, numbers, seed):
        """The images of `wgan-sample` with these sample numbers and this seed."""
        latent = self.tensor(normal(np.asarray(numbers), self.latent, STREAMS["sampling"], 0, seed))
        self.generator.eval()
        with torch.no_grad():
            images = self.generator(latent).numpy()
        self.generator.train()
        return images
