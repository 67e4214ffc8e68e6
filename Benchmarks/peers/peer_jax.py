"""Training in JAX. peer.py describes the protocol.

Dense networks use a compiled loop over steps. Others use a compiled step.
"""

import peer

options = peer.parse_arguments(["jit"])

import functools
import os

os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:options.threads])  # JAX has no option for this.

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from workload import Unsupported, Workload

jax.config.update("jax_default_prng_impl", "unsafe_rbg")  # The fastest generator.

LAYOUT = ("NHWC", "HWIO", "NHWC")


def parameters(network):
    """Returns the trained weights and the running statistics of the checkpoint. Kernels are in HWIO order."""
    trained, running = {}, {}
    for layer in network.all_layers():
        for name in layer.parameters:
            value = np.asarray(network.weights[name])
            if value.ndim == 4:
                value = value.transpose(2, 3, 1, 0) if layer.name == "conv" else value.transpose(2, 3, 0, 1)
            (running if "running" in name else trained)[name] = jnp.asarray(value)
    return trained, running


def forward(layers, p, running, x, key=None):
    """Returns the output of the layers and the updated running statistics.

    Images are in NHWC order. Without a key, there is no dropout.
    """
    for layer in layers:
        o, name = layer.options, layer.name
        weight, bias = p.get(f"{o['index']}.weight"), p.get(f"{o['index']}.bias")
        axes = tuple(range(x.ndim - 1))
        match name:
            case "residual":
                main, running = forward(layer.main, p, running, x, key)
                shortcut, running = forward(layer.shortcut, p, running, x, key)
                x = main + shortcut
            case "dense": x = flatten(x) @ weight.T
            case "conv": x = lax.conv_general_dilated(x, weight, (o["stride"],) * 2, [*map(tuple, o["padding"])],
                                                      dimension_numbers=LAYOUT)
            case "conv-transposed":
                full, extra = o["kernel"] - 1, o["output_padding"]
                pads = [(full - before, full - after + extra) for before, after in o["padding"]]
                x = lax.conv_general_dilated(x, weight[::-1, ::-1], (1, 1), pads,
                                             lhs_dilation=(o["stride"],) * 2, dimension_numbers=LAYOUT)
            case "batch-norm":
                mean, variance = x.mean(axes), x.var(axes)
                unbiased, momentum = x.size / x.shape[-1], o["momentum"]
                names = [f"{o['index']}.running_{kind}" for kind in ("mean", "var")]
                running = running | {
                    names[0]: running[names[0]] * (1 - momentum) + mean * momentum,
                    names[1]: running[names[1]] * (1 - momentum) + variance * momentum * unbiased / (unbiased - 1)}
                x = (x - mean) * (lax.rsqrt(variance + o["epsilon"]) * weight) + bias
            case "layer-norm":
                axes = tuple(range(1, x.ndim))
                mean, variance = x.mean(axes, keepdims=True), x.var(axes, keepdims=True)
                x = (x - mean) * lax.rsqrt(variance + o["epsilon"]) * weight + bias
            case "dropout" if key is not None:
                keep = jax.random.bernoulli(jax.random.fold_in(key, o["index"]), 1 - o["probability"], x.shape)
                x = jnp.where(keep, x / (1 - o["probability"]), 0)
            case "dropout": pass
            case "upsample": x = x.repeat(o["factor"], 1).repeat(o["factor"], 2)
            case "mean-pool":
                n, (b, h, w, c) = o["size"], x.shape
                x = x[:, :h // n * n, :w // n * n].reshape(b, h // n, n, w // n, n, c).mean((2, 4))
            case "zero-pad": x = jnp.pad(x, ((0, 0), (o["margin"],) * 2, (o["margin"],) * 2, (0, 0)))
            case "crop": x = x[:, o["margin"]:-o["margin"], o["margin"]:-o["margin"]]
            case "reshape": x = unflatten(x, layer.outputs)
            case "flatten": x = flatten(x)
            case "relu": x = jnp.maximum(x, 0)
            case "leaky-relu": x = jnp.where(x > 0, x, o["slope"] * x)
            case "tanh": x = jnp.tanh(x)
            case "sigmoid": x = jax.nn.sigmoid(x)
            case _: raise Unsupported(f"peer_jax.py does not support the layer {name}")
        if bias is not None and name in ("dense", "conv", "conv-transposed"):
            x = x + bias
    return x, running


def flatten(x):
    """Flattens each sample in the order of PyTorch: channels, height, width."""
    return x.reshape(len(x), -1) if x.ndim == 2 else x.transpose(0, 3, 1, 2).reshape(len(x), -1)


def unflatten(x, shape):
    """Converts vectors in the order of PyTorch to NHWC images. `shape` is (C, H, W)."""
    return flatten(x).reshape(len(x), *shape).transpose(0, 2, 3, 1)


def make_optimizer(spec):
    """Returns the functions `update(parameters, gradients, state)` and `initial_state(parameters)`."""
    name, n = spec
    zeros = functools.partial(jax.tree.map, jnp.zeros_like)

    def adam(p, g, state):
        step, m, v = state
        step = step + 1
        m = jax.tree.map(lambda m, g: n["beta1"] * m + (1 - n["beta1"]) * g, m, g)
        v = jax.tree.map(lambda v, g: n["beta2"] * v + (1 - n["beta2"]) * g * g, v, g)
        rate, root = n["rate"] / (1 - n["beta1"] ** step), jnp.sqrt(1 - n["beta2"] ** step)
        return jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) / root + n["epsilon"]), p, m, v), (step, m, v)

    def rmsprop(p, g, v):
        v = jax.tree.map(lambda v, g: n["alpha"] * v + (1 - n["alpha"]) * g * g, v, g)
        return jax.tree.map(lambda p, g, v: p - n["rate"] * g / (jnp.sqrt(v) + n["epsilon"]), p, g, v), v

    return (adam, lambda p: (jnp.float32(0), zeros(p), zeros(p))) if name == "adam" else (rmsprop, zeros)


