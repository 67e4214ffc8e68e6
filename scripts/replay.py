#!/usr/bin/env python3
"""Does the steps of a trace again in PyTorch, and says how far the tools were from it: docs/TRACE.md.

    python3 -m venv venv && venv/bin/pip install torch numpy safetensors
    wgan-step start.bin --data train.tensor --steps 4 --trace steps.trace -o end.bin
    venv/bin/python scripts/replay.py start.bin train.tensor steps.trace

From the tools it takes the checkpoint that the run began with, the images, and what the steps drew; the networks, the
objectives, their gradients, the optimisers and the schedule are PyTorch's and this script's own.
"""

import argparse
import collections
import functools
import sys
import zlib

import numpy as np
import torch
from safetensors import safe_open

import wgan_draws
import wgan_kinks
import wgan_torch

# The largest relative errors, by the kind of number. Single precision rounds to 6e-8; a gradient sums many such numbers
# that cancel one another.
TOLERANCES = {"rate": 1e-12, "score": 1e-5, "gradient": 3e-5, "after": 1e-6}


def main():
    parser = argparse.ArgumentParser(description="Does the steps of a trace again in PyTorch and compares.")
    parser.add_argument("checkpoint", help="what the traced run began with")
    parser.add_argument("data", help="the images that it saw")
    parser.add_argument("trace")
    parser.add_argument("--from-start", action="store_true", help="run all steps from the checkpoint, rather than each "
                        "from where the trace says that the one before ended, and in single precision beside; what "
                        "they differ is shown, and judged only by a --tolerance that is given")
    parser.add_argument("--single", action="store_true", help="reckon in single precision, not in double")
    parser.add_argument("--tolerance", type=float, help="the largest relative error of anything (default: by its kind)")
    parser.add_argument("--all", action="store_true", help="a line for every tensor of every step")
    arguments = parser.parse_args()
    checkpoint, data, trace = (File(path) for path in (arguments.checkpoint, arguments.data, arguments.trace))
    begin = functools.partial(Replay, checkpoint, data, trace, arguments.from_start)
    replay = begin(torch.float32 if arguments.single else torch.float64)
    peer = begin(torch.float32) if arguments.from_start else None

    worst = collections.defaultdict(list)
    print(f"{'step':<15}{'wasserstein':>12}{'scores':>9}{'gradient':>9}{'state':>9}{'kinks':>7}  the worst")
    for step in replay.steps:
        expected = replay.step(step)
        errors = {name: difference(replay.traced(step, name), *right) for name, right in expected.items()}
        theirs = peer and {name: difference(wrong, *expected[name]) for name, (wrong, _) in peer.step(step).items()}
        columns = [max((error for name, error in errors.items() if kind(name) == column), default=0)
                   for column in ("score", "gradient", "after")]
        print(f"{step:<15}{replay.words(step)['wasserstein']:>12.9}", *(f"{column:8.1e}" for column in columns),
              f"{replay.kinks.count if replay.kinks else 0:6} {max(errors, key=errors.get)}", flush=True)
        for name, error in errors.items():
            worst[step.split(".")[0], name].append((error, theirs[name] if peer else 0, step))
            if arguments.all:
                print(f"    {error:8.1e}  {name}")

    print(f"\n{'worst':>8}{'   PyTorch' if peer else ''}  tensor, over all steps")
    failures = wgan_draws.flaws(replay)
    for (network, name), errors in worst.items():
        largest, _, step = max(errors)
        theirs = f"{max(error for _, error, _ in errors):10.1e}" if peer else ""
        print(f"{largest:8.1e}{theirs}  {network}: {name}")
        if not largest <= (arguments.tolerance or (float("inf") if peer else TOLERANCES[kind(name)])):
            failures.append(f"{step}: {name} is {largest:.1e} off")
    error, _, step = max(max(errors) for errors in worst.values())
    print(f"\n{len(replay.steps)} steps; the worst relative error is {error:.1e}, in {step}")
    for words in failures:
        print(f"FAILED {words}")
    sys.exit(1 if failures else 0)


def kind(name):
    return "score" if name in ("wasserstein", "penalty", "gradient_norm") else name.split(".")[0]


def difference(found, expected, scale):
    """max |found − expected| / scale, in double precision."""
    found, expected = (torch.as_tensor(numbers, dtype=torch.float64) for numbers in (found, expected))
    largest = (found - expected).abs().max().item()
    return 0.0 if largest == 0 else largest / scale if scale and largest == largest else float("inf")


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
    """Training in PyTorch, by the draws of a trace."""

    def __init__(self, checkpoint, data, trace, is_free, dtype):
        check(checkpoint, data, trace)
        self.images, self.trace, self.is_free, self.dtype = data.numpy("images"), trace, is_free, dtype
        config, progress = ({key.removeprefix(prefix): value for key, value in checkpoint.metadata.items()
                             if key.startswith(prefix)} for prefix in ("config.", "progress."))
        self.config = config
        self.constraint, strength = config["constraint"].split(" ")
        self.strength = float(strength)
        self.networks = {name: module.to(dtype) for name, module in wgan_torch.networks(checkpoint.metadata).items()}
        self.rules = {name: wgan_torch.optimizer(config[name + "_optimizer"], module.parameters())
                      for name, module in self.networks.items()}
        for name, rule in self.rules.items():
            for parameter in self.networks[name].parameters():
                moments = {moment: torch.zeros_like(parameter) for moment in wgan_torch.MOMENTS[type(rule)]}
                rule.state[parameter] = {"step": torch.tensor(float(progress[name + "_steps"]))} | moments
        with torch.no_grad():
            for name, value in self.state().items():
                value.copy_(checkpoint.tensor(name))
        self.pace = wgan_torch.Pace(config, progress, trace.metadata["trace.only"],
                                    len(self.images) // int(config["batch_size"]))
        is_exact = dtype == torch.float64 and not is_free
        self.kinks = wgan_kinks.Kinks(self.networks) if is_exact else None
        # Of each step the epoch and the batch in it.
        self.places = {}
        steps = {".".join(name.split(".")[:2]) for name in trace.names if not name.startswith("padding.")}
        trace.require(steps, "has no step")
        self.steps = sorted(steps, key=lambda step: sum(int(self.words(step)[f"{n}_step"]) for n in self.networks))

    def words(self, step):
        """The numbers of a step, as its line of metrics has them."""
        words = self.trace.metadata[step].split(" ")
        return dict(zip(words[::2], words[1::2]))

    def state(self):
        """Every tensor by its name in a checkpoint."""
        tensors = {}
        for name, module in self.networks.items():
            parameters = dict(module.named_parameters())
            tensors |= {f"{name}.{key}": value for key, value in (parameters | wgan_torch.statistics(module)).items()}
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
        return self.kinks.settle(attempt, list(self.networks[name].parameters()), residual, TOLERANCES["gradient"])

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


if __name__ == "__main__":
    main()
