"""Prints the results of the scripts of networks and trainings.

Python 3.7 must be able to read this file.
"""

import json
import sys
import traceback


def tell(parts, lines_of):
    """Prints the lines of each part that the command line names, or of all, as JSON.

    A part that fails is reported on stderr, and the others continue.

    Args:
        parts: functions; each line starts with the name of its function.
        lines_of: function that returns the lines of a part, each a list.
    """
    wanted = sys.argv[1:] or [part.__name__ for part in parts]
    for part in parts:
        if part.__name__ in wanted:
            try:
                lines = list(lines_of(part))
            except Exception:
                print(part.__name__, traceback.format_exc(), file=sys.stderr)
            else:
                for line in lines:
                    print(json.dumps([part.__name__] + line), flush=True)
