"""Training again in PyTorch, by the draws of a trace."""

import collections
import sys
import zlib

import numpy as np
import torch
from safetensors import safe_open

import wgan_kinks
import wgan_networks
import wgan_pace


class File:
    """A tensor file, read as it is asked for."""

    def __init__(self, path):
        self.path = path
        try:
            self.file = safe_open(path, "pt")
        except Exception as error:
            self.require(False, error)
        self.metadata, self.names = self.file.metadata() or {}, set(self.file.keys())

    def require(self, condition, words):
        if not condition:
            print(f"replay.py: {self.path}: {words}", file=sys.stderr)
            sys.exit(65)

    def tensor(self, name):
        self.require(name in self.names, f"has no tensor {name}")
        return self.file.get_tensor(name)

    def numpy(self, name):
        return self.tensor(name).numpy()


class Replay:
    """Training in PyTorch, by the draws of a trace: from where it says that the step before ended or, if the run is
    free, from where this one did. A gradient that is further off than `bound` may be on the other side of a kink."""

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
        self.rules = {name: wgan_pace.optimizer(config[name + "_optimizer"], module.parameters())
                      for name, module in self.networks.items()}
        for name, rule in self.rules.items():
            for parameter in self.networks[name].parameters():
                moments = {moment: torch.zeros_like(parameter) for moment in wgan_pace.MOMENTS[type(rule)]}
                rule.state[parameter] = {"step": torch.tensor(float(progress[name + "_steps"]))} | moments
        with torch.no_grad():
            for name, value in self.state().items():
                value.copy_(checkpoint.tensor(name))
        self.pace = wgan_pace.Pace(config, progress, trace.metadata["trace.only"],
                                    len(self.images) // int(config["batch_size"]))
        is_exact = dtype == torch.float64 and not is_free
        self.kinks, self.bound = wgan_kinks.Kinks(self.networks) if is_exact else None, bound
        # Of each step the epoch and the batch in it.
        self.places = {}
        steps = {".".join(name.split(".")[:2]) for name in trace.names if not name.startswith("padding.")}
        trace.require(steps, "has no step")
        self.steps = sorted(
            steps, key=lambda step: sum(int(self.words(step)[f"{name}_step"]) for name in self.networks))

    def words(self, step):
        """The numbers of a step, as its line of metrics has them."""
        words = self.trace.metadata[step].split(" ")
        return dict(zip(words[::2], words[1::2]))

    def state(self):
        """Every tensor by its name in a checkpoint."""
        tensors = {}
        for name, module in self.networks.items():
            parameters = dict(module.named_parameters())
            tensors |= {f"{name}.{key}": value for key, value in parameters.items()}
            tensors |= {f"{name}.{key}": value for key, value in wgan_networks.statistics(module).items()}
            tensors |= {f"optimizer.{name}.{moment}.{key}": value for key, parameter in parameters.items()
                        for moment, value in self.rules[name].state[parameter].items() if moment != "step"}
        return tensors

    def traced(self, step, name):
        """What the trace says of a number or a tensor of a step."""
        key = "lr_" + step.split(".")[0] if name == "rate" else name
        words = self.words(step)
        return float(words[key]) if key in words and name != "gradient_norm" else self.drawn(step, name)

    def drawn(self, step, name):
        return self.trace.tensor(f"{step}.{name}").to(self.dtype)

    def masked(self, step, name, suffix=""):
        """A network, its dropout being that of a pass of the step."""
        network = self.networks[name]
        if self.kinks:
            self.kinks.passing = suffix
        return network.keeping({place: self.drawn(step, f"mask.{name}.{place}{suffix}")
                                for place in network.dropouts()})

    def step(self, step):
        """One update. Returns what the trace should say of it: each with the scale of its error."""
        name = self.pace.next
        self.trace.require(step == f"{name}.{self.pace.steps[name] + 1}", f"has {step} where the {name}'s turn is")
        self.places[step] = self.pace.epoch, self.pace.batch
        rule = self.rules[name]
        rule.param_groups[0]["lr"] = rate = self.pace.rate(name)
        numbers, seen = self.differentiate(step, name)
        seen |= {"rate": (rate, rate)}
        for key, (parameter, scale, is_nothing) in self.gradients(name).items():
            seen[f"gradient.{key}"] = own(parameter.grad)[0], scale
            if is_nothing or not self.is_free:
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
        self.pace.advance(name, **{key: value.item() for key, value in numbers.items()})
        return seen

    def differentiate(self, step, name):
        """The objective of a step, with its gradient: on the trace's side of every kink, unless the run is free."""
        running = {key: value.clone() for key, value in self.state().items() if "running" in key}

        def attempt():
            for key, value in self.state().items():
                if key in running:
                    value.data.copy_(running[key])
            self.rules[name].zero_grad()
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
            verdict = self.masked(step, "critic", ".interpolated")(between)
            gradient, = torch.autograd.grad(verdict.sum(), between, create_graph=True)
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
        """Every parameter of a network with the scale of an error in its gradient, and whether the exact gradient is
        nothing, as that of a bias before batch norm. What rounding left in its place is compared with the largest
        number of its layer, and an update takes it from the trace."""
        parameters = dict(self.networks[name].named_parameters())
        layers = collections.defaultdict(float)
        for key, parameter in parameters.items():
            layers[key.split(".")[0]] = max(layers[key.split(".")[0]], own(parameter.grad)[1])
        found = {}
        for key, parameter in parameters.items():
            scale, layer = own(parameter.grad)[1], layers[key.split(".")[0]]
            is_nothing = scale <= 1000 * torch.finfo(self.dtype).eps * layer
            found[key] = parameter, (layer if is_nothing else scale) or 1, is_nothing
        return found


def own(tensor):
    """A copy of a tensor, and its largest number as the scale of an error in it."""
    copy = tensor.detach().clone()
    return copy, copy.abs().max().item()


def check(checkpoint, data, trace):
    """Whether the files belong together."""
    trace.require(trace.metadata.get("tensorio.kind") == "trace", "is not a trace")
    differing = [key for key, value in checkpoint.metadata.items()
                 if key.startswith(("config.", "progress.")) and trace.metadata.get(key) != value]
    trace.require(not differing, f"did not begin with {checkpoint.path}, which has another {', '.join(differing)}")
    images = data.numpy("images")
    fingerprint = f"{images.shape[0]}x{'x'.join(map(str, images.shape[1:]))} {zlib.crc32(images):08x}"
    trace.require(trace.metadata["trace.images"] == fingerprint, f"is of other images than {data.path}")
