"""The findings of the doctor."""

from dataclasses import dataclass
from functools import partial

OK, NOTE, PROBLEM = "ok", "note", "problem"


@dataclass(frozen=True)
class Finding:
    """The result of one check.

    Attributes:
        status: `"ok"`; `"note"`: worth knowing; `"problem"`: something does not work.
        what: finding, in one line.
        advice: remedy, in one line; empty if none is needed.
        trains: device on which a training succeeded; empty in all other findings.
    """

    status: str
    what: str
    advice: str = ""
    trains: str = ""


ok, note, problem = (partial(Finding, status) for status in (OK, NOTE, PROBLEM))
