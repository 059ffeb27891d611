"""Trains three students in NumPy, watches the certified ratio on the way, and ends with verified certificates.

    PYTHONPATH=build/python /usr/bin/python3 docs/examples/train_and_certify.py
"""

import numpy as np

import lojacert

TEACHER = np.eye(2)
CLAIMS = {"lojasiewicz": {"best": True, "beta": "3/4"}, "recovery": {"best": True}, "convergence": {"step": "1/10", "to": "1e-12"}}


def kernel_gradient(u, v):
    """The sum over the rows of v of d/du E |u.x| |v.x|, for every row of u; x is Gaussian."""
    length, other = np.linalg.norm(u, axis=1), np.linalg.norm(v, axis=1)
    angle = np.arccos(np.clip(u @ v.T / np.outer(length, other), -1, 1))
    return 2 / np.pi * ((np.pi / 2 - angle) @ v + (np.sin(angle) @ other / length)[:, None] * u)


def gradient(w):
    """Of the population loss 1/2 E (sum |w_j| |w_j.x| - sum |w_i*.x|)^2, in the rows of w."""
    length = np.linalg.norm(w, axis=1, keepdims=True)
    by_mass = kernel_gradient(length * w, length * w) - kernel_gradient(length * w, TEACHER)
    return length * by_mass + w * np.sum(w * by_mass, axis=1, keepdims=True) / length


student = np.random.default_rng(0).normal(scale=0.5, size=(3, 2))
for step in range(8001):
    if step % 1000 == 0:
        instance = lojacert.Instance.from_arrays(TEACHER, student, activation="abs", neuron="norm")
        now = lojacert.evaluate(instance)
        print(f"step {step:4}   loss in {now.loss:28.6}   ||grad|| / loss^(3/4) in {now.ratio('3/4'):.6}")
    student -= 0.1 * gradient(student)

instance.save("trained.json")
for kind, options in CLAIMS.items():
    proof = lojacert.prove(kind, instance, path=f"{kind}.cert.json", **options)
    print(f"{kind}: {proof.verdict}, {lojacert.verify(proof, instance).status}\n  {proof.statement}")
