"""The exception for errors that a user can fix, and the warning for unexpected input."""


class _WithTopic(Exception):
    """An exception or warning with a topic, for which a command has advice.

    Args:
        message: one sentence with the expected and the actual value.
        topic: short fixed name of the case, with which a command looks up its advice; empty if the
            message says everything.
    """

    def __init__(self, message: str = "", *, topic: str = "") -> None:
        super().__init__(message)
        self.topic = topic


class InputError(_WithTopic, ValueError):
    """An argument, a file or a folder is invalid.

    The message is one sentence for the user with the expected and the actual value. The commands
    print it as `error: ...` with advice about their options, and exit with code 2, without a
    traceback.
    """


class InputWarning(_WithTopic, UserWarning):
    """An argument, a file or a folder differs from what was asked for; the work continues.

    The commands print it as `note: ...`.
    """


def printable(text: str, encoding: str = "utf-8") -> str:
    r"""Escapes the characters of a text that a terminal cannot or must not print.

    Names from outside may contain control characters that move the cursor, change colours or
    reverse the direction of writing.

    Args:
        text: text that may contain such a name.
        encoding: encoding of the terminal.

    Returns:
        `text` on one line, with an escape such as `\x1b` for each character that is not printable
        or not in the encoding.
    """
    shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
    return shown.encode(encoding, "backslashreplace").decode(encoding)
