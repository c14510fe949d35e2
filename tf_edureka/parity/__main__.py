"""Proves a port: `python -m tf_edureka.parity TRACE port.py:build`."""

import functools
import sys

from tf_edureka.cli import call

main = functools.partial(call, "tf_edureka.cli.prove")

if __name__ == "__main__":
    sys.argv[0] = "python -m tf_edureka.parity"  # the name in --help
    sys.exit(main())
