"""Deciding a certificate's claim again, by the independent program lojaverify."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Mapping, Optional, Tuple, Union

from ._core import InputError
from ._instance import Instance
from ._instance import Path as PathLike
from ._programs import run
from ._prove import Proof


@dataclass(frozen=True)
class Verification:
    """The verifier's answer."""

    status: str  #: VERIFIED, NOT VERIFIED or UNSUPPORTED
    reason: Optional[str]  #: `CODE: text` where it is not verified
    details: Tuple[str, ...]  #: its lines of detail: the statement, the precision, what the verdict rests on

    @property
    def verified(self) -> bool:
        """Whether the claim is true of the instance."""
        return self.status == "VERIFIED"

    def __bool__(self) -> bool:
        return self.verified


def verify(
    certificate: Union[Proof, Mapping[str, Any], PathLike],
    instance: Union[Instance, PathLike, None] = None,
    *,
    max_bits: Optional[int] = None,
    time_limit: Optional[float] = None,
) -> Verification:
    """Runs lojaverify on a certificate (a Proof, its object, or a file) and an instance (an Instance or a JSON file).

    Without an instance it is the one that a Proof is about; of anything else, the one inside the certificate.

    >>> instance = Instance.from_arrays([[1, 0], [0, 1]], [["0.9", "0.1"], [0, 1]], activation="abs", neuron="norm")
    >>> from lojacert import prove
    >>> certificate = prove("loss", instance, hi="0.02").certificate
    >>> verify(certificate, instance).status
    'VERIFIED'
    >>> certificate["claim"]["hi"] = "0.01"
    >>> answer = verify(certificate, instance)
    >>> answer.verified, answer.reason.split(":")[0]
    (False, 'bad-evidence')

    Raises InputError for what is not a certificate, FileNotFoundError where there is no lojaverify: it is searched by the
    environment variable LOJAVERIFY, beside this module, and on PATH.
    """
    if instance is None and isinstance(certificate, Proof):
        instance = certificate.instance
    with tempfile.TemporaryDirectory(prefix="lojacert-") as name:
        folder = Path(name)
        files = [] if instance is None else [_instance_file(instance, folder)]
        files.append(_certificate_file(certificate, folder))
        limits = [] if max_bits is None else [f"--max-bits={max_bits}"]
        limits += [] if time_limit is None else [f"--time-limit={time_limit}"]
        labels = [(str(folder / "certificate.json"), "the certificate"), (str(folder / "instance.json"), "the instance")]
        answer = run("lojaverify", ["--explain", *limits, *files], labels)
    return Verification(answer.status, answer.reason or None, tuple(answer.comments))


def _instance_file(instance: Union[Instance, PathLike], folder: Path) -> str:
    if not isinstance(instance, Instance):
        return os.fspath(instance)
    file = folder / "instance.json"
    file.write_text(instance.json(), encoding="utf-8")
    return str(file)


def _certificate_file(certificate: Union[Proof, Mapping[str, Any], PathLike], folder: Path) -> str:
    file = folder / "certificate.json"
    if isinstance(certificate, Proof):
        certificate.save(file)
        return str(file)
    if isinstance(certificate, Mapping):
        try:
            file.write_text(json.dumps(certificate), encoding="utf-8")
        except (TypeError, ValueError) as error:
            raise InputError(f"the certificate cannot be written as JSON: {error}") from error
        return str(file)
    return os.fspath(certificate)
