"""Training in TensorFlow. peer.py describes the protocol.

Dense networks use an XLA loop over steps. Others use a graph of one step.
"""

import peer

options = peer.parse_arguments(["graph"])

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")  # 8 times as fast. Not the default on all processors.

import numpy as np
import tensorflow as tf

from workload import Unsupported, Workload

tf.config.threading.set_intra_op_parallelism_threads(options.threads)
tf.config.threading.set_inter_op_parallelism_threads(options.threads)


class Network:
    """A network whose weights are variables. Images are in NHWC order, kernels in HWIO order."""

    def __init__(self, network):
        self.layers, self.variables = network.layers, {}
        for layer in network.all_layers():
            for name in layer.parameters:
                value = np.asarray(network.weights[name])
                if value.ndim == 4:  # In transposed convolutions, the result is in HWOI order.
                    value = value.transpose(2, 3, 1, 0)
                elif layer.name == "dense" and value.ndim == 2:
                    value = value.T
                self.variables[name] = tf.Variable(value, trainable="running" not in name)
        self.trained = [variable for variable in self.variables.values() if variable.trainable]

    def __call__(self, x, training=True, layers=None):
        for layer in self.layers if layers is None else layers:
            o, name = layer.options, layer.name
            weight, bias = (self.variables.get(f"{o['index']}.{kind}") for kind in ("weight", "bias"))
            match name:
                case "residual": x = self(x, training, layer.main) + self(x, training, layer.shortcut)
                case "dense": x = flatten(x) @ weight
                case "conv":
                    x, padding = pad_input(x, layer)
                    x = tf.nn.conv2d(x, weight, o["stride"], padding)
                case "conv-transposed": x = conv_transposed(x, weight, layer)
                case "batch-norm": x = self.batch_norm(x, layer, weight, bias)
                case "layer-norm":
                    mean, variance = tf.nn.moments(x, list(range(1, len(x.shape))), keepdims=True)
                    x = tf.nn.batch_normalization(x, mean, variance, bias, weight, o["epsilon"])
                case "dropout": x = tf.nn.dropout(x, o["probability"]) if training else x
                case "upsample":
                    n, (b, h, w, c) = o["factor"], x.shape
                    x = tf.reshape(tf.tile(x[:, :, None, :, None], [1, 1, n, 1, n, 1]), [b, h * n, w * n, c])
                case "mean-pool": x = tf.nn.avg_pool2d(x, o["size"], o["size"], "VALID")
                case "zero-pad": x = tf.pad(x, [[0, 0], [o["margin"]] * 2, [o["margin"]] * 2, [0, 0]])
                case "crop": x = x[:, o["margin"]:-o["margin"], o["margin"]:-o["margin"]]
                case "reshape": x = unflatten(x, layer.outputs)
                case "flatten": x = flatten(x)
                case "relu": x = tf.nn.relu(x)
                case "leaky-relu": x = tf.nn.leaky_relu(x, o["slope"])
                case "tanh": x = tf.tanh(x)
                case "sigmoid": x = tf.sigmoid(x)
                case _: raise Unsupported(f"peer_tensorflow.py does not support the layer {name}")
            if bias is not None and name in ("dense", "conv", "conv-transposed"):
                x = tf.nn.bias_add(x, bias)
        return x

    def batch_norm(self, x, layer, weight, bias):
        momentum, running = layer.options["momentum"], f"{layer.options['index']}.running_"
        mean, variance = tf.nn.moments(x, list(range(len(x.shape) - 1)))
        count = np.prod(x.shape[:-1])
        for kind, value in (("mean", mean), ("var", variance * (count / (count - 1)))):
            self.variables[running + kind].assign_sub(momentum * (self.variables[running + kind] - value))
        return tf.nn.batch_normalization(x, mean, variance, bias, weight, layer.options["epsilon"])


