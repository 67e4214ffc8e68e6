#!/usr/bin/env python3
"""Critic steps a second beside PyTorch eager, in one run: rounds in turn, medians.

    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install torch numpy safetensors
    make && .build/release/idx2tensor /usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz -o /tmp/train.tensor
    /tmp/peers/bin/python Benchmarks/pytorch.py .build/release /tmp/train.tensor

Ours is timed from outside, with start, reading the images and writing the checkpoint; PyTorch's loop is timed alone, its
images in memory as floats, its random numbers its own: both are in its favour.
"""

import argparse
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "scripts"))

import torch
from safetensors import safe_open
from safetensors.numpy import load_file

from wgan_reference import networks, optimizer


class Eager:
    def __init__(self, checkpoint, images):
        with safe_open(checkpoint, "numpy") as file:
            config = file.metadata()
        self.latent, self.batch = int(config["config.latent"]), int(config["config.batch_size"])
        self.critic_steps = int(config["config.critic_steps"])
        self.constraint, number = config["config.constraint"].split(" ")
        self.number = float(number)
        self.images = torch.tensor(images, dtype=torch.float32).reshape(len(images), -1) / 127.5 - 1
        self.generator, self.critic = networks(config).values()
        self.generator_optimizer = optimizer(config["config.generator_optimizer"], self.generator.parameters())
        self.critic_optimizer = optimizer(config["config.critic_optimizer"], self.critic.parameters())

    def steps(self, count):
        batches = len(self.images) // self.batch
        for step in range(count):
            if step % batches == 0:
                order = torch.randperm(len(self.images))
            batch = step % batches
            real = self.images[order[batch * self.batch:(batch + 1) * self.batch]]
            with torch.no_grad():
                fake = self.generator(torch.randn(self.batch, self.latent))
            loss = self.critic(fake).mean() - self.critic(real).mean()
            if self.constraint == "gradient-penalty":
                alpha = torch.rand(self.batch, 1)
                between = (fake + alpha * (real - fake)).requires_grad_()
                gradient, = torch.autograd.grad(self.critic(between).sum(), between, create_graph=True)
                loss = loss + self.number * ((gradient.norm(dim=1) - 1) ** 2).mean()
            self.critic_optimizer.zero_grad(set_to_none=True)
            loss.backward()
            self.critic_optimizer.step()
            if self.constraint == "clip":
                with torch.no_grad():
                    for parameter in self.critic.parameters():
                        parameter.clamp_(-self.number, self.number)
            if (step + 1) % self.critic_steps == 0:
                for parameter in self.critic.parameters():
                    parameter.requires_grad_(False)
                loss = -self.critic(self.generator(torch.randn(self.batch, self.latent))).mean()
                self.generator_optimizer.zero_grad(set_to_none=True)
                loss.backward()
                self.generator_optimizer.step()
                for parameter in self.critic.parameters():
                    parameter.requires_grad_(True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tools", type=pathlib.Path)
    parser.add_argument("images", type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--steps", type=int, default=500, help="critic steps in a round")
    parser.add_argument("--presets", nargs="+", default=["mlp-clip", "mlp-gp"])
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    images = load_file(options.images)["images"]
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = pathlib.Path(folder, "checkpoint")
        for preset in options.presets:
            subprocess.run([options.tools / "wgan-init", "--preset", preset, "--like", options.images, "-o", checkpoint], check=True)
            eager = Eager(checkpoint, images)
            eager.steps(50)
            command = [options.tools / "wgan-step", checkpoint, "--data", options.images, "--threads", str(options.threads),
                       "--steps", str(options.steps // eager.critic_steps), "-o", checkpoint]
            rates = {"wgan-step": [], "PyTorch eager": []}
            for _ in range(options.rounds):
                for name, work in (("wgan-step", lambda: subprocess.run(command, check=True)),
                                   ("PyTorch eager", lambda: eager.steps(options.steps))):
                    start = time.perf_counter()
                    work()
                    rates[name].append(options.steps / (time.perf_counter() - start))
            medians = {name: statistics.median(values) for name, values in rates.items()}
            for name, values in rates.items():
                print(f"{preset:12} {name:14} {medians[name]:7.0f} critic steps/s (best {max(values):.0f})")
            ratios = [ours / theirs for ours, theirs in zip(rates["wgan-step"], rates["PyTorch eager"])]
            print(f"{preset:12} median ratio   {statistics.median(ratios):7.2f}")


if __name__ == "__main__":
    main()
