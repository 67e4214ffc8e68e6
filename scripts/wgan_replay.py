"""Repeats the steps of a trace in PyTorch, with the random numbers of the trace."""

import collections
import sys
import zlib

import numpy as np
import torch
from safetensors import safe_open

import wgan_kinks
import wgan_networks
import wgan_schedule


class File:
    """A tensor file. Tensors are read on demand."""

    def __init__(self, path):
        self.path = path
        try:
            self.file = safe_open(path, "pt")
        except Exception as error:
            self.require(False, error)
        self.metadata, self.names = self.file.metadata() or {}, set(self.file.keys())

    def require(self, condition, message):
        if not condition:
            print(f"replay.py: {self.path}: {message}", file=sys.stderr)
            sys.exit(65)

    def tensor(self, name):
        self.require(name in self.names, f"contains no tensor {name}")
        return self.file.get_tensor(name)

    def numpy(self, name):
        return self.tensor(name).numpy()


class Replay:
    """Training in PyTorch with the random numbers of a trace.

    Each step starts from the state that the trace has after the previous step; if `is_free`, from the state of this
    replay. If the error of a gradient exceeds `bound`, units near a kink are tried on the other side.
    """

    def __init__(self, checkpoint, data, trace, is_free, dtype, bound):
        check(checkpoint, data, trace)
        self.images, self.trace, self.is_free, self.dtype = data.numpy("images"), trace, is_free, dtype
        config, progress = ({key.removeprefix(prefix): value for key, value in checkpoint.metadata.items()
                             if key.startswith(prefix)} for prefix in ("config.", "progress."))
        self.config = config
        self.constraint, strength = config["constraint"].split(" ")
        self.strength = float(strength)
        networks = wgan_networks.networks(checkpoint.metadata)
        self.networks = {name: module.to(dtype) for name, module in networks.items()}
        self.optimizers = {name: wgan_schedule.optimizer(config[name + "_optimizer"], module.parameters())
                      for name, module in self.networks.items()}
        for name, rule in self.optimizers.items():
            for parameter in self.networks[name].parameters():
                moments = {moment: torch.zeros_like(parameter) for moment in wgan_schedule.MOMENTS[type(rule)]}
                rule.state[parameter] = {"step": torch.tensor(float(int(progress[name + "_steps"]) + int(config.get(name + "_updates", 0))))} | moments
        with torch.no_grad():
            for name, value in self.state().items():
                value.copy_(checkpoint.tensor(name))
        self.schedule = wgan_schedule.TrainingSchedule(config, progress, trace.metadata["trace.only"],
                                    len(self.images) // int(config["batch_size"]))
        is_exact = dtype == torch.float64 and not is_free
        self.kinks, self.bound = wgan_kinks.Kinks(self.networks) if is_exact else None, bound
        # The epoch and the batch of each step.
        self.positions = {}
        steps = {".".join(name.split(".")[:2]) for name in trace.names if not name.startswith("padding.")}
        trace.require(steps, "contains no step")
        self.steps = sorted(
            steps, key=lambda step: sum(int(self.metrics(step)[f"{name}_step"]) for name in self.networks))

    def metrics(self, step):
        """The metrics of a step by name, as text."""
        tokens = self.trace.metadata[step].split(" ")
        return dict(zip(tokens[::2], tokens[1::2]))

    def state(self):
        """All tensors by their names in a checkpoint."""
        tensors = {}
        for name, module in self.networks.items():
            parameters = dict(module.named_parameters())
            tensors |= {f"{name}.{key}": value for key, value in parameters.items()}
            tensors |= {f"{name}.{key}": value for key, value in wgan_networks.statistics(module).items()}
            tensors |= {f"optimizer.{name}.{moment}.{key}": value for key, parameter in parameters.items()
                        for moment, value in self.optimizers[name].state[parameter].items() if moment != "step"}
        return tensors

    def traced(self, step, name):
        """A metric or a tensor of a step in the trace."""
        key = "lr_" + step.split(".")[0] if name == "rate" else name
        metrics = self.metrics(step)
        return float(metrics[key]) if key in metrics and name != "gradient_norm" else self.drawn(step, name)

    def drawn(self, step, name):
        return self.trace.tensor(f"{step}.{name}").to(self.dtype)

    def masked(self, step, name, suffix=""):
        """A network with the dropout masks of a forward pass of the step."""
        network = self.networks[name]
        if self.kinks:
            self.kinks.pass_suffix = suffix
        return network.keeping({place: self.drawn(step, f"mask.{name}.{place}{suffix}")
                                for place in network.dropouts()})

    def step(self, step):
        """Does one update. Returns the expected values of the trace, each with the scale of its error."""
        name = self.schedule.next
        self.trace.require(step == f"{name}.{self.schedule.steps[name] + 1}", f"contains {step}, expected a step of the {name}")
        self.positions[step] = self.schedule.epoch, self.schedule.batch
        rule = self.optimizers[name]
        rule.param_groups[0]["lr"] = rate = self.schedule.rate(name)
        numbers, seen = self.differentiate(step, name)
        seen |= {"rate": (rate, rate)}
        for key, (parameter, scale, is_zero) in self.gradients(name).items():
            seen[f"gradient.{key}"] = own(parameter.grad)[0], scale
            if is_zero or not self.is_free:
                parameter.grad.copy_(self.drawn(step, f"gradient.{key}"))
        rule.step()
        if name == "critic" and self.constraint == "clip":
            for parameter in self.networks[name].parameters():
                parameter.data.clamp_(-self.strength, self.strength)
        for key, value in self.state().items():
            if f"{step}.after.{key}" in self.trace.names:
                seen[f"after.{key}"] = own(value)
                if not self.is_free:
                    value.data.copy_(self.drawn(step, f"after.{key}"))
        self.schedule.advance(name, **{key: value.item() for key, value in numbers.items()})
        return seen

    def differentiate(self, step, name):
        """The objective of a step and its gradient, on the same side of each kink as in the trace unless the run is free."""
        running = {key: value.clone() for key, value in self.state().items() if "running" in key}

        def attempt():
            for key, value in self.state().items():
                if key in running:
                    value.data.copy_(running[key])
            self.optimizers[name].zero_grad()
            numbers, seen = self.critic(step) if name == "critic" else self.generator(step)
            numbers["objective"].backward()
            return numbers, seen

        def residual():
            gradients = self.gradients(name)
            return [(self.drawn(step, f"gradient.{key}") - parameter.grad) / scale
                    for key, (parameter, scale, _) in gradients.items()], [scale for _, scale, _ in gradients.values()]

        if self.kinks is None:
            return attempt()
        return self.kinks.settle(attempt, list(self.networks[name].parameters()), residual, self.bound)

    def critic(self, step):
        """mean C(fake) − mean C(real), with a gradient penalty + λ · mean (‖∇C(x̂)‖ − 1)²."""
        indices = self.trace.numpy(f"{step}.indices")
        real = torch.tensor(self.images[indices].reshape(len(indices), -1)).to(self.dtype)
        if self.images.dtype == np.uint8:
            real = (2 * real - 255) / 255
        with torch.no_grad():
            fake = self.masked(step, "generator")(self.drawn(step, "latents"))
        of_real = self.masked(step, "critic", ".real")(real)[:, 0]
        of_fake = self.masked(step, "critic", ".fake")(fake)[:, 0]
        scale = max(own(of_real)[1], own(of_fake)[1])
        wasserstein, penalty = of_real.mean() - of_fake.mean(), 0
        seen = {"score.real": (of_real, scale), "score.fake": (of_fake, scale), "wasserstein": (wasserstein, scale)}
        if self.constraint == "gradient-penalty":
            alpha = self.drawn(step, "alpha")[:, None]
            between = (fake + alpha * (real - fake)).requires_grad_()
            scores = self.masked(step, "critic", ".interpolated")(between)
            gradient, = torch.autograd.grad(scores.sum(), between, create_graph=True)
            norms = gradient.norm(dim=1)
            penalty = self.strength * ((norms - 1) ** 2).mean()
            seen |= {"gradient_norm": own(norms), "penalty": (penalty, max(self.strength, penalty.item()))}
        seen = {name: (value.detach(), scale) for name, (value, scale) in seen.items()}
        return dict(wasserstein=wasserstein, objective=penalty - wasserstein), seen

    def generator(self, step):
        """−mean C(G(z))."""
        made = self.masked(step, "generator")(self.drawn(step, "latents"))
        scores = self.masked(step, "critic")(made)[:, 0]
        return dict(objective=-scores.mean()), {"score.fake": own(scores)}

    def gradients(self, name):
        """All parameters of a network, each with the scale of the error of its gradient, and whether the exact gradient
        is 0, as for a bias before batch norm. The error of such a gradient is relative to the largest number of its
        layer, and the update uses the gradient of the trace."""
        parameters = dict(self.networks[name].named_parameters())
        layers = collections.defaultdict(float)
        for key, parameter in parameters.items():
            layers[key.split(".")[0]] = max(layers[key.split(".")[0]], own(parameter.grad)[1])
        found = {}
        for key, parameter in parameters.items():
            scale, layer = own(parameter.grad)[1], layers[key.split(".")[0]]
            is_zero = scale <= 1000 * torch.finfo(self.dtype).eps * layer
            found[key] = parameter, (layer if is_zero else scale) or 1, is_zero
        return found


def own(tensor):
    """A copy of a tensor, and its largest magnitude as the scale of its error."""
    copy = tensor.detach().clone()
    return copy, copy.abs().max().item()


def check(checkpoint, data, trace):
    """Checks that the files belong together."""
    trace.require(trace.metadata.get("tensorio.kind") == "trace", "is not a trace")
    differing = [key for key, value in checkpoint.metadata.items()
                 if key.startswith(("config.", "progress.")) and trace.metadata.get(key) != value]
    trace.require(not differing, f"does not start from {checkpoint.path}: {', '.join(differing)} differ")
    images = data.numpy("images")
    fingerprint = f"{images.shape[0]}x{'x'.join(map(str, images.shape[1:]))} {zlib.crc32(images):08x}"
    trace.require(trace.metadata["trace.images"] == fingerprint, f"belongs to other images than {data.path}")
