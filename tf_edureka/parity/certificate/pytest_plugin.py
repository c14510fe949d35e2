"""The pytest fixture that compares a project's port with a recorded run.

pytest loads this module in every project once the package is installed, so it imports only pytest.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tf_edureka.parity.certificate.port_ladder import PortLadder

Prove = Callable[[str | os.PathLike[str], Any], "PortLadder"]


@pytest.fixture
def prove_port(tmp_path: Path) -> Prove:
    """Fails the test if a port differs from the recorded run: `prove_port(trace, port)`.

    The failure message shows the ladder, the first rung that fails and its probable cause. The
    certificate is written to the test's `tmp_path`.

    Args:
        tmp_path: temporary folder of the test.

    Returns:
        a function that accepts the folder of a trace and a port for `Trace.climb`, and returns the
        ladder.
    """

    def prove(trace: str | os.PathLike[str], port: Any) -> "PortLadder":
        __tracebackhide__ = True
        from tf_edureka import parity
        from tf_edureka.errors import InputError

        wrong = ""
        try:
            ladder: PortLadder = parity.Trace(trace).climb(port)
            ladder.write(tmp_path)
            if not ladder.passed:
                wrong = f"\n{ladder.text()}\nCertificate: {tmp_path / 'port.html'}"
        except InputError as error:
            wrong = str(error)
        if wrong:  # outside the except block, so that pytest shows no second error
            pytest.fail(wrong, pytrace=False)
        return ladder

    return prove