def pad_input(x, layer):
    """Returns the input and the padding argument of conv2d.

    The fast kernels of oneDNN support only "SAME" and "VALID", so the input is padded for other sizes.
    """
    o = layer.options
    if all(pads == same_padding(size, o["kernel"], o["stride"]) for size, pads in zip(layer.inputs[1:], o["padding"])):
        return x, "SAME"
    return tf.pad(x, [[0, 0], *o["padding"], [0, 0]]) if any(map(any, o["padding"])) else x, "VALID"


def same_padding(size, kernel, stride):
    """Returns the sizes of "SAME" padding before and after an axis."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return [total // 2, total - total // 2]


def conv_transposed(x, weight, layer):
    """Computes a transposed convolution. "SAME" is used if it is equivalent, otherwise the full output is cropped."""
    o, (channels, *sizes) = layer.options, layer.outputs
    (top, bottom), (left, right) = o["padding"]
    extra = o["output_padding"]
    same = [same_padding(size, o["kernel"], o["stride"]) for size in sizes]
    if same == [[top, bottom - extra], [left, right - extra]]:
        return tf.nn.conv2d_transpose(x, weight, [x.shape[0], *sizes, channels], o["stride"], "SAME")
    full = [(size - 1) * o["stride"] + o["kernel"] for size in layer.inputs[1:]]
    x = tf.nn.conv2d_transpose(x, weight, [x.shape[0], *full, channels], o["stride"], "VALID")
    x = tf.pad(x, [[0, 0], *[[0, extra]] * 2, [0, 0]])
    return x[:, top:top + sizes[0], left:left + sizes[1]]


def flatten(x):
    """Flattens each sample in the order of PyTorch: channels, height, width."""
    x = x if len(x.shape) == 2 else tf.transpose(x, [0, 3, 1, 2])
    return tf.reshape(x, [x.shape[0], -1])


def unflatten(x, shape):
    """Converts vectors in the order of PyTorch to NHWC images. `shape` is (C, H, W)."""
    return tf.transpose(tf.reshape(flatten(x), [x.shape[0], *shape]), [0, 2, 3, 1])


class Optimizer:
    def __init__(self, spec, variables):
        (self.name, self.numbers), self.variables = spec, variables
        self.moments = [[tf.Variable(tf.zeros_like(variable)) for variable in variables] for _ in range(2)]
        self.powers = [tf.Variable(1.0), tf.Variable(1.0)]

    def apply(self, gradients):
        n = self.numbers
        if self.name == "adam":
            for power, beta in zip(self.powers, (n["beta1"], n["beta2"])):
                power.assign(power * beta)
        for variable, gradient, m, v in zip(self.variables, gradients, *self.moments):
            if self.name == "adam":
                tf.raw_ops.ResourceApplyAdam(
                    var=variable.handle, m=m.handle, v=v.handle, beta1_power=self.powers[0].read_value(),
                    beta2_power=self.powers[1].read_value(), lr=n["rate"], beta1=n["beta1"], beta2=n["beta2"],
                    epsilon=n["epsilon"], grad=gradient)
            else:
                v.assign(n["alpha"] * v + (1 - n["alpha"]) * gradient * gradient)
                variable.assign_sub(n["rate"] * gradient / (tf.sqrt(v) + n["epsilon"]))


class Trainer:
    def __init__(self):
        self.work = work = Workload(options.checkpoint, options.networks, options.images, options.batches)
        self.note = "XLA loop" if work.is_dense else "graph"
        self.generator_network, self.critic_network = Network(work.generator), Network(work.critic)
        self.optimizers = {"generator": Optimizer(work.optimizers["generator"], self.generator_network.trained),
                           "critic": Optimizer(work.optimizers["critic"], self.critic_network.trained)}
        # Batch norm needs separate batches of real and fake samples.
        self.concatenates = not work.critic.has("batch-norm")
        self.images = tf.constant(np.asarray(work.images).transpose(0, 2, 3, 1))
        self.order = tf.constant(np.random.permutation(len(work.images)).astype(np.int32))
        self.batch, self.count = tf.Variable(0), tf.Variable(0)
        self.loops = {name: self.loop(body) for name, body in (
            ("critic", self.critic_step), ("generator", self.generator_step), ("both", self.both_steps))}

    def loop(self, body):
        if not self.work.is_dense:
            return tf.function(body, autograph=False)

        def steps():
            def loop_body(step):
                body()
                return [step + 1]
            # The number of steps is a variable, because XLA compiles again for each value of an argument.
            tf.while_loop(lambda step: step < self.count, loop_body, [tf.constant(0)])
        return tf.function(steps, jit_compile=True, autograph=False)

    def real(self):
        # Not a slice, because XLA compiles again for each start of a slice.
        rows = tf.gather(self.order, self.batch * self.work.batch + tf.range(self.work.batch))
        return tf.cast(tf.gather(self.images, rows), tf.float32) * (2 / 255) - 1

    def advance(self):
        self.batch.assign((self.batch + 1) % (len(self.images) // self.work.batch))

    def fake(self):
        return self.to_image(self.generator_network(tf.random.normal([self.work.batch, self.work.latent])))

    def to_image(self, x):
        return x if len(x.shape) == 4 else unflatten(x, self.work.image)

    def penalty(self, interpolates, training=True):
        with tf.GradientTape() as tape:
            tape.watch(interpolates)
            score = tf.reduce_sum(self.critic_network(interpolates, training))
        gradient = tape.gradient(score, interpolates)
        norm = tf.sqrt(tf.reduce_sum(gradient ** 2, [1, 2, 3]))
        return self.work.penalty_weight * tf.reduce_mean((norm - 1) ** 2)

    def critic_step(self):
        work, critic = self.work, self.critic_network
        real, fake = self.real(), self.fake()
        with tf.GradientTape() as tape:
            if self.concatenates:
                scores = critic(tf.concat([real, fake], 0))
                loss = tf.reduce_mean(scores[work.batch:]) - tf.reduce_mean(scores[:work.batch])
            else:
                loss = tf.reduce_mean(critic(fake)) - tf.reduce_mean(critic(real))
            if work.penalty_weight is not None:
                loss += self.penalty(fake + tf.random.uniform([work.batch, 1, 1, 1]) * (real - fake))
        self.optimizers["critic"].apply(tape.gradient(loss, critic.trained))
        if work.clip_bound is not None:
            for variable in critic.trained:
                variable.assign(tf.clip_by_value(variable, -work.clip_bound, work.clip_bound))
        if not work.reuses_batch:
            self.advance()

    def generator_step(self):
        with tf.GradientTape() as tape:
            loss = -tf.reduce_mean(self.critic_network(self.fake()))
        self.optimizers["generator"].apply(tape.gradient(loss, self.generator_network.trained))

    def both_steps(self):
        for _ in range(self.work.critic_steps):
            self.critic_step()
        if self.work.reuses_batch:
            self.advance()
        self.generator_step()

    def run(self, name, count):
        if self.work.is_dense:
            self.count.assign(count)
            self.loops[name]()
        else:
            for _ in range(count):
                self.loops[name]()
        self.batch.numpy()

    def critic(self, count): self.run("critic", count)
    def generator(self, count): self.run("generator", count)
    def both(self, count): self.run("both", count)

    def check(self):
        """Returns the same results as `check` in peer_torch.py."""
        work, trained = self.work, self.critic_network
        generator, self.critic_network = Network(work.generator), Network(work.critic)
        real = tf.cast(self.images[:work.batch], tf.float32) * (2 / 255) - 1
        latent = tf.reshape(tf.sin(tf.range(work.batch * work.latent, dtype=tf.float32)), [work.batch, -1])
        fake = self.to_image(generator(latent))
        numbers = [tf.reduce_mean(self.critic_network(x, False)) for x in (real, fake)]
        numbers += [] if work.penalty_weight is None else [self.penalty((real + fake) / 2, False)]
        self.critic_network = trained
        return [number.numpy() for number in numbers]


if __name__ == "__main__":
    peer.serve(tf.__version__, Trainer)
