"""Finds the role of each tensor of a checkpoint, weight or slot and so on, from its name."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from tf_edureka.tf1.checkpoint.content import OBJECT_SUFFIX, OTHER, POWER, SLOT, STEP, Entry

_STEP = re.compile(r"(^|/)(global_step|iter|iterations|save_counter)$")
_POWER = re.compile(r"(^|/)beta[12]_power(_\d+)?$")
# Names of slots in TensorFlow 1 that are not below their variable's name.
_OPTIMIZERS = re.compile(
    r"(Adam|AdaMax|Nadam|Momentum|RMSProp|Adagrad|AdagradDA|Adadelta|Ftrl|ProximalAdagrad)"
    r"(Optimizer)?(_\d+)?|ExponentialMovingAverage(_\d+)?"
)
_SETTING = re.compile(r"(^|/)(beta_[12]|decay|learning_rate|rho|momentum|epsilon)$")
_OBJECT_SLOT = re.compile(r"(.+)/\.OPTIMIZER_SLOT/(.+)" + re.escape(OBJECT_SUFFIX))
_NUMBERS = re.compile(r"(\d+)")


def natural_key(name: str) -> list[tuple[int, int, str]]:
    """Returns a sort key by which `layer10` follows `layer2`, and `Variable_1` follows `Variable`.

    Args:
        name: name of a variable.

    Returns:
        a key for `sorted`.
    """
    parts = (part for part in _NUMBERS.split(name) if part)
    return [(0, int(p), "") if p.isdigit() else (1, 0, p.replace("/", "\0")) for p in parts]


def with_roles(entries: Iterable[Entry]) -> list[Entry]:
    """Returns the entries with their roles.

    A slot's name is the variable's name, `/` and the optimizer's name for the slot: `w/Adam_1`. If
    it was created in a scope, the scope comes first: `train/w/Adam_1`.

    Args:
        entries: all entries of a checkpoint.

    Returns:
        the entries in the same order; an entry without a known name stays a weight.
    """
    given = list(entries)
    by_name = {one.name: one for one in given}
    return [_with_role(one, by_name) for one in given]


def _with_role(entry: Entry, by_name: dict[str, Entry]) -> Entry:
    found = _OBJECT_SLOT.fullmatch(entry.name)
    if found:
        return replace(
            entry, role=SLOT, of=found[1] + OBJECT_SUFFIX, slot=found[2].rpartition("/")[2]
        )
    name = entry.variable
    is_keras_own = name != entry.name and name.startswith("optimizer/")
    if entry.dtype == "object" or is_keras_own and _SETTING.search(name):
        return replace(entry, role=OTHER)
    if _STEP.search(name) and not entry.shape:
        return replace(entry, role=STEP)
    if _POWER.search(name) and not entry.shape:
        return replace(entry, role=POWER)
    parent, _, last = name.rpartition("/")
    scopes = parent.split("/")
    owners = [parent]
    if _OPTIMIZERS.fullmatch(last):
        owners += ["/".join(scopes[begin:]) for begin in range(1, len(scopes))]
    for owner in owners:
        one = by_name.get(owner)
        if one is not None and one.shape == entry.shape:
            return replace(entry, role=SLOT, of=owner, slot=last)
    return entry


def slots_of(entries: Sequence[Entry], variable: str) -> list[Entry]:
    """Returns the slots of a variable, in the order in which its optimizer created them.

    Args:
        entries: all entries of a checkpoint.
        variable: name of the variable.
    """
    found = [one for one in entries if one.role == SLOT and one.of == variable]
    return sorted(found, key=lambda one: natural_key(one.slot))
