"""Checks what training runs on here: `python -m tf_edureka.doctor`."""

import functools
import sys

from tf_edureka.cli import call

main = functools.partial(call, "tf_edureka.cli.doctor")

if __name__ == "__main__":
    sys.argv[0] = "python -m tf_edureka.doctor"  # shown by --help
    sys.exit(main())
