"""Evaluation, proofs and verification from Python, held against the programs on the command line and against each other."""
from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import unittest
from fractions import Fraction
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

import lojacert
from support import ROOT, in_temporary_folder, programs

INSTANCES = ROOT / "certificates" / "instances"
NAMES = ("figure-1c", "init-one-d3", "relu-norm-trained", "relu-linear-trained", "split-norm-zero-loss", "claim2-pair-1e-6",
         "contracted-m4-r2-1e-40", "box-split")


def near(m: int = 4, seed: int = 3) -> lojacert.Instance:
    rng = np.random.default_rng(seed)
    student = np.repeat(np.eye(2), m // 2, axis=0) * np.sqrt(2 / m) + 0.01 * rng.standard_normal((m, 2))
    return lojacert.Instance.from_arrays(np.eye(2), student, activation="abs", neuron="norm")


def meet(found: Any, shown: Any) -> bool:
    """Whether an enclosure and the command line's {lo, hi} have a point in common (both contain the truth)."""
    if found is None or shown is None:
        return found is None and shown is None
    return bool(found.lo <= Fraction(shown["hi"]) and Fraction(shown["lo"]) <= found.hi)


class Evaluation(unittest.TestCase):
    def test_it_agrees_with_the_command_line(self) -> None:
        for name in NAMES:
            path = INSTANCES / f"{name}.json"
            shown = json.loads(programs().cert("eval", path, "--digits", 20, "--json").out)
            instance = lojacert.Instance.load(path)
            found = lojacert.evaluate(instance, digits=20)
            with self.subTest(name):
                self.assertTrue(meet(found.loss, shown["loss"]))
                self.assertTrue(meet(found.gradient_norm, shown["gradient_norm"]))
                self.assertEqual(found.precision_bits, shown["precision_bits"])
                for beta, ratio in shown["lojasiewicz"].items():
                    self.assertTrue(meet(found.ratio(beta), ratio), beta)
                self.assertIsNotNone(found.gradient)
                lo, hi = found.gradient or ([], [])
                for j, row in enumerate(shown["gradient"]):
                    for k, entry in enumerate(row):
                        self.assertTrue(meet(lojacert.Enclosure(Fraction(lo[j][k]), Fraction(hi[j][k])), entry))

    def test_the_digits_asked_for(self) -> None:
        for digits in (3, 15, 60):
            found = lojacert.evaluate(near(), digits=digits)
            self.assertLess(found.loss.hi - found.loss.lo, found.loss.hi / 10**digits)
            self.assertTrue(found.is_narrow)

    def test_tiny_losses(self) -> None:
        """A loss that no double holds, with more digits than Python turns into text."""
        found = lojacert.evaluate(lojacert.Instance.load(INSTANCES / "contracted-m4-r2-1e-600.json"))
        self.assertTrue(0 < found.loss.lo < Fraction(1, 10**590))
        self.assertIn("e-60", repr(found.loss))
        self.assertEqual(found.loss.mid, 0.0)
        lo, hi = found.gradient or (np.zeros(0), np.zeros(0))
        self.assertTrue((lo <= hi).all() and lo.shape == (4, 3))

    def test_gradient_arrays_are_the_tightest_doubles(self) -> None:
        lo, hi = lojacert.evaluate(near(), digits=30).gradient or (np.zeros(0), np.zeros(0))
        self.assertTrue(((hi == lo) | (hi == np.nextafter(lo, np.inf))).all())
        self.assertTrue((lo.dtype, lo.shape, lo.flags.writeable) == (np.float64, (4, 2), True))

    def test_zero_loss(self) -> None:
        zero = lojacert.evaluate(lojacert.Instance.from_arrays([[1, 0]], [[1, 0]], activation="abs", neuron="unit"))
        self.assertEqual((zero.loss.lo, zero.loss.hi, zero.ratio(1)), (0, 0, None))
        self.assertTrue(zero.loss_is_exactly_zero)

    def test_no_gradient(self) -> None:
        found = lojacert.evaluate(lojacert.Instance.from_arrays([[1, 0]], [[1, 1], [0, 0]], activation="abs", neuron="unit"))
        self.assertEqual((found.gradient_norm, found.gradient, found.undefined_at, found.ratio("1/2")), (None, None, 1, None))

    def test_refused(self) -> None:
        for digits in (0, 301):
            with self.assertRaises(lojacert.InputError):
                lojacert.evaluate(near(), digits=digits)
        for beta in ("x", 0, -1, float("nan"), "1/0"):
            with self.assertRaisesRegex(lojacert.InputError, "beta"):
                lojacert.evaluate(near()).ratio(beta)
        with self.assertRaisesRegex(lojacert.InputError, "student"):
            lojacert.evaluate(lojacert.Instance.from_arrays([[1]], activation="abs", neuron="unit"))

    def test_threads(self) -> None:
        """The results are the same, and the lock of the interpreter is free meanwhile: this thread never waits for long."""
        instance = near(300)
        alone = lojacert.evaluate(instance, digits=100).loss
        results: list[lojacert.Enclosure] = []
        threads = [threading.Thread(target=lambda: results.append(lojacert.evaluate(instance, digits=100).loss)) for _ in range(2)]
        times = [time.monotonic()]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            time.sleep(0.001)
            times.append(time.monotonic())
        self.assertEqual(results, [alone] * 2)
        longest = max(later - earlier for earlier, later in zip(times, times[1:]))
        self.assertLess(longest, (times[-1] - times[0]) / 3)


class Claims(unittest.TestCase):
    def test_from_two_arrays_to_verified(self) -> None:
        teacher, student = np.eye(2), np.array([[0.72, 0.01], [0.69, -0.02], [0.03, 0.99]])
        instance = lojacert.Instance.from_arrays(teacher, student, activation="abs", neuron="norm")
        proof = lojacert.prove("lojasiewicz", instance, best=True)
        self.assertEqual((proof.verdict, proof.instance), ("PROVED", instance))
        self.assertTrue(lojacert.verify(proof, instance).verified)
        self.assertTrue(lojacert.verify(proof).verified)

    def test_every_kind(self) -> None:
        start = lojacert.Instance.load(INSTANCES / "init-orthonormal-2-d2.json")
        threshold = lojacert.prove("threshold", start, certificate="product")
        cases: list[tuple[str, dict[str, Any]]] = [
            ("loss", {"lo": 0, "hi": 1}), ("gradient", {"digits": 8}), ("lojasiewicz", {"best": True, "beta": Fraction(3, 4)}),
            ("recovery", {"best": True}), ("not-pl", {"constant": 10**9}), ("not_convex", {}), ("teacher", {}),
            ("landscape", {"best": True}), ("convergence", {"flow": True, "threshold": threshold}),
            ("recovery-for-all", {"loss": "1e-12", "threshold": threshold})]
        self.assertEqual(threshold.verdict, "PROVED")
        for kind, options in cases:
            with self.subTest(kind):
                proof = lojacert.prove(kind, start, **options)
                self.assertEqual(proof.verdict, "PROVED", proof)
                self.assertTrue(lojacert.verify(proof, start))

    def test_it_agrees_with_the_command_line(self) -> None:
        path = INSTANCES / "figure-1c.json"
        with in_temporary_folder():
            run = programs().cert("prove", "lojasiewicz", path, "--best", "--beta", "2/3", "-o", "c.json")
            self.assertEqual(run.status, "PROVED")
            proof = lojacert.prove("lojasiewicz", lojacert.Instance.load(path), best=True, beta="2/3")
            kept = json.loads(Path("c.json").read_text(encoding="utf-8"))
            self.assertEqual((proof.claim, (proof.certificate or {})["claim"]), (kept["claim"], kept["claim"]))
            self.assertIn("c claim: " + proof.statement, run.out)
            self.assertTrue(lojacert.verify(kept, path))

    def test_the_certificate_is_written_where_asked(self) -> None:
        with in_temporary_folder():
            proof = lojacert.prove("loss", near(), path="here.json", embed=True)
            self.assertEqual(json.loads(Path("here.json").read_text(encoding="utf-8")), proof.certificate)
            proof.save(Path("there.json"))
            self.assertEqual(Path("here.json").read_bytes(), Path("there.json").read_bytes())
            self.assertTrue(lojacert.verify("there.json"))
            self.assertEqual(programs().verify("there.json").status, "VERIFIED")
            self.assertEqual(sorted(os.listdir()), ["here.json", "there.json"])

    def test_disproved(self) -> None:
        proof = lojacert.prove("loss", near(), hi="1e-9")
        self.assertEqual((proof.verdict, proof.claim["negated"]), ("DISPROVED", True))
        self.assertTrue(lojacert.verify(proof, near()))

    def test_undecided(self) -> None:
        close = lojacert.Instance.load(INSTANCES / "contracted-m4-r2-1e-40.json")
        proof = lojacert.prove("loss", close, hi="1e-30", max_bits=64)
        self.assertEqual((proof.verdict, proof.certificate), ("UNDECIDED", None))
        self.assertTrue(proof.reason)
        with self.assertRaises(lojacert.UndecidedError):
            proof.save("nowhere.json")
        with self.assertRaises(lojacert.UndecidedError):
            lojacert.verify(proof, close)

    def test_nothing_to_state(self) -> None:
        zero = lojacert.Instance.from_arrays([[1, 0]], [[1, 0]], activation="abs", neuron="norm")
        with self.assertRaisesRegex(lojacert.UndecidedError, "."):
            lojacert.prove("lojasiewicz", zero, best=True)

    def test_unsupported(self) -> None:
        box = lojacert.Instance.from_arrays([[1, 0]], [["[0.9, 1.1]", 0]], activation="abs", neuron="norm")
        with self.assertRaisesRegex(lojacert.UnsupportedError, "boxes"):
            lojacert.prove("not-convex", box)

    def test_numbers_are_exact(self) -> None:
        for given, kept in (("0.1", "0.1"), (0.5, "0.5"), (0.1, (0.1).hex()), (Fraction(1, 3), "1/3"), (2, "2"), (np.float64(0.25), "0.25"), (np.float32(0.1), float(np.float32(0.1)).hex()), (np.int64(7), "7")):
            proof = lojacert.prove("lojasiewicz", near(), kappa=given)
            self.assertEqual(Fraction(float.fromhex(kept)) if "0x" in kept else Fraction(kept),
                             Fraction(float.fromhex(proof.claim["kappa"])) if "0x" in proof.claim["kappa"] else Fraction(proof.claim["kappa"]))

    def test_matrices_as_options(self) -> None:
        student = np.array([[0.5, 0.5], [0.5, -0.5]])
        instance = lojacert.Instance.from_arrays(np.eye(2), student, activation="abs", neuron="norm")
        proof = lojacert.prove("not_convex", instance, chord=student[::-1], **{"lambda": "1/2"})
        self.assertIn(proof.verdict, ("PROVED", "DISPROVED"))
        self.assertTrue(lojacert.verify(proof, instance))

    def test_bad_requests(self) -> None:
        for kind, options, words in (("lose", {}, "unknown claim"), ("loss", {"low": 1}, "--low"), ("loss", {"hi": "x"}, "hi"),
                                     ("lojasiewicz", {}, "--kappa X or --best"), ("loss", {"json": True}, "json"),
                                     ("loss", {"hi": object()}, "hi"), ("loss", {"hi": float("nan")}, "hi")):
            with self.subTest(kind=kind, options=options), self.assertRaisesRegex(lojacert.InputError, words):
                lojacert.prove(kind, near(), **options)
        with self.assertRaises(lojacert.InputError):
            lojacert.prove("loss", near(), path="/nowhere/c.json")

    def test_false_certificates(self) -> None:
        certificate: Any = lojacert.prove("loss", near()).certificate
        wrong = lojacert.verify(certificate, near(seed=4))
        self.assertEqual((wrong.verified, (wrong.reason or "").split(":")[0]), (False, "hash-mismatch"))
        certificate["format"] = "lojacert-certificate/7"
        self.assertEqual(lojacert.verify(certificate, near()).status, "UNSUPPORTED")
        for bad in ({}, {"a": 1}, "nowhere.json", {"a": object()}):
            with self.assertRaises(lojacert.InputError):
                lojacert.verify(bad, near())

    def test_explain(self) -> None:
        path = INSTANCES / "figure-1c.json"
        shown = json.loads(programs().cert("explain", path, "--json").out)["claims"]
        found = lojacert.explain(lojacert.Instance.load(path))
        self.assertEqual([(row.claim, row.in_reach, row.detail) for row in found],
                         [(row["claim"], row["in_reach"], row["detail"]) for row in shown])


class Programs(unittest.TestCase):
    def test_a_program_that_is_not_there(self) -> None:
        proof = lojacert.prove("loss", near())
        with mock.patch.dict(os.environ, {"LOJAVERIFY": "/nowhere/lojaverify"}), \
                self.assertRaisesRegex(FileNotFoundError, "LOJAVERIFY"):
            lojacert.verify(proof, near())
        with mock.patch("lojacert._programs.shutil.which", return_value=None), \
                self.assertRaisesRegex(FileNotFoundError, "LOJAVERIFY"):
            lojacert.verify(proof, near())

    def test_the_environment_names_it(self) -> None:
        with mock.patch.dict(os.environ, {"LOJAVERIFY": programs().lojaverify}):
            self.assertTrue(lojacert.verify(lojacert.prove("loss", near()), near()))

    def interrupted(self, name: str, work: str) -> None:
        """SIGINT during `work` on an instance of that name ends it soon, and leaves no file."""
        script = (f"import lojacert\ninstance = lojacert.Instance.load({str(INSTANCES / name)!r})\nprint('ready', flush=True)\n"
                  f"try:\n    {work}\nexcept KeyboardInterrupt:\n    print('interrupted')\n")
        with in_temporary_folder():
            with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as process:
                assert process.stdout
                self.assertEqual(process.stdout.readline(), "ready\n")
                time.sleep(0.5)
                start = time.monotonic()
                process.send_signal(signal.SIGINT)
                rest = process.stdout.read()
            self.assertEqual((rest, process.returncode, os.listdir()), ("interrupted\n", 0, []))
            self.assertLess(time.monotonic() - start, 5)

    def test_an_interrupt_ends_a_proof(self) -> None:
        self.interrupted("teacher-four-in-space.json", "lojacert.prove('threshold', instance, path='c.json')")

    def test_an_interrupt_ends_an_evaluation(self) -> None:
        """One that takes a minute."""
        self.interrupted("width-1000.json", "lojacert.evaluate(instance, digits=200)")

    def test_a_handler_that_returns_lets_it_go_on(self) -> None:
        """And it runs meanwhile, not when the evaluation has ended."""
        times: list[float] = []
        before = signal.signal(signal.SIGUSR1, lambda number, frame: times.append(time.monotonic()))
        timer = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGUSR1))
        timer.start()
        try:
            found = lojacert.evaluate(near(400), digits=20)
            times.append(time.monotonic())
        finally:
            timer.join()
            signal.signal(signal.SIGUSR1, before)
        self.assertEqual((found.is_narrow, len(times)), (True, 2))
        self.assertGreater(times[1] - times[0], 0.1)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0]])
