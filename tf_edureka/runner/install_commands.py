"""Keeps cells of then from installing what is here already, in versions that would break it."""

import re

_LINE = re.compile(r"^(?:\\\n|.)*", re.MULTILINE)  # with those that it goes on in
# Lines that are no Python, by themselves or as all of a cell that begins so.
_MAGIC = re.compile(r"(?P<indent>\s*)%?\s*(?:pip|conda|mamba)\s")
_SHELL = re.compile(r"\s*(?:\w+\s*=\s*)?!")
_SHELL_CELL = re.compile(r"\s*%%(?:!|bash|script|sh|sx|system)")
_COMMAND = re.compile(
    r"(?P<begin>!*\s*)(?P<command>[^;&|!\n]*\b(?:pip[\d.]*|conda|mamba)\s+(?:install|remove|uninstall))"
    r"\b(?P<arguments>(?:\\\n|[^;&|\n])*)"
)
_PROTECTED = re.compile(r"['\"]?(?:tensorflow|tf[-_]nightly|keras|numpy(?![\w-]))", re.IGNORECASE)

_NOTE = "echo 'note:"


def without_protected_packages(lines: list[str]) -> list[str]:
    """Leaves TensorFlow, Keras and NumPy out of what a cell installs or removes, and says so.

    Args:
        lines: of the cell, as written.

    Returns:
        what IPython is to run instead.
    """
    cell = "".join(lines)
    is_shell = _SHELL_CELL.match(cell) is not None

    def changed(found: re.Match[str]) -> str:
        line = found[0]
        if is_shell or _SHELL.match(line):
            return _COMMAND.sub(
                lambda part: part["begin"] + " && ".join(_replacement_commands(part)), line
            )
        magic, command = _MAGIC.match(line), _COMMAND.match(line)
        said, *others = _replacement_commands(command) if magic and command else [line]
        if not magic or not others and not said.startswith(_NOTE):
            return line
        return "\n".join(magic["indent"] + part for part in [f"!{said}", *others])

    return _LINE.sub(changed, cell).splitlines(keepends=True)


def _replacement_commands(found: re.Match[str]) -> list[str]:
    """The commands to run instead of the one that was found; itself if it is harmless."""
    command, arguments = found["command"], found["arguments"].replace("\\\n", " ").split()
    protected = [one.strip("'\"") for one in arguments if _PROTECTED.match(one)]
    if not protected:
        return [command + found["arguments"]]
    said = f"{_NOTE} {' '.join(protected)}: left as it is in this environment'"
    rest = [one for one in arguments if not _PROTECTED.match(one)]
    if all(one.startswith("-") for one in rest):
        return [said]
    return [said, " ".join([command, *rest]) + " " * found["arguments"].endswith(" ")]
