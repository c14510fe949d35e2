"""Networks of old code: through the runner their graphs are those of TensorFlow 1.15.5."""

import gzip
import json
import re
from itertools import zip_longest

import pytest
from helpers import GOLDENS

# What the name of an op begins with that 1.15.5 had not: such an op stands for the one whose name
# follows, which is there, too, and counts for no seed. Some are in functions of their own.
UNCOUNTED = "uncounted/"
OWN_FUNCTION = re.compile("__inference_.*_uncounted_")


def networks(lines):
    """The nodes of each network: name, type, inputs, attributes."""
    nodes = {}
    for line in lines:
        network, name, kind, inputs, attributes = json.loads(line)
        if not (name.startswith(UNCOUNTED) or OWN_FUNCTION.match(name)):
            inputs = [one.removeprefix(UNCOUNTED) for one in inputs]
            nodes.setdefault(network, []).append((name, kind, inputs, attributes))
    return nodes


def difference(expected, found):
    """How a node differs from the one of 1.15.5, if it does."""
    if not (expected and found):
        return "expected no node" if found else "expected a node"
    for what, one, other in zip(("name", "type", "inputs"), expected, found, strict=False):
        if one != other:
            return f"{what}: expected {one!r}, found {other!r}"
    expected, found = expected[3], found[3]
    for key in sorted({*expected, *found} - {"_has_manual_control_dependencies"}):
        one, other = expected.get(key), found.get(key)
        if one != other:
            return f"attribute {key}: expected {one!r}, found {other!r}"
    return None


def first_difference(expected, found):
    """The first node of a network that differs, and how."""
    for place, (one, other) in enumerate(zip_longest(expected, found)):
        how = difference(one, other)
        if how:
            name, kind = (one or other)[:2]
            return f"node {place} of {len(expected)}, {name} ({kind}): {how}"
    return None


@pytest.mark.slow
def test_graphs_are_node_by_node_those_of_1_15(run):
    done = run(GOLDENS / "networks.py")
    found = networks(done.stdout.splitlines())
    with gzip.open(GOLDENS / "networks.jsonl.gz", "rt") as golden:
        expected = networks(golden)
    differences = {
        network: first_difference(nodes, found.get(network, []))
        for network, nodes in expected.items()
    }
    told = [f"{network}: {how}" for network, how in differences.items() if how]
    assert not told, "\n".join([*told, done.stderr])
