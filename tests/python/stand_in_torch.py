"""What PyTorch's tensors and modules let one do, and no more: PyTorch itself is too large for these tests."""
from __future__ import annotations

from typing import Any, Iterator


class Tensor:
    """An array that refuses NumPy while it requires gradients, or as bfloat16."""

    def __init__(self, array: Any, dtype: str = "torch.float32", requires_grad: bool = True) -> None:
        self.array, self.dtype, self.requires_grad = array, dtype, requires_grad

    @property
    def shape(self) -> Any:
        return self.array.shape

    def detach(self) -> Tensor:
        return Tensor(self.array, self.dtype, False)

    def cpu(self) -> Tensor:
        return self

    def float(self) -> Tensor:
        return Tensor(self.array, "torch.float32", self.requires_grad)

    def numpy(self) -> Any:
        if self.requires_grad:
            raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.")
        if self.dtype == "torch.bfloat16":
            raise TypeError("Got unsupported ScalarType BFloat16")
        return self.array

    def __array__(self, dtype: Any = None) -> Any:
        return self.numpy()

    def __iter__(self) -> Iterator[Tensor]:
        return (Tensor(row, self.dtype, self.requires_grad) for row in self.array)


class Module:
    def named_children(self) -> Iterator[tuple[str, Any]]:
        return iter(vars(self).items())

    def forward(self, x: Any) -> Any:
        raise NotImplementedError


class Linear(Module):
    def __init__(self, weight: Any, bias: Any = None, dtype: str = "torch.float32") -> None:
        self.weight, self.bias = Tensor(weight, dtype), bias


class ReLU(Module):
    pass


class Tanh(Module):
    pass


class Sequential(Module):
    def __init__(self, *layers: Any) -> None:
        self.layers = layers

    def __iter__(self) -> Iterator[Any]:
        return iter(self.layers)

    def __len__(self) -> int:
        return len(self.layers)


class Net(Module):
    """A user's own class, whose computation nobody else knows."""

    def __init__(self, weight: Any) -> None:
        self.hidden, self.activation = Linear(weight), Tanh()
