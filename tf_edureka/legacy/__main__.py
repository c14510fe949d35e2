"""Runs a TensorFlow 1 script or notebook: `python -m tf_edureka.legacy SCRIPT`."""

import functools
import sys

from tf_edureka.cli import call

main = functools.partial(call, "tf_edureka.cli.run")

if __name__ == "__main__":
    sys.argv[0] = "python -m tf_edureka.legacy"  # what --help calls it
    sys.exit(main())
