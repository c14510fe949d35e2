"""What `inspect.getargspec` gave, which Python and TensorFlow have both dropped."""

import inspect
from collections.abc import Callable


class ArgSpec(inspect.FullArgSpec):
    """The arguments of a function; one of the fields had another name."""

    @property
    def keywords(self) -> str | None:
        """The name of the `**` argument."""
        return self.varkw


def argument_names(function: Callable[..., object]) -> ArgSpec:
    """What `inspect.getargspec` was."""
    return ArgSpec(*inspect.getfullargspec(function))
