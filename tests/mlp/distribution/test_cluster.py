import contextlib
import json
import socket
import threading
import time

import pytest

from tf_edureka.errors import InputError
from tf_edureka.mlp.distribution.cluster import Cluster


def environment(cluster, task) -> dict[str, str]:
    return {"TF_CONFIG": json.dumps({"cluster": cluster, "task": task})}


def test_worker_0_is_the_chief_where_none_is_named():
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
        ({"TF_CONFIG": "[]"}, "TF_CONFIG: expected"),
        (environment(WORKERS, {"type": "worker"}), "no 'index'"),
        (environment(WORKERS, {"type": "worker", "index": 2}), "there is no worker 2"),
        (environment(WORKERS, {"type": "worker", "index": -1}), "there is no worker -1"),
        (environment(WORKERS, {"type": "evaluator", "index": 0}), "there is no evaluator 0"),
        (environment({"worker": ["a..b:1"]}, {"type": "worker", "index": 0}), "a..b:1"),
        (environment({**WORKERS, "ps": ["c:3"]}, {"type": "worker", "index": 0}), "of ps there is"),
        (environment({"worker": ["a:65536"]}, {"type": "worker", "index": 0}), "no host:port"),
        (environment({"worker": ["a"]}, {"type": "worker", "index": 0}), "'a' is no host:port"),
        (environment({"worker": ["a:1"] * 2}, {"type": "worker", "index": 0}), "the same address"),
    ],
)
def test_a_cluster_that_is_none_is_refused(values, fault):
    with pytest.raises(InputError, match=fault):
        Cluster.from_environment(values)


def meeting(addresses, indices, seconds, notes=None) -> dict[int, str]:
    """How each worker fares: what it is told, or an empty text if it has met the others.

    `notes` takes what they say while they wait.
    """
    ends = {}

    def meet(index: int) -> None:
        try:
            Cluster(tuple(addresses), index).meet(
                seconds, (notes if notes is not None else []).append
            )
            ends[index] = ""
        except InputError as error:
            ends[index] = str(error)

    threads = [threading.Thread(target=meet, args=(index,)) for index in indices]
    for thread in threads:
        thread.start()
        time.sleep(0.05)
    for thread in threads:
        thread.join()
    return ends


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0)], ids=str)
def test_workers_meet_in_whatever_order_they_come(addresses, order):
    assert meeting(addresses, order, 20) == {0: "", 1: "", 2: ""}


@pytest.mark.slow
def test_the_chief_names_who_has_not_come_and_the_others_end_in_time_too(addresses):
    ends = meeting(addresses, (0, 1), 3)
    assert ends[0].startswith(f"worker 2 ({addresses[2]}): expected to come within 3 s")
    assert ends[1].startswith(f"worker 0 ({addresses[0]}, the chief): expected to come within 3 s")


def knock(address: str, text: bytes) -> None:
    """Says something to whoever listens there, as soon as someone does, and goes away."""
    host, port = address.split(":")
    while True:
        with contextlib.suppress(OSError), socket.create_connection((host, int(port))) as one:
            return one.sendall(text)


def test_a_worker_that_dies_and_is_started_again_is_one_worker(addresses):
    dying = Cluster(tuple(addresses), 1)
    threading.Thread(target=knock, args=(addresses[0], dying.introduction(1))).start()
    assert meeting(addresses, (0, 1, 2), 20) == {0: "", 1: "", 2: ""}


@pytest.mark.slow
def test_a_stranger_and_a_worker_of_another_cluster_do_not_count(addresses):
    other = Cluster((addresses[0], addresses[2], addresses[1]), 1)
    for text in (b"GET / HTTP/1.1\r\n\r\n", other.introduction(1)):
        threading.Thread(target=knock, args=(addresses[0], text)).start()
    end = meeting(addresses, (0,), 2)[0]
    assert "worker 1" in end
    assert "worker 2" in end


@pytest.mark.slow
def test_a_worker_that_died_while_it_waited_is_not_met(addresses):
    knocking = threading.Thread(
        target=knock, args=(addresses[0], Cluster(tuple(addresses), 1).introduction(1))
    )
    knocking.start()
    ends = meeting(addresses, (0, 2), 3)
    knocking.join()
    assert ends[0].startswith(f"worker 1 ({addresses[1]}): expected to come")
    assert "it waits for others" in ends[2]


def test_one_who_connects_and_says_nothing_holds_nobody_up(addresses):
    ends = {}
    chief = threading.Thread(target=lambda: ends.update(meeting(addresses, (0,), 20)))
    chief.start()
    host, port = addresses[0].split(":")
    while True:
        with contextlib.suppress(OSError):
            silent = socket.create_connection((host, int(port)))
            break
    with silent:
        ends.update(meeting(addresses, (1, 2), 20))
        chief.join()
    assert ends == {0: "", 1: "", 2: ""}


@pytest.mark.slow
def test_who_waits_says_for_whom(addresses, monkeypatch):
    monkeypatch.setattr("tf_edureka.mlp.distribution.cluster.PATIENCE", 1.0)
    notes = []
    meeting(addresses, (0, 1), 2, notes)
    meeting(addresses, (2,), 2, notes)
    chief = f"waiting for worker 0 ({addresses[0]}, the chief), at most 2 s"
    assert sorted(notes)[:2] == [chief, chief]
    assert notes[0].startswith("waiting for worker ")
    assert f"waiting for worker 2 ({addresses[2]}), at most 2 s" in notes


def test_a_chief_whose_name_nobody_knows_is_said(addresses):
    cluster = Cluster(("absent.invalid:1", addresses[1]), 1)
    with pytest.raises(
        InputError, match=r"worker 0 \(absent.invalid:1, the chief\).*not known|did not"
    ):
        cluster.meet(0.5, print)


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")
def test_workers_meet_by_ipv6_too(addresses):
    there = [address.replace("127.0.0.1", "[::1]") for address in addresses]
    assert meeting(there, (0, 1, 2), 20) == {0: "", 1: "", 2: ""}


def test_a_port_that_something_uses_is_named(addresses):
    host, port = addresses[1].split(":")
    with socket.create_server((host, int(port))):
        ends = meeting(addresses, (1,), 1)
    assert ends[1].startswith(f"worker 1 ({addresses[1]}): expected a free port of this machine")
