"""Certified statements about two-layer networks, from arrays to verified certificates.

An instance is a teacher and, usually, a student: matrices whose rows are neurons. Its numbers are taken exactly.

>>> import numpy as np
>>> import lojacert
>>> student = np.repeat(np.eye(2), 2, axis=0) * 0.7
>>> instance = lojacert.Instance.from_arrays(np.eye(2), student, activation="abs", neuron="norm")
>>> proof = lojacert.prove("lojasiewicz", instance, best=True)
>>> proof.verdict
'PROVED'
>>> lojacert.verify(proof, instance).verified
True

`Instance`, `Trajectory` and `evaluate` work in this process; the other functions run the programs lojacert and lojaverify.
"""

from ._audit import Audit, AuditFactor, AuditHypothesis, AuditInstance, AuditRange, AuditRow, AuditSamples, audit
from ._arrays import Entry, MatrixLike
from ._core import InputError, LimitReachedError, UndecidedError, UnsupportedError
from ._core import version as __version__
from ._enclosure import Enclosure
from ._evaluate import Evaluation, evaluate
from ._explain import Reach, explain
from ._instance import Activation, Instance, Neuron
from ._prove import Proof, prove
from ._report import report
from ._stress import Stress, StressDigits, StressFrontier, StressIterate, StressStage, stress
from ._trajectory import Trajectory
from ._verify import Verification, verify

__all__ = [
    "Activation",
    "Audit",
    "AuditFactor",
    "AuditHypothesis",
    "AuditInstance",
    "AuditRange",
    "AuditRow",
    "AuditSamples",
    "Enclosure",
    "Entry",
    "Evaluation",
    "InputError",
    "Instance",
    "LimitReachedError",
    "MatrixLike",
    "Neuron",
    "Proof",
    "Reach",
    "Stress",
    "StressDigits",
    "StressFrontier",
    "StressIterate",
    "StressStage",
    "Trajectory",
    "UndecidedError",
    "UnsupportedError",
    "Verification",
    "__version__",
    "audit",
    "evaluate",
    "explain",
    "prove",
    "report",
    "stress",
    "verify",
]
