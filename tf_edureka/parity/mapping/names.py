"""Roles and layers of variables, found from their names."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import cache

# Words at the end of a name, by role; Keras uses the first.
_ROLES = {
    "kernel": "kernel kernels weights weight w",
    "bias": "bias biases b",
    "recurrent_kernel": "recurrent u",
    "gamma": "gamma scale",
    "beta": "beta offset shift",
    "moving_mean": "mean",
    "moving_variance": "variance var",
    "embeddings": "embeddings embedding embed",
    "depthwise_kernel": "depthwise",
    "pointwise_kernel": "pointwise",
}
_ROLE_OF = {word: role for role, words in _ROLES.items() for word in words.split()}
_PREFIXES = ("recurrent", "depthwise", "pointwise")  # of roles such as `recurrent_kernel`
_STATISTICS = {"moving_mean", "moving_variance"}
# A variable of one group never corresponds to a variable of another group.
_EXCLUSIVE = [{"gamma"}, {"beta"}, {"moving_mean"}, {"moving_variance"}]
_EXCLUSIVE += [{"recurrent_kernel"}, {"depthwise_kernel"}, {"pointwise_kernel"}]

_ABBREVIATIONS = {
    "fw": "forward",
    "bw": "backward",
    "enc": "encoder",
    "dec": "decoder",
    "gen": "generator",
    "disc": "discriminator",
}

Token = tuple[str, str]


def _words(text: str) -> list[Token]:
    """Words of a name with the number after each: `W_conv1` is w, conv 1; `fc_2` is fc 2."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", text)
    spaced = re.sub(r"(?i)(?<![a-z])(conv[123])d", r"\1D_", spaced)
    words: list[Token] = []
    for part in re.findall(r"(?i:conv)[123]D|[A-Za-z]+|\d+", spaced):
        if not part.isdigit():
            words.append((_ABBREVIATIONS.get(part.lower(), part.lower()), ""))
        elif words:  # 1 and 2 of `conv1_2` are 1.2
            base, number = words[-1]
            words[-1] = (base, f"{number}.{part}" if number else part)
        else:
            words.append(("", part))
    return words


def automatic_word(layer_class: str) -> str:
    """Returns the word that Keras numbers in names of a `layer_class`, as `normalization`."""
    return _words(layer_class)[-1][0] if layer_class else ""


def directory(name: str) -> str:
    """Returns the layer of a variable's `name`: all before its last `/`; empty without one."""
    return name.rpartition("/")[0]


@cache
def role(name: str) -> str:
    """Returns the role of an original variable, in Keras' words, from its `name`; may be empty."""
    words = [base for base, _ in _words(name.rpartition("/")[2])]
    for word in _PREFIXES:
        if word in words:
            return _ROLE_OF[word]
    found = [_ROLE_OF[word] for word in words if word in _ROLE_OF]
    return found[-1] if found else ""


def is_statistic(role: str) -> bool:
    """True if a `role` is that of a moving average."""
    return role in _STATISTICS


def exclude_each_other(role: str, other: str) -> bool:
    """True if a variable of `role` never corresponds to one of role `other`."""
    if role == other or not role or not other:
        return False
    if is_statistic(role) or is_statistic(other):
        return True
    return any({role} <= one for one in _EXCLUSIVE) and any({other} <= one for one in _EXCLUSIVE)


def _layer_tokens(name: str) -> list[Token]:
    """Words of a name without its role and without default names such as `Variable`."""
    *scopes, last = name.split("/")
    tokens = [token for scope in scopes for token in _words(scope)]
    tokens += [word for word in _words(last) if word[0] not in _ROLE_OF]
    # In `W1` and `b1` the number belongs to the layer.
    numbers = [number for base, number in _words(last) if base in _ROLE_OF and number]
    tokens += [("", number) for number in numbers]
    # In `gru_1/gru_cell` only the first counts.
    numbered = {base for base, number in tokens if number}
    return [
        (base, number)
        for base, number in tokens
        if base not in ("variable", "moving") and (number or base not in numbered)
    ]


def _numbered(names: Iterable[str]) -> dict[str, set[str]]:
    found = defaultdict(set)
    for name in names:
        for base, number in _layer_tokens(name):
            found[base].add(number)
    return found


def _layers_of(names: Iterable[str], base: str) -> Counter[str]:
    """Number of layers that have each number after a word."""
    layers = set()
    for name in names:
        scopes = name.split("/")[:-1]
        for end, scope in enumerate(scopes, 1):
            numbers = [number for one, number in _words(scope) if one == base]
            if numbers:
                layers.add(("/".join(scopes[:end]), numbers[0]))
                break
    return Counter(number for _, number in layers)


def _natural(number: str) -> list[int]:
    return [int(part) for part in number.split(".") if part]


def _ranks(numbers: Iterable[str]) -> dict[str, str]:
    return {one: f"#{rank}" for rank, one in enumerate(sorted(set(numbers), key=_natural))}


def tokens(
    old: Sequence[str], new: Sequence[str], *, automatic: Iterable[str] = ()
) -> tuple[list[set[Token]], list[set[Token]]]:
    """Returns the words by which the variables of two sides are compared.

    Numbers are compared directly if one side has all numbers of the other (`conv1`, `conv2`), else
    by their rank (`conv0`, `conv1`). In names that Keras assigned, the rank among the layers of the
    class is compared, and only if both sides have as many.

    Args:
        old: names of the original variables.
        new: paths of the new variables.
        automatic: words that Keras builds names from, such as `dense`.

    Returns:
        the words of each original and of each new variable.
    """
    sides = _numbered(old), _numbered(new)
    changed: dict[str, tuple[dict[str, str], dict[str, str]] | None] = {}
    for base in sides[0].keys() & sides[1].keys():
        ours, theirs = sides[0][base], sides[1][base]
        if base in automatic:
            layers = _layers_of(old, base), _layers_of(new, base)
            clean = all(count == 1 for side in layers for count in side.values())
            same = len(layers[0]) == len(layers[1])
            changed[base] = (_ranks(layers[0]), _ranks(layers[1])) if clean and same else None
        elif not (ours <= theirs or theirs <= ours):
            changed[base] = (_ranks(ours), _ranks(theirs))

    def compared(name: str, side: int) -> set[Token]:
        found = set()
        for base, number in _layer_tokens(name):
            change = changed.get(base, ({}, {}))
            if change is not None and base:
                found.add((base, change[side].get(number, number)))
        return found

    return [compared(name, 0) for name in old], [compared(name, 1) for name in new]
