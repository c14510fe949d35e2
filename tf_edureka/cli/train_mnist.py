"""Trains the article's network on MNIST; writes model, history and pictures to a folder."""

import argparse
import contextlib
import os
import sys
import time
from collections.abc import Sequence

from tf_edureka import runtime
from tf_edureka.cli import options, reporting, run_record, supervised
from tf_edureka.cli.train_arguments import SECONDS_TO_CONNECT, configure, parse
from tf_edureka.config import MlpConfig
from tf_edureka.mlp.distribution.cluster import Cluster
from tf_edureka.runs.folder import RunFolder


@reporting.reports_errors
def main(argv: Sequence[str] | None = None) -> int:
    """Trains as the arguments ask and returns the exit code."""
    started = time.perf_counter()
    args = parse(argv)
    config = configure(args)
    cluster = Cluster.from_environment() if args.strategy == "multiworker" else None
    folder = run_record.run_folder(args) if cluster is None or cluster.is_chief else None
    command = options.command("train-mnist", argv)
    if cluster is None:
        return _train(started, args, config, folder=folder, command=command)
    seconds = args.wait or SECONDS_TO_CONNECT
    arguments = args, config, cluster, folder, command
    return supervised.run(cluster, seconds, _work, *arguments)


@reporting.reports_errors
def _work(
    send: supervised.Send,
    args: argparse.Namespace,
    config: MlpConfig,
    cluster: Cluster,
    folder: RunFolder | None,
    command: str,
) -> int:
    """Trains as one worker of a `cluster`, in a child process that the parent can end."""
    started = time.perf_counter()
    # Otherwise TensorFlow would connect the workers through the proxy in http_proxy.
    os.environ.update(no_grpc_proxy=",".join(cluster.hosts))
    try:
        return _train(
            started, args, config, folder=folder, command=command, cluster=cluster, send=send
        )
    except Exception as error:
        import tensorflow as tf

        if not isinstance(error, tf.errors.OpError) or reporting.out_of_memory_error(error):
            raise
        print(
            f"error: {cluster.name(cluster.index)}: lost the connection to another worker "
            f"({type(error).__name__}); start all workers again with --resume",
            file=sys.stderr,
            flush=True,
        )
        return supervised.LOST_WORKER


def _train(
    started: float,
    args: argparse.Namespace,
    config: MlpConfig,
    *,
    folder: RunFolder | None,
    command: str,
    cluster: Cluster | None = None,
    send: supervised.Send = lambda _: None,
) -> int:
    loaded = options.start_loading(args)
    with reporting.importing():
        import tensorflow as tf

        from tf_edureka.cli.train_run import train
        from tf_edureka.mlp.distribution import strategies
        from tf_edureka.mlp.distribution.placement import Placement

        device = runtime.use_device(args.device, args.deterministic, precision=config.precision)
    strategy = None
    if args.strategy == "mirrored":
        strategy = strategies.mirrored(args.replicas)
    if cluster:
        send(supervised.CONNECTING)
        strategy = tf.distribute.MultiWorkerMirroredStrategy()
        send(supervised.CONNECTED)
    place = Placement(device, strategy, cluster)
    imported = time.perf_counter()
    data = loaded()
    config.steps_per_epoch(len(data.train.labels))  # raises before anything is built
    strategies.expect_divisible(config.batch_size, place.replicas)
    seconds = {"imports": imported - started, "data": time.perf_counter() - imported}
    run = run_record.Run(args, config, data, place, folder, command)
    with folder.claimed() if folder else contextlib.nullcontext():
        return train(run, seconds)
