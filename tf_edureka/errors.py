"""The one kind of error that a user can cause."""


class InputError(ValueError):
    """An argument, a file or a folder is not what it has to be.

    The message is one sentence for the user: what was expected, what came and what to do. The
    scripts print it as `error: ...` and exit with code 2, without a traceback.
    """
