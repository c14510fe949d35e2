"""Calls the checks of a script that also runs on TensorFlow 1.15.5 itself.

Python 3.7 must be able to read these files.
"""

import sys
import traceback

import tensorflow as tf


def call(names):
    """Calls each `check_` function of a script with a graph of its own and ends the process."""
    checks = [value for name, value in names.items() if name.startswith("check_")]
    failed = []
    for check in checks:
        tf.reset_default_graph()
        try:
            check()
        except BaseException:
            failed.append(check.__name__)
            traceback.print_exc()
    sys.stdout.write("{} checks, failed: {}\n".format(len(checks), " ".join(failed) or "none"))
    sys.exit(bool(failed))


def raised(function, *arguments, **named):
    """Returns the exception that calling a function raises."""
    try:
        function(*arguments, **named)
    except Exception as error:
        return error
    return None
