"""The fixture by which a project's own tests hold its port to the run that was recorded.

pytest loads this wherever the package is installed, so it imports nothing but pytest.
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
    """Fails where a port is not the computation that was recorded: `prove_port(trace, port)`.

    What fails first, and its probable cause, is the test's message; the certificate is in the
    test's `tmp_path`.

    Args:
        tmp_path: the test's own folder.

    Returns:
        a function of a trace's folder and a port, as `Trace.climb` takes it. It gives the ladder.
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
        if wrong:  # said here, where no other error is told beside it
            pytest.fail(wrong, pytrace=False)
        return ladder

    return prove
