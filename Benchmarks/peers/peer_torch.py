"""PyTorch, eager or compiled. See peer.py."""

import peer

options = peer.arguments(["eager", "compiled"])

import math
import time

import torch

from torch_network import network
from workload import Workload


def optimizer(words, parameters):
    name, n = words
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
        self.optimizers = {"generator": optimizer(work.optimizers["generator"], self.generator_parameters),
                           "critic": optimizer(work.optimizers["critic"], self.critic_parameters)}
        self.images = torch.tensor(work.images)
        self.order, self.batch = torch.randperm(len(self.images)), 0
        self.format, self.note = torch.contiguous_format, ""
        # Batch norm must see real and fake samples apart.
        self.joins = not work.critic.has("batch-norm")
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
        if self.joins:
            scores = critic(torch.cat([real, fake]))
            loss = scores[size:].mean() - scores[:size].mean()
        else:
            loss = critic(fake).mean() - critic(real).mean()
        if self.work.penalty is not None:
            loss = loss + self.penalty(critic, torch.lerp(fake, real, alpha))
        return torch.autograd.grad(loss, self.critic_parameters)

    def penalty(self, critic, between):
        between = between.detach().requires_grad_()
        gradient, = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
        return self.work.penalty * ((gradient.flatten(1).norm(dim=1) - 1) ** 2).mean()

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
        if self.work.bound is not None:
            with torch.no_grad():
                torch._foreach_clamp_max_(self.critic_parameters, self.work.bound)
                torch._foreach_clamp_min_(self.critic_parameters, -self.work.bound)

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
        """Fresh networks without dropout: mean C of the first images, mean C(G), and the penalty half way."""
        generator, critic = network(self.work.generator), network(self.work.critic)
        for module in critic.modules():
            module.train(not isinstance(module, torch.nn.Dropout))
        real = self.images[:self.work.batch].to(torch.float32) * (2 / 255) - 1
        latent = torch.sin(torch.arange(self.work.batch * self.work.latent, dtype=torch.float32))
        fake = generator(latent.reshape(self.work.batch, -1)).detach().reshape(real.shape)
        numbers = [critic(real).mean(), critic(fake).mean()]
        numbers += [] if self.work.penalty is None else [self.penalty(critic, (real + fake) / 2)]
        return [number.item() for number in numbers]


def choose_format(trainer):
    """Channels last or first, whichever this machine does faster: the best of a few tries in turn."""
    layouts = {"channels first": torch.contiguous_format, "channels last": torch.channels_last}
    seconds = {}
    for attempt in range(3):
        for name, layout in layouts.items():
            use(trainer, layout)
            began = time.perf_counter()
            trainer.critic(1)
            if attempt:  # the first one plans
                seconds[name] = min(seconds.get(name, math.inf), time.perf_counter() - began)
    trainer.note = min(seconds, key=seconds.get)
    use(trainer, layouts[trainer.note])


def use(trainer, layout):
    trainer.format = layout
    for module in (trainer.generator_network, trainer.critic_network):
        module.to(memory_format=layout)


if __name__ == "__main__":
    peer.serve(torch.__version__, Trainer)
