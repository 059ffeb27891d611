"""Trains a two-layer network in NumPy (float32, fresh Gaussian batches) and saves what lojacert reads: an .npz file with
the arrays `teacher` (r x d) and `student` (m x d), one neuron a row.

    /usr/bin/python3 docs/examples/train_numpy.py numpy-trained.npz
    lojacert make import numpy-trained.npz --activation abs --neuron norm --teacher-neuron unit -o numpy-trained.json
    lojacert eval numpy-trained.json

The student computes sum_j |w_j| |w_j.x|, the teacher sum_i |w_i*.x| (the paper's Definition 2); the loss is half the mean
squared difference. lojacert then judges the *population* loss of exactly these float32 numbers.
"""

import argparse

import numpy as np


def gradient(student: np.ndarray, teacher: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, float]:
    """The gradient of the batch loss (shape of student), and the batch loss. x has shape (N, d)."""
    norms = np.linalg.norm(student, axis=1)                    # (m,)
    inner = x @ student.T                                      # (N, m)
    residual = np.abs(inner) @ norms - np.abs(x @ teacher.T).sum(axis=1)
    along_x = (residual[:, None] * np.sign(inner)).T @ x / len(x) * norms[:, None]
    along_w = (residual @ np.abs(inner) / len(x) / norms)[:, None] * student
    return (along_x + along_w).astype(np.float32), float(0.5 * np.mean(residual**2))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("output", help=".npz file to write")
    parser.add_argument("--d", type=int, default=4)
    parser.add_argument("--m", type=int, default=6)
    parser.add_argument("--r", type=int, default=3)
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--batch", type=int, default=2048)
    parser.add_argument("--step-size", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()

    rng = np.random.default_rng(options.seed)
    teacher = np.eye(options.r, options.d, dtype=np.float32)
    student = rng.normal(scale=0.3, size=(options.m, options.d)).astype(np.float32)
    for step in range(options.steps):
        x = rng.normal(size=(options.batch, options.d)).astype(np.float32)
        grad, loss = gradient(student, teacher, x)
        student -= np.float32(options.step_size) * grad
        if step % 1000 == 0:
            print(f"step {step}: batch loss {loss:.3e}")
    print(f"step {options.steps}: batch loss {loss:.3e}")
    np.savez(options.output, teacher=teacher, student=student)


if __name__ == "__main__":
    main()
