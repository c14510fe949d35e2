"""Networks of old code: the runner builds the same graphs as TensorFlow 1.15.5."""

import gzip
import json
import re
from itertools import zip_longest

import pytest
from helpers import GOLDENS

# Prefix of ops that 1.15.5 does not create. Such an op replaces the op whose name follows the
# prefix, which also exists, and does not count for op seeds. Some are in functions of their own.
UNCOUNTED = "uncounted/"
OWN_FUNCTION = re.compile("__inference_.*_uncounted_")


def networks(lines):
    """Returns the nodes of each network: name, type, inputs, attributes."""
    nodes = {}
    for line in lines:
        network, name, kind, inputs, attributes = json.loads(line)
        if not (name.startswith(UNCOUNTED) or OWN_FUNCTION.match(name)):
            inputs = [one.removeprefix(UNCOUNTED) for one in inputs]
            nodes.setdefault(network, []).append((name, kind, inputs, attributes))
    return nodes


def difference(expected, found):
    """Describes how a node differs from that of 1.15.5; None if it does not."""
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
    """Describes the first different node of a network; None if all are equal."""
    for place, (one, other) in enumerate(zip_longest(expected, found)):
        how = difference(one, other)
        if how:
            name, kind = (one or other)[:2]
            return f"node {place} of {len(expected)}, {name} ({kind}): {how}"
    return None


@pytest.mark.slow
def test_graphs_equal_1_15_node_by_node(run):
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
