"""What is known of a run without its network: that it is there, and what its history tells."""

import json
import math
import os
import warnings
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from typing import Any

from tf_edureka import _files
from tf_edureka.config import RECIPES
from tf_edureka.errors import InputError, InputWarning

MODEL = "model.keras"
_NAME = "history.json"
_MAX_BYTES = 2**25  # of 15 epochs 2,000
_OTHER = "other"
_RENAMED_RECIPES = {"modern": "tuned"}  # what a recipe was called


@dataclass(frozen=True)
class History:
    """A run and its course, as far as it is known.

    Attributes:
        folder: of the run.
        recipe: `"tuned"`, `"article"`, or `"other"` where it is not known.
        title: recipe and seed in words.
        cost: of each epoch; None for what was no number.
        accuracies: on the test images after each epoch, as many, likewise.
        data: what it was trained on, `"tfds"`, `"idx"` or `"rendered"`; empty if not known.
        fingerprint: SHA-256 of that; empty if not known.
        limit: how many training examples of that it got; None for all.
    """

    folder: Path
    _: KW_ONLY
    recipe: str = _OTHER
    title: str = "a network"
    cost: tuple[float | None, ...] = ()
    accuracies: tuple[float | None, ...] = ()
    data: str = ""
    fingerprint: str = ""
    limit: int | None = None


def is_run(folder: Path) -> bool:
    """Whether there is a network in `folder`."""
    return os.path.isfile(folder / MODEL)


def read(folder: Path) -> History:
    """Reads the history of a run, or does without what it does not tell.

    Args:
        folder: of the run.

    Returns:
        what is known.

    Raises:
        InputError: when there is no run with a network.

    Warns:
        InputWarning: when there is no history, or one that is damaged.
    """
    if not is_run(folder):
        found = "one without" if os.path.isdir(folder) else "a file"
        raise InputError(
            f"{folder}: expected the folder of a run with {MODEL} in it, as train-mnist writes "
            f"it, got {found if os.path.exists(folder) else 'nothing'}"
        )
    try:
        content = json.loads(_files.read(folder / _NAME, _MAX_BYTES, "a history"))
        return _parsed(folder, content)
    except InputError as error:
        fault = str(error)
    except (ValueError, OverflowError, RecursionError):
        fault = f"{folder / _NAME}: expected a history as train-mnist writes it, got a damaged one"
    warnings.warn(InputWarning(f"{fault}; the page does without it"), stacklevel=2)
    return History(folder)


def _parsed(folder: Path, content: Any) -> History:
    """What the content of the file tells.

    Raises:
        ValueError: when it is no history.
    """
    if not isinstance(content, dict):
        raise ValueError
    config = content.get("config")
    config = config if isinstance(config, dict) else {}
    recipe = _RENAMED_RECIPES.get(str(config.get("recipe")), config.get("recipe"))
    if recipe not in RECIPES:
        recipe = _OTHER
    cost, accuracies = _numbers(content.get("cost")), _numbers(content.get("accuracy"))
    if len(cost) != len(accuracies):
        raise ValueError
    return History(
        folder,
        recipe=recipe,
        title=_title(recipe, config),
        cost=cost,
        accuracies=accuracies,
        data=_text(content.get("data")),
        fingerprint=_text(content.get("data_sha256")),
        limit=_nonnegative_int(config.get("limit")),
    )


def _title(recipe: str, config: Mapping[str, Any]) -> str:
    parts = [History.title if recipe == _OTHER else f"{recipe} recipe"]
    parts += ["legacy"] if config.get("implementation") == "legacy" else []
    parts += ["augmented"] if config.get("distortion") else []
    seed = _nonnegative_int(config.get("seed"))
    return ", ".join(parts + ([] if seed is None else [f"seed {seed}"]))


def _numbers(value: object) -> tuple[float | None, ...]:
    if not isinstance(value, list) or not all(isinstance(x, int | float | None) for x in value):
        raise ValueError
    numbers = [math.nan if x is None else float(x) for x in value]
    return tuple(x if math.isfinite(x) else None for x in numbers)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _nonnegative_int(value: object) -> int | None:
    return value if isinstance(value, int) and 0 <= value < 2**31 else None
