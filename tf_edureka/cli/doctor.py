"""Checks what training runs on here; needs only Python itself, whatever else is broken."""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from tf_edureka.cli import options, reporting
from tf_edureka.doctor import cuda
from tf_edureka.doctor.finding import PROBLEM, Finding
from tf_edureka.doctor.packages import cuda_wheels, packages, system
from tf_edureka.doctor.training import tensorflow


def examine() -> Iterator[Finding]:
    """Checks everything, from Python to a training step on each device."""
    yield from system()
    yield from packages()
    gpus, driver = cuda.hardware(), cuda.Driver()
    yield from driver.findings(gpus)
    wanted = bool(gpus or driver.count) and not cuda.gpus_hidden()
    yield from cuda_wheels(wanted)
    used = sys.platform == "linux" and bool(wanted or cuda.wheel_folders())
    found = cuda.open_libraries(used)
    yield from cuda.libraries(found)
    yield from cuda.xla_tools(used)
    reported = {name for name, (_, error) in found.items() if error}
    yield from tensorflow(wanted, driver.cuda, reported)


@reporting.reports_errors
def main(argv: Sequence[str] | None = None) -> int:
    """Examines, prints the findings and returns the exit code."""
    parser = options.ArgumentParser(
        description="Show which devices of this machine can train, what is missing to use a GPU, "
        "and what to install.",
        epilog="Exit codes: 0: training works, on the GPU if there is one; 1: a problem was found; "
        f"2: wrong input; {options.ENDS}.",
    )
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    args = parser.parse_args(argv)
    findings = []
    for finding in examine():
        findings.append(finding)
        if not args.json:
            advice = f"\n{'':9}-> {finding.advice}" if finding.advice else ""
            print(f"{finding.status:9}{finding.what}{advice}", flush=True)
    problems = sum(finding.status == PROBLEM for finding in findings)
    if args.json:
        report = {"works": not problems, "findings": [asdict(finding) for finding in findings]}
        print(json.dumps(report, indent=1))
    else:
        works = [finding.trains for finding in findings if finding.trains]
        print(f"\nproblems: {problems}; training works on: {', '.join(works) or 'nothing'}")
    return 1 if problems else 0
