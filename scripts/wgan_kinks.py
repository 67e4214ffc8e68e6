"""The kinks of ReLU and LeakyReLU. Their derivative jumps at 0. If an input is 0 except for rounding, two correct
computations can be on different sides. One such unit among millions changes the third digit of a gradient."""

import collections
import functools

import torch

# A unit may be on either side if its input is closer to 0 than this fraction of the root mean square of its layer: the
# rounding error of single precision, and that after a Winograd convolution.
NEAR = 5e-6, 1e-4
ROUNDS = 8
# The number of units that are tried one at a time.
SINGLES = 8

Unit = collections.namedtuple("Unit", "gain key index flip size")


class Kinks:
    """Watches the units of networks in double precision, and can move them to the other side of the kink."""

    def __init__(self, networks):
        # The suffix of the current forward pass.
        self.pass_suffix = ""
        self.near, self.sides, self.leaves = {}, {}, None
        for name, network in networks.items():
            for place, layer in enumerate(network):
                if isinstance(layer, (torch.nn.ReLU, torch.nn.LeakyReLU)):
                    jump = 1 - getattr(layer, "negative_slope", 0)
                    layer.register_forward_hook(functools.partial(self.hook, f"{name}.{place}", jump))

    @property
    def count(self):
        """The number of units on the other side."""
        return sum(int(side.abs().sum()) for side in self.sides.values())

    def hook(self, place, jump, _, inputs, output):
        """For units on the other side, adds a term that changes the derivative and hardly the value."""
        x, key = inputs[0], place + self.pass_suffix
        if not torch.is_grad_enabled():
            return output
        if self.leaves is None:
            size = x.detach().abs()
            # An input of exactly 0 is a sum of zeros, as in padding. All computations agree on it.
            size = size / size.square().mean().sqrt()
            at = ((size > 0) & (size <= max(NEAR))).nonzero(as_tuple=True)
            self.near[key] = at, torch.where(x.detach()[at] > 0, -1.0, 1.0), size[at], x.shape
        side = self.sides.get(key)
        if self.leaves is not None:
            side = self.leaves[key] = (torch.zeros_like(x) if side is None else side.clone()).requires_grad_()
        return output if side is None else output + jump * side * x

    def settle(self, attempt, parameters, residual, bound):
        """Moves units to the other side while that reduces the error of the gradients of `attempt`.

        `residual` returns the errors relative to their scales, and the scales. Returns the result of the last attempt.
        """
        self.sides = {}
        result = attempt()
        for _ in range(ROUNDS):
            off, scales = residual()
            if max(part.abs().max() for part in off) <= bound:
                break
            units = self.search(attempt, parameters, [part / scale for part, scale in zip(off, scales)])
            for some in candidates(units):
                self.flip(some, 1)
                result = attempt()
                if square(residual()[0]) < square(off):
                    break
                self.flip(some, -1)
            else:
                return attempt()
        return result

    def search(self, attempt, parameters, direction):
        """The units whose flip would reduce the error of the gradients, the best first.

        The objective is differentiated with respect to the sides of the units at two points, a small step along the
        error and against it. The difference is the contribution of each side to the gradients in this direction.
        """
        start = [parameter.detach().clone() for parameter in parameters]
        small = 1e-9 * max(p.abs().max() for p in start) / max(part.abs().max() for part in direction)
        slopes = collections.defaultdict(float)
        for sign in (1, -1):
            self.leaves = {}
            for parameter, place, part in zip(parameters, start, direction):
                parameter.data.copy_(place + sign * small * part)
            attempt()
            for key, leaf in self.leaves.items():
                slopes[key] += sign * leaf.grad[self.near[key][0]]
        self.leaves = None
        for parameter, place in zip(parameters, start):
            parameter.data.copy_(place)
        units = []
        for key, (at, flip, size, _) in self.near.items():
            flip = flip - 2 * self.sides[key][at] if key in self.sides else flip
            units += [Unit(gain, key, tuple(index), side, nearness) for gain, side, nearness, *index in
                      zip((flip * slopes[key]).tolist(), flip.tolist(), size.tolist(), *(axis.tolist() for axis in at))
                      if gain > 0]
        return sorted(units, reverse=True)

    def flip(self, units, sign):
        """Moves units to the other side (sign 1), or back (-1)."""
        for unit in units:
            side = self.sides.setdefault(unit.key, torch.zeros(self.near[unit.key][-1], dtype=torch.float64))
            side[unit.index] += sign * unit.flip


def candidates(units):
    """Groups of units to flip together: of the units nearest to 0, then of all, those with a large gain, then single
    ones."""
    for near in NEAR:
        some = [unit for unit in units if unit.size <= near]
        yield [unit for unit in some if unit.gain > some[0].gain / 4]
        yield from ([unit] for unit in some[:SINGLES])


def square(parts):
    return sum(part.square().sum() for part in parts)
