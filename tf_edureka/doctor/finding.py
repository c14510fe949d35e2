"""What the doctor finds."""

from dataclasses import dataclass
from functools import partial

OK, NOTE, PROBLEM = "ok", "note", "problem"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        status: `"ok"`; `"note"`: worth knowing; `"problem"`: keeps something from working.
        what: that was found.
        advice: what to do about it, in one line.
        trains: the device on which training was seen to work, if that is what was found.
    """

    status: str
    what: str
    advice: str = ""
    trains: str = ""


ok, note, problem = (partial(Finding, status) for status in (OK, NOTE, PROBLEM))
