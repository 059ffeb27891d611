"""Networks of PyTorch as rows of neurons. Its classes are known by what they have: nothing here imports torch."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Iterable, List, Optional, Protocol, Union

from ._arrays import MatrixLike, exact_rows, shape_of
from ._core import InputError


class Linear(Protocol):
    """What is needed of a torch.nn.Linear."""

    @property
    def weight(self) -> Any: ...
    @property
    def bias(self) -> Any: ...


#: A torch.nn.Linear without bias, a torch.nn.Sequential of Linear, ReLU and perhaps an output Linear, or a matrix.
Network = Union[Linear, Iterable[Any], MatrixLike]


@dataclass(frozen=True)
class Neurons:
    """The rows of a network's neurons, and its activation where the network says it."""

    rows: MatrixLike
    activation: Optional[str] = None


def neurons_of(network: Network, name: str) -> Neurons:
    """The neurons of a Linear, a Sequential or a matrix. `name` is what messages call it."""
    if _is_linear(network):
        return Neurons(_weight(network, name))
    if type(network).__name__ == "Sequential":
        return _from_sequential(list(network), name)  # type: ignore[arg-type]
    if hasattr(network, "forward"):
        raise InputError(f"{name}: what a {type(network).__name__} computes is not known here; give its layer of neurons"
                         + _layers_of(network, name))
    return Neurons(network)  # type: ignore[arg-type]


def _from_sequential(layers: List[Any], name: str) -> Neurons:
    kinds = ", ".join(type(layer).__name__ for layer in layers)
    fits = len(layers) in (2, 3) and _is_linear(layers[0]) and all(_is_linear(layer) for layer in layers[2:])
    if not fits or type(layers[1]).__name__ != "ReLU":
        raise InputError(f"{name}: a Sequential of ({kinds}) is not understood; it may be (Linear, ReLU) or (Linear, ReLU, Linear). "
                         f"For another activation give {name}[0] and say activation=")
    rows = _weight(layers[0], f"{name}[0]")
    if len(layers) == 3:
        rows = _multiplied(rows, layers[2], name)
    return Neurons(rows, "relu")


def _multiplied(rows: MatrixLike, output: Any, name: str) -> List[List[Fraction]]:
    """The rows times the output's weights, exactly: a relu(w.x) = relu(a w.x) for a > 0."""
    inner, outer = exact_rows(rows, f"{name}[0].weight"), exact_rows(_weight(output, f"{name}[2]"), f"{name}[2].weight")
    if shape_of(outer) != (1, len(inner)):
        raise InputError(f"{name}[2]: weights of shape {shape_of(outer)}; one output and {len(inner)} inputs are needed")
    factors = [Fraction(factor) for factor in outer[0]]
    for j, factor in enumerate(factors):
        if factor <= 0:
            cure = "remove that neuron" if factor == 0 else "the theory's neurons are added, so keep these weights positive"
            raise InputError(f"{name}[2].weight[0][{j}]: is {float(factor)}, and only positive weights can be multiplied into "
                             f"the neurons; {cure}")
    return [[factor * Fraction(entry) for entry in row] for factor, row in zip(factors, inner)]


def _is_linear(layer: Any) -> bool:
    """Has two-dimensional weights and a bias, or None for one: a Linear, and no matrix, activation or convolution."""
    return hasattr(layer, "bias") and len(getattr(getattr(layer, "weight", None), "shape", ())) == 2


def _weight(layer: Any, name: str) -> Any:
    if layer.bias is not None:
        raise InputError(f"{name}: this Linear has a bias, and the neurons of the theory have none; make it with bias=False "
                         "and train again")
    return layer.weight


def _layers_of(network: Any, name: str) -> str:
    found = [f"{name}.{child}" for child, layer in getattr(network, "named_children", tuple)() if _is_linear(layer)]
    return f", which may be {' or '.join(found)}, and the forms" if found else " and the forms"