class Trainer:
    def __init__(self):
        self.work = work = Workload(options.checkpoint, options.networks, options.images, options.batches)
        self.note = "compiled loop" if work.is_dense else "one call per step"
        (g, g_running), (c, c_running) = parameters(work.generator), parameters(work.critic)
        self.updates, states = {}, {}
        for name, p in (("generator", g), ("critic", c)):
            self.updates[name], initial_state = make_optimizer(work.optimizers[name])
            states[name] = initial_state(p)
        # Batch norm needs separate batches of real and fake samples.
        self.concatenates = not work.critic.has("batch-norm")
        images = np.ascontiguousarray(np.asarray(work.images).transpose(0, 2, 3, 1))
        self.data = jnp.asarray(images), jnp.asarray(np.random.permutation(len(images)))
        self.state = dict(generator=g, critic=c, generator_running=g_running, critic_running=c_running,
                          optimizers=states, batch=jnp.int32(0), key=jax.random.key(0))
        self.steps = {name: jax.jit(body, donate_argnums=0) if not work.is_dense else self.loop(body)
                      for name, body in (("critic", self.critic_step), ("generator", self.generator_step),
                                         ("both", self.both_steps))}

    def loop(self, body):
        return jax.jit(lambda state, data, n: lax.fori_loop(0, n, lambda _, s: body(s, data), state),
                       donate_argnums=0)

    def real(self, data, batch):
        rows = lax.dynamic_slice(data[1], (batch * self.work.batch,), (self.work.batch,))
        return data[0][rows].astype(jnp.float32) * (2 / 255) - 1

    def fake(self, p, running, key):
        x, running = forward(self.work.generator.layers, p, running,
                             jax.random.normal(key, (self.work.batch, self.work.latent)), key)
        return x if x.ndim == 4 else unflatten(x, self.work.image), running

    def penalty(self, p, running, interpolates, key):
        score = lambda x: forward(self.work.critic.layers, p, running, x, key)[0].sum()
        gradient = jax.grad(score)(interpolates)
        norm = jnp.sqrt((gradient ** 2).reshape(len(interpolates), -1).sum(1))
        return self.work.penalty_weight * ((norm - 1) ** 2).mean()

    def critic_step(self, state, data, advance=True):
        work, layers = self.work, self.work.critic.layers
        key, *keys = jax.random.split(state["key"], 6)
        real = self.real(data, state["batch"])
        fake, g_running = self.fake(state["generator"], state["generator_running"], keys[0])

        def loss(p):
            running = state["critic_running"]
            if self.concatenates:
                scores, _ = forward(layers, p, running, jnp.concatenate([real, fake]), keys[1])
                value = scores[work.batch:].mean() - scores[:work.batch].mean()
            else:
                scores, running = forward(layers, p, running, fake, keys[1])
                value = scores.mean()
                scores, running = forward(layers, p, running, real, keys[2])
                value = value - scores.mean()
            if work.penalty_weight is not None:
                alpha = jax.random.uniform(keys[3], (work.batch, 1, 1, 1))
                value = value + self.penalty(p, running, fake + alpha * (real - fake), keys[4])
            return value, running

        gradients, c_running = jax.grad(loss, has_aux=True)(state["critic"])
        p, moments = self.updates["critic"](state["critic"], gradients, state["optimizers"]["critic"])
        if work.clip_bound is not None:
            p = jax.tree.map(lambda p: jnp.clip(p, -work.clip_bound, work.clip_bound), p)
        batch = (state["batch"] + 1) % (len(data[0]) // work.batch) if advance else state["batch"]
        return state | dict(critic=p, generator_running=g_running, critic_running=c_running, batch=batch, key=key,
                            optimizers=state["optimizers"] | {"critic": moments})

    def generator_step(self, state, data):
        key, *keys = jax.random.split(state["key"], 3)

        def loss(p):
            fake, running = self.fake(p, state["generator_running"], keys[0])
            scores, c_running = forward(self.work.critic.layers, state["critic"], state["critic_running"], fake,
                                        keys[1])
            return -scores.mean(), (running, c_running)

        gradients, (running, c_running) = jax.grad(loss, has_aux=True)(state["generator"])
        p, moments = self.updates["generator"](state["generator"], gradients, state["optimizers"]["generator"])
        return state | dict(generator=p, generator_running=running, critic_running=c_running, key=key,
                            optimizers=state["optimizers"] | {"generator": moments})

    def both_steps(self, state, data):
        steps, reuse = self.work.critic_steps, self.work.reuses_batch
        state = lax.fori_loop(0, steps - 1, lambda _, s: self.critic_step(s, data, advance=not reuse), state)
        return self.generator_step(self.critic_step(state, data), data)

    def run(self, name, count):
        if self.work.is_dense:
            self.state = self.steps[name](self.state, self.data, count)
        elif name == "both":
            for _ in range(count):
                self.run("critic", self.work.critic_steps)
                self.run("generator", 1)
        else:
            for _ in range(count):
                self.state = self.steps[name](self.state, self.data)
        jax.block_until_ready(self.state)

    def critic(self, count): self.run("critic", count)
    def generator(self, count): self.run("generator", count)
    def both(self, count): self.run("both", count)

    def check(self):
        """Returns the same results as `check` in peer_torch.py."""
        work, ((g, g_running), (c, running)) = self.work, map(parameters, (self.work.generator, self.work.critic))
        real = self.data[0][:work.batch].astype(jnp.float32) * (2 / 255) - 1
        latent = jnp.sin(jnp.arange(work.batch * work.latent, dtype=jnp.float32)).reshape(work.batch, -1)
        fake = forward(work.generator.layers, g, g_running, latent)[0]
        fake = fake if fake.ndim == 4 else unflatten(fake, work.image)
        numbers = [forward(work.critic.layers, c, running, x)[0].mean() for x in (real, fake)]
        return numbers + ([] if work.penalty_weight is None else [self.penalty(c, running, (real + fake) / 2, None)])


if __name__ == "__main__":
    peer.serve(jax.__version__, Trainer)
