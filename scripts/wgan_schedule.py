"""The optimizers of a checkpoint in PyTorch, the alternation of the networks, and the learning rates."""

import numpy as np
import torch


def optimizer(text, parameters):
    """The optimizer of torch.optim for a text such as `adam rate 0.0001 …`."""
    name, *rest = text.split(" ")
    numbers = {key: float(value) for key, value in zip(rest[::2], rest[1::2])}
    if name == "adam":
        return torch.optim.Adam(parameters, lr=numbers["rate"], eps=numbers["epsilon"],
                                betas=(numbers["beta1"], numbers["beta2"]))
    return torch.optim.RMSprop(parameters, lr=numbers["rate"], eps=numbers["epsilon"],
                               alpha=numbers["alpha"])


MOMENTS = {torch.optim.Adam: ("exp_avg", "exp_avg_sq"), torch.optim.RMSprop: ("square_avg",)}


def plateau(tokens, optimizer):
    """PyTorch's ReduceLROnPlateau for the tokens of a text such as `plateau factor 0.5 …`."""
    numbers = dict(zip(tokens[1::2], tokens[2::2]))
    return torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimizer, mode="min", threshold_mode="rel", factor=float(numbers["factor"]), patience=int(numbers["patience"]),
        threshold=float(numbers["threshold"]), cooldown=int(numbers["cooldown"]), min_lr=float(numbers["floor"]))


def schedule_factor(tokens, done):
    """The factor of the learning rates after `done` generator steps, for the tokens of a text such as
    `cosine 100 warm-up 10`."""
    factor = min(1, (done + 1) / int(tokens[tokens.index("warm-up") + 1])) if "warm-up" in tokens else 1
    if tokens[0] == "linear":
        factor *= max(0, 1 - done / int(tokens[1]))
    if tokens[0] == "cosine":
        factor *= (1 + np.cos(np.pi * min(1, done / int(tokens[1])))) / 2
    return factor


class TrainingSchedule:
    """The alternation of the networks, the position in the epoch, and the learning rates.

    `config` and `progress` are the metadata of a checkpoint, without their prefixes. `only` is the network that is
    trained, or `both`.
    """

    def __init__(self, config, progress, only, batches):
        self.only, self.batches = only, batches
        self.steps = {name: int(progress[name + "_steps"]) for name in ("critic", "generator")}
        self.phase, self.epoch, self.batch, self.uses = (
            int(progress[key]) for key in ("phase", "epoch", "batch", "batch_uses"))
        self.schedule, self.is_reused = config["schedule"].split(" "), config["real_batch"] == "reused"
        self.critic_steps = int(config["critic_steps"])
        self.warm_up = [int(n) for n in config["critic_warm_up"].split(" ") if n != "none"]
        # Optimizers without a network, whose learning rates PyTorch's plateau sets.
        self.optimizers = {name: optimizer(config[name + "_optimizer"], [torch.zeros(1, dtype=torch.float64)])
                      for name in self.steps}
        self.plateaus, self.sum, self.count = {}, 0.0, 0
        if self.schedule[0] == "plateau":
            tokens = progress["plateau"].split(" ")
            self.sum, self.count = float(tokens[-3]), int(tokens[-1])
            for name, dummy in self.optimizers.items():
                rate, best, bad, cooldown = (float(token) for token in tokens[tokens.index(name) + 2:][:7:2])
                dummy.param_groups[0]["lr"] = rate
                scheduler = self.plateaus[name] = plateau(self.schedule, dummy)
                scheduler.best, scheduler.num_bad_epochs, scheduler.cooldown_counter = best, int(bad), int(cooldown)

    @property
    def next(self):
        """The network of the next step."""
        return ("generator" if self.phase >= self.group() else "critic") if self.only == "both" else self.only

    def group(self):
        """The critic steps before the next generator step."""
        if self.warm_up:
            steps, first, every = self.warm_up
            if self.steps["generator"] < first or self.steps["generator"] % every == 0:
                return steps
        return self.critic_steps

    def rate(self, name):
        """The learning rate of a network's next step."""
        return self.optimizers[name].param_groups[0]["lr"] * schedule_factor(self.schedule, self.steps["generator"])

    def advance(self, name, objective, wasserstein=None):
        """Counts a step of a network, with its objective and estimate."""
        self.steps[name] += 1
        is_alternating = self.only == "both"
        if name == "critic":
            self.phase += is_alternating
            self.uses += 1
            is_used_up = self.next == "generator" if is_alternating else self.uses >= self.critic_steps
            if is_used_up or not self.is_reused:
                self.batch, self.uses = self.batch + 1, 0
            self.sum, self.count = self.sum + wasserstein, self.count + 1
        elif is_alternating:
            self.phase = 0
        every = self.schedule[self.schedule.index("every") + 1] if self.plateaus else None
        if every == "step":
            self.plateaus[name].step(objective)
        if self.batch == self.batches and not (is_alternating and self.next == "generator"):
            if every == "epoch" and self.count:
                for scheduler in self.plateaus.values():
                    scheduler.step(abs(self.sum / self.count))
            self.epoch, self.batch, self.sum, self.count = self.epoch + 1, 0, 0.0, 0
