"""The gallery's runner: the quick lines come out as the manifest says, and what does not is seen. Argument: the programs' folder."""

import copy
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

CERTIFICATES = pathlib.Path(__file__).resolve().parent.parent.parent / "certificates"
LINE = "figure-1c-kappa"


def run(certificates, programs, *options):
    command = ["/usr/bin/python3", certificates / "gallery" / "run.py", "--bin", programs, *options]
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)


def wrong_verdict(line):
    line["expect"].update(verdict="DISPROVED", exit=1)


def wrong_exit_code(line):
    line["expect"]["exit"] = 3


def constant_outside_tolerance(line):
    line["expect"]["constants"]["kappa"] = {"value": "430.4", "relative": "1e-3"}


def unequal_constant(line):
    line["expect"]["constants"]["kappa"] = "429.84"


def constant_that_is_not_there(line):
    line["expect"]["constants"]["gamma"] = "1"


def wrong_verifier_verdict(line):
    line["verify"].update(verdict="NOT VERIFIED", exit=1)


def another_claim_than_kept(line):
    line["certificate"] = "figure-1c-loss.cert.json"


def missing_kept_certificate(line):
    line["certificate"] = "nowhere.cert.json"


def another_instance(line):
    line["instance"] = "random-far.json"


DIFFERENCES = [wrong_verdict, wrong_exit_code, constant_outside_tolerance, unequal_constant, constant_that_is_not_there,
               wrong_verifier_verdict, another_claim_than_kept, missing_kept_certificate, another_instance]


def main():
    programs = pathlib.Path(sys.argv[1]).resolve()
    failures = []
    done = run(CERTIFICATES, programs, "--quick")
    if done.returncode != 0:
        failures.append(f"--quick ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    with tempfile.TemporaryDirectory(prefix="lojacert-gallery-test-") as folder:
        certificates = pathlib.Path(folder) / "certificates"
        shutil.copytree(CERTIFICATES, certificates)
        path = certificates / "gallery" / "manifest.json"
        manifest = json.loads(path.read_text(encoding="utf-8"))
        for change in DIFFERENCES:
            changed = copy.deepcopy(manifest)
            change(next(line for line in changed["lines"] if line["name"] == LINE))
            path.write_text(json.dumps(changed), encoding="utf-8")
            done = run(certificates, programs, "--only", LINE)
            if done.returncode != 1 or "DIFFERS" not in done.stdout:
                failures.append(f"{change.__name__} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
        kept = certificates / "gallery" / f"{LINE}.cert.json"
        path.write_text(json.dumps(manifest), encoding="utf-8")
        kept.write_text(kept.read_text(encoding="utf-8").replace('"digest": "sha256:', '"digest": "sha256:0'), encoding="utf-8")
        if run(certificates, programs, "--only", LINE).returncode != 1:
            failures.append("a damaged kept certificate was not seen")
    if failures:
        sys.exit("\n\n".join(failures))


if __name__ == "__main__":
    main()
