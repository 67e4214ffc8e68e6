"""The kinks of ReLU and LeakyReLU. The derivative jumps where the input is 0, and where it is 0 but for rounding two
honest reckonings can be on different sides: one such unit of millions changes the third digit of a gradient."""

import collections
import functools

import torch

# A unit may be on either side if its input is nearer to 0 than this part of the root mean square of its layer's: what
# single precision rounds, and what it rounds after a convolution by Winograd's form.
NEAR = 5e-6, 1e-4
ROUNDS = 8
# So many units are tried one by one.
SINGLES = 8

Unit = collections.namedtuple("Unit", "gain key index turn size")


class Kinks:
    """Watches the units of some networks in double precision, and can put them on the other side."""

    def __init__(self, networks):
        # What tells the passes of a step apart.
        self.passing = ""
        self.near, self.sides, self.leaves = {}, {}, None
        for name, network in networks.items():
            for place, layer in enumerate(network):
                if isinstance(layer, (torch.nn.ReLU, torch.nn.LeakyReLU)):
                    jump = 1 - getattr(layer, "negative_slope", 0)
                    layer.register_forward_hook(functools.partial(self.look, f"{name}.{place}", jump))

    @property
    def count(self):
        """How many units are on the other side."""
        return sum(int(side.abs().sum()) for side in self.sides.values())

    def look(self, place, jump, _, inputs, output):
        """Where a unit is on the other side, adds what is next to nothing but for the derivative."""
        x, key = inputs[0], place + self.passing
        if not torch.is_grad_enabled():
            return output
        if self.leaves is None:
            size = x.detach().abs()
            # Exactly 0 is a sum of nothing else, as over a frame of zeros: all reckonings agree on that.
            size = size / size.square().mean().sqrt()
            at = ((size > 0) & (size <= max(NEAR))).nonzero(as_tuple=True)
            self.near[key] = at, torch.where(x.detach()[at] > 0, -1.0, 1.0), size[at], x.shape
        side = self.sides.get(key)
        if self.leaves is not None:
            side = self.leaves[key] = (torch.zeros_like(x) if side is None else side.clone()).requires_grad_()
        return output if side is None else output + jump * side * x

    def settle(self, attempt, parameters, residual, bound):
        """Puts units on the other side as long as that brings the gradients of `attempt` nearer to where they should
        be: `residual` gives how far they are, as parts of their scales, and the scales. Returns what the last attempt
        does."""
        self.sides = {}
        result = attempt()
        for _ in range(ROUNDS):
            off, scales = residual()
            if max(part.abs().max() for part in off) <= bound:
                break
            units = self.search(attempt, parameters, [part / scale for part, scale in zip(off, scales)])
            for some in candidates(units):
                self.turn(some, 1)
                result = attempt()
                if square(residual()[0]) < square(off):
                    break
                self.turn(some, -1)
            else:
                return attempt()
        return result

    def search(self, attempt, parameters, way):
        """The units that would bring the gradients some of the way, the best first.

        The objective is differentiated by the units' sides a little up and down the way: the difference is what a side
        adds to the gradients along it.
        """
        start = [parameter.detach().clone() for parameter in parameters]
        little = 1e-9 * max(p.abs().max() for p in start) / max(part.abs().max() for part in way)
        slopes = collections.defaultdict(float)
        for sign in (1, -1):
            self.leaves = {}
            for parameter, place, part in zip(parameters, start, way):
                parameter.data.copy_(place + sign * little * part)
            attempt()
            for key, leaf in self.leaves.items():
                slopes[key] += sign * leaf.grad[self.near[key][0]]
        self.leaves = None
        for parameter, place in zip(parameters, start):
            parameter.data.copy_(place)
        units = []
        for key, (at, turn, size, _) in self.near.items():
            turn = turn - 2 * self.sides[key][at] if key in self.sides else turn
            units += [Unit(gain, key, tuple(index), direction, nearness) for gain, direction, nearness, *index in
                      zip((turn * slopes[key]).tolist(), turn.tolist(), size.tolist(), *(axis.tolist() for axis in at))
                      if gain > 0]
        return sorted(units, reverse=True)

    def turn(self, units, sign):
        """Puts units on the other side, or back."""
        for unit in units:
            side = self.sides.setdefault(unit.key, torch.zeros(self.near[unit.key][-1], dtype=torch.float64))
            side[unit.index] += sign * unit.turn


def candidates(units):
    """What may be turned together: of the nearest units, then of all, those of much gain, then single ones."""
    for near in NEAR:
        some = [unit for unit in units if unit.size <= near]
        yield [unit for unit in some if unit.gain > some[0].gain / 4]
        yield from ([unit] for unit in some[:SINGLES])


def square(parts):
    return sum(part.square().sum() for part in parts)
