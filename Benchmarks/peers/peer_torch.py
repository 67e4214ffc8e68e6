"""Training in PyTorch, eager or compiled. peer.py describes the protocol."""

import peer

options = peer.parse_arguments(["eager", "compiled"])

import math
import time

import torch

from torch_network import network
from workload import Workload


def make_optimizer(spec, parameters):
    name, n = spec
    if name == "adam":
        return torch.optim.Adam(parameters, lr=n["rate"], betas=(n["beta1"], n["beta2"]), eps=n["epsilon"], fused=True)
    return torch.optim.RMSprop(parameters, lr=n["rate"], alpha=n["alpha"], eps=n["epsilon"], foreach=True)


class Trainer:
    def __init__(self):
        self.work = work = Workload(options.checkpoint, options.networks, options.images, options.batches)
        torch.set_num_threads(options.threads)
        self.generator_network, self.critic_network = network(work.generator), network(work.critic)
        self.generator_parameters = list(self.generator_network.parameters())
        self.critic_parameters = list(self.critic_network.parameters())
        self.optimizers = {"generator": make_optimizer(work.optimizers["generator"], self.generator_parameters),
                           "critic": make_optimizer(work.optimizers["critic"], self.critic_parameters)}
        self.images = torch.tensor(work.images)
        self.order, self.batch = torch.randperm(len(self.images)), 0
        self.format, self.note = torch.contiguous_format, ""
        # Batch norm needs separate batches of real and fake samples.
        self.concatenates = not work.critic.has("batch-norm")
        self.critic_gradients, self.generator_gradients = self._critic_gradients, self._generator_gradients
        if options.mode == "compiled":
            torch._dynamo.config.trace_autograd_ops = True
            self.critic_gradients = torch.compile(self._critic_gradients)
            self.generator_gradients = torch.compile(self._generator_gradients)

    def real(self, advance=True):
        rows = self.order[self.batch * self.work.batch:(self.batch + 1) * self.work.batch]
        if advance:
            self.batch = (self.batch + 1) % (len(self.images) // self.work.batch)
        real = self.images[rows].to(torch.float32).mul_(2 / 255).sub_(1)
        return real.contiguous(memory_format=self.format)

    def latent(self):
        return torch.randn(self.work.batch, self.work.latent)

    def _critic_gradients(self, real, latent, alpha):
        critic, size = self.critic_network, len(real)
        with torch.no_grad():
            fake = self.generator_network(latent).reshape(real.shape)
        if self.concatenates:
            scores = critic(torch.cat([real, fake]))
            loss = scores[size:].mean() - scores[:size].mean()
        else:
            loss = critic(fake).mean() - critic(real).mean()
        if self.work.penalty_weight is not None:
            loss = loss + self.penalty(critic, torch.lerp(fake, real, alpha))
        return torch.autograd.grad(loss, self.critic_parameters)

    def penalty(self, critic, interpolates):
        interpolates = interpolates.detach().requires_grad_()
        gradient, = torch.autograd.grad(critic(interpolates).sum(), interpolates, create_graph=True)
        return self.work.penalty_weight * ((gradient.flatten(1).norm(dim=1) - 1) ** 2).mean()

    def _generator_gradients(self, latent):
        fake = self.generator_network(latent).reshape(-1, *self.work.image)
        return torch.autograd.grad(-self.critic_network(fake).mean(), self.generator_parameters)

    def update(self, name, parameters, gradients):
        for parameter, gradient in zip(parameters, gradients):
            parameter.grad = gradient
        self.optimizers[name].step()

    def critic_step(self, real):
        alpha = torch.rand(self.work.batch, 1, 1, 1)
        self.update("critic", self.critic_parameters, self.critic_gradients(real, self.latent(), alpha))
        if self.work.clip_bound is not None:
            with torch.no_grad():
                torch._foreach_clamp_max_(self.critic_parameters, self.work.clip_bound)
                torch._foreach_clamp_min_(self.critic_parameters, -self.work.clip_bound)

    def tune(self):
        if options.mode == "eager" and not self.work.is_dense:
            choose_format(self)

    def critic(self, count):
        for _ in range(count):
            self.critic_step(self.real())

    def generator(self, count):
        for _ in range(count):
            self.update("generator", self.generator_parameters, self.generator_gradients(self.latent()))

    def both(self, count):
        for _ in range(count):
            for step in range(self.work.critic_steps):
                self.critic_step(self.real(advance=not self.work.reuses_batch or step == 0))
            self.generator(1)

    def check(self):
        """Returns results of the untrained networks without dropout: the mean scores of the first real batch and of
        generated samples, and the gradient penalty at their midpoints.
        """
        generator, critic = network(self.work.generator), network(self.work.critic)
        for module in critic.modules():
            module.train(not isinstance(module, torch.nn.Dropout))
        real = self.images[:self.work.batch].to(torch.float32) * (2 / 255) - 1
        latent = torch.sin(torch.arange(self.work.batch * self.work.latent, dtype=torch.float32))
        fake = generator(latent.reshape(self.work.batch, -1)).detach().reshape(real.shape)
        numbers = [critic(real).mean(), critic(fake).mean()]
        numbers += [] if self.work.penalty_weight is None else [self.penalty(critic, (real + fake) / 2)]
        return [number.item() for number in numbers]


def choose_format(trainer):
    """Chooses the faster memory format on this machine, channels first or channels last, by a few interleaved steps."""
    layouts = {"channels first": torch.contiguous_format, "channels last": torch.channels_last}
    seconds = {}
    for attempt in range(3):
        for name, layout in layouts.items():
            set_format(trainer, layout)
            start = time.perf_counter()
            trainer.critic(1)
            if attempt:  # The first step creates the primitives of oneDNN.
                seconds[name] = min(seconds.get(name, math.inf), time.perf_counter() - start)
    trainer.note = min(seconds, key=seconds.get)
    set_format(trainer, layouts[trainer.note])


def set_format(trainer, layout):
    trainer.format = layout
    for module in (trainer.generator_network, trainer.critic_network):
        module.to(memory_format=layout)


if __name__ == "__main__":
    peer.serve(torch.__version__, Trainer)
