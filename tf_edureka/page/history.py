"""Reads the history of a run; the network itself is read by `trained`."""

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
_MAX_BYTES = 2**25  # 15 epochs take 2,000
_OTHER = "other"
_RENAMED_RECIPES = {"modern": "tuned"}  # former name: name today


@dataclass(frozen=True)
class History:
    """The history of a run, as far as it is known.

    Attributes:
        folder: folder of the run.
        recipe: `"tuned"`, `"article"`, or `"other"` if not known.
        title: recipe and seed in words.
        cost: cost of each epoch; None for NaN or inf.
        accuracies: accuracy on the test images after each epoch; None for NaN or inf.
        data: source of the training data, `"tfds"`, `"idx"` or `"rendered"`; empty if not known.
        fingerprint: SHA-256 of the training data; empty if not known.
        limit: number of training examples used; None for all, or if not known.
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
    """True if there is a network in `folder`."""
    return os.path.isfile(folder / MODEL)


def read(folder: Path) -> History:
    """Reads the history of a run; what is missing gets the defaults of `History`.

    Args:
        folder: folder of the run.

    Returns:
        the history.

    Raises:
        InputError: if the folder holds no network.

    Warns:
        InputWarning: if the history is missing or damaged.
    """
    if not is_run(folder):
        found = f"a folder without {MODEL}" if os.path.isdir(folder) else "a file"
        raise InputError(
            f"{folder}: expected the folder of a train-mnist run with {MODEL} in it, got "
            f"{found if os.path.exists(folder) else 'nothing'}"
        )
    try:
        content = json.loads(_files.read(folder / _NAME, _MAX_BYTES, "a history"))
        return _parsed(folder, content)
    except InputError as error:
        fault = str(error)
    except (ValueError, OverflowError, RecursionError):
        fault = f"{folder / _NAME}: expected a history written by train-mnist, got a damaged one"
    warnings.warn(InputWarning(f"{fault}; the page shows no history"), stacklevel=2)
    return History(folder)


def _parsed(folder: Path, content: Any) -> History:
    """Converts the parsed JSON of the file.

    Raises:
        ValueError: if it is not a history.
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
