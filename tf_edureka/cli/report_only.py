"""`--report-only`: reports on a script or a notebook without running it."""

import argparse
import json
from pathlib import Path

from tf_edureka import _files
from tf_edureka.cli import notebooks, reporting
from tf_edureka.errors import InputError, printable
from tf_edureka.runner import beside, report


@reporting.reports_errors
def run(args: argparse.Namespace) -> int:
    """Prints the report on the script in the `args` of `tf-edureka run`; returns the exit code."""
    given = args.command[0]
    if given.endswith(notebooks.SUFFIX):
        print(report.text_of_cells(printable(Path(given).name), _cells(Path(given))), flush=True)
        return 0
    code = 0
    for number, (name, script) in enumerate(beside.read(given)):
        if isinstance(script, InputError):
            reporting.print_error(script)
            code = reporting.USER_ERROR
        else:
            print(f"{chr(10) if number else ''}{report.text_of_tree(name, script)}", flush=True)
    return code


def _cells(path: Path) -> list[str]:
    """The code cells of a notebook as Python, without nbformat, whose import takes seconds."""
    with notebooks.needing_jupyter():
        from IPython.core.inputtransformer2 import TransformerManager
    _files.expect_file(path, "a notebook")
    try:
        notebook = json.loads(path.read_bytes())
        # Formats before 4 have their cells in worksheets.
        sheets = [notebook, *notebook.get("worksheets", [])]
        cells = [cell for sheet in sheets for cell in sheet.get("cells", [])]
        code = [
            "".join(cell.get("source", cell.get("input", "")))
            for cell in cells
            if cell["cell_type"] == "code"
        ]
    except (OSError, ValueError, AttributeError, KeyError, TypeError, RecursionError) as error:
        reason = str(error) or type(error).__name__
        raise InputError(
            f"{path}: expected a notebook, got invalid JSON or cells ({reason})"
        ) from None
    python = TransformerManager().transform_cell
    return [python(one) for one in code if one.strip()]
