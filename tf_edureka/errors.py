"""The one kind of error that a user can cause, the one kind of warning, and how they are shown."""


class _WithTopic(Exception):
    """An exception or a warning with a topic, by which a command finds its advice.

    Args:
        message: what was expected and what came.
        topic: a short fixed name of the case where whoever called may know what to do; the commands
            have advice for each. Empty where the message says it all.
    """

    def __init__(self, message: str = "", *, topic: str = "") -> None:
        super().__init__(message)
        self.topic = topic


class InputError(_WithTopic, ValueError):
    """An argument, a file or a folder is not what it has to be.

    The message is one sentence for the user: what was expected and what came. The scripts print it
    as `error: ...`, add what to do by their options, and exit with code 2, without a traceback.
    """


class InputWarning(_WithTopic, UserWarning):
    """An argument, a file or a folder is not quite what was asked for; the work goes on.

    The scripts print it as `note: ...`.
    """


def printable(text: str, encoding: str = "utf-8") -> str:
    r"""Text as any terminal shows it, on one line.

    A name from outside may hold what moves the cursor, changes colours or turns the direction of
    writing round.

    Args:
        text: that may have such a name in it.
        encoding: of the terminal.

    Returns:
        `text` with an escape, such as `\x1b`, for each character that is not printable or that the
        encoding does not have.
    """
    shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
    return shown.encode(encoding, "backslashreplace").decode(encoding)
