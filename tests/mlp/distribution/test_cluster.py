import json
import socket

import pytest

from tf_edureka.errors import InputError
from tf_edureka.mlp.distribution.cluster import Cluster


def environment(cluster, task) -> dict[str, str]:
    return {"TF_CONFIG": json.dumps({"cluster": cluster, "task": task})}


def test_worker_0_is_the_chief_by_default():
    cluster = Cluster.from_environment(
        environment({"worker": ["a:1", "b:2"]}, {"type": "worker", "index": 0})
    )
    assert cluster == Cluster(("a:1", "b:2"), 0)
    assert cluster.is_chief


def test_a_named_chief_comes_before_the_workers():
    jobs = {"worker": ["b:2", "c:3"], "chief": ["a:1"]}
    second = Cluster.from_environment(environment(jobs, {"type": "worker", "index": 1}))
    assert second == Cluster(("a:1", "b:2", "c:3"), 2)
    assert Cluster.from_environment(environment(jobs, {"type": "chief", "index": 0})).is_chief


WORKERS = {"worker": ["a:1", "b:2"]}


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({}, "expected TF_CONFIG in the environment"),
        ({"TF_CONFIG": "worker"}, "TF_CONFIG: expected .* got worker"),
        ({"TF_CONFIG": "[]"}, "it is not an object"),
        ({"TF_CONFIG": "[" * 100_000}, r"got \[{300}\.\.\. .*nested too deeply"),
        ({"TF_CONFIG": '{"cluster": null}'}, "cluster is not an object"),
        (environment(WORKERS, {"type": "worker"}), "index is not a whole number"),
        *(
            (
                {"TF_CONFIG": f'{{"cluster": {json.dumps(WORKERS)}, "task": {task}}}'},
                "index is not a whole number",
            )
            for task in (
                '{"type": "worker", "index": 1e400}',
                '{"type": "worker", "index": true}',
                '{"type": "worker", "index": 0.9}',
                '{"type": "worker", "index": "١"}',
            )
        ),
        (environment(WORKERS, {"type": ["worker"], "index": 0}), "the cluster has no"),
        (environment({"worker": ["a:١٢"]}, {"type": "worker", "index": 0}), "not host:port"),
        (environment({"worker": ["a\x1b:1"]}, {"type": "worker", "index": 0}), "not host:port"),
        (environment({"worker": "a:1"}, {"type": "worker", "index": 0}), "worker is not a list"),
        (environment({"worker": [1]}, {"type": "worker", "index": 0}), "address is not a string"),
        (environment({"worker": []}, {"type": "worker", "index": 0}), "workers is not 1 to 1000"),
        (
            environment({"chief": ["a:1", "b:2"]}, {"type": "chief", "index": 1}),
            "there is more than one chief",
        ),
        (environment(WORKERS, {"type": "worker", "index": 2}), "the cluster has no worker 2"),
        (environment(WORKERS, {"type": "worker", "index": -1}), "the cluster has no worker -1"),
        (environment(WORKERS, {"type": "evaluator", "index": 0}), "the cluster has no evaluator 0"),
        (environment({"worker": ["a..b:1"]}, {"type": "worker", "index": 0}), "a..b:1"),
        (
            environment({**WORKERS, "ps": ["c:3"]}, {"type": "worker", "index": 0}),
            "unsupported jobs: ps",
        ),
        (environment({"worker": ["a:65536"]}, {"type": "worker", "index": 0}), "not host:port"),
        (environment({"worker": ["a"]}, {"type": "worker", "index": 0}), "'a' is not host:port"),
        (environment({"worker": ["a:1"] * 2}, {"type": "worker", "index": 0}), "the same address"),
    ],
)
def test_invalid_clusters_are_rejected(values, fault):
    with pytest.raises(InputError, match=fault):
        Cluster.from_environment(values)


def test_worker_index_may_be_a_string():
    there = environment(WORKERS, {"type": "worker", "index": "1"})
    assert Cluster.from_environment(there).index == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]"])
def test_workers_whose_ports_do_not_answer_are_named(addresses, host):
    if host == "[::1]" and not socket.has_dualstack_ipv6():
        pytest.skip("this machine has no IPv6")
    there = [address.replace("127.0.0.1", host) for address in addresses]
    family = socket.AF_INET6 if host == "[::1]" else socket.AF_INET
    port = int(addresses[1].rpartition(":")[2])
    with socket.create_server((host.strip("[]"), port), family=family):
        assert Cluster(tuple(there), 0).unreachable() == [2]
        assert Cluster(tuple(there), 2).unreachable() == [0]
    assert Cluster(tuple(there), 0).names([0, 2]) == (
        f"worker 0 ({there[0]}, the chief) and worker 2 ({there[2]})"
    )


def test_worker_with_an_unknown_host_name_is_unreachable(addresses):
    assert Cluster((addresses[0], "absent.invalid:1"), 0).unreachable() == [1]


def test_used_port_is_rejected_and_free_port_is_not_opened(addresses):
    cluster = Cluster(tuple(addresses), 1)
    cluster.expect_free_port()
    assert 1 in Cluster(tuple(addresses), 0).unreachable()
    host, port = addresses[1].split(":")
    with (
        socket.create_server((host, int(port))),
        pytest.raises(InputError, match=rf"worker 1 \({host}:{port}\): expected a free port"),
    ):
        cluster.expect_free_port()
