"""A parent of services: everything is imported and the policy read once, then each `start` forks a fresh `zhidu serve`.

    python lives.py CONFIG BEGINNING MONOTONIC SCALE

Reads a line at a time from standard input and answers each with one line: `start SECONDS` with the process id of a new
service whose clock is so much ahead, `wait` with the exit status of the last one (minus the signal that ended it). What
a service does is the command's own code from the first line on; only the time it is told runs `SCALE` times as fast,
from `BEGINNING` at `MONOTONIC` on, and the policy, which is the same for every life, is not read again.
"""

import gc
import os
import random
import sys
import time
import uuid
from datetime import datetime, timedelta
from pathlib import Path

import zhidu.commands.serve
import zhidu.people_file
import zhidu.policy
import zhidu.services
from zhidu import cli, compose, observe
from zhidu.settings import load_settings


def main(folder: str, beginning: str, monotonic: str, scale: str) -> None:
    first, zero, factor, ahead = datetime.fromisoformat(beginning), float(monotonic), float(scale), 0.0

    def now() -> datetime:
        return first + timedelta(seconds=(time.monotonic() - zero) * factor + ahead)

    settings = load_settings(Path(folder))
    paths = [settings.path(path) for path in settings.config.modules_path]
    policy = zhidu.policy.load_policy(Path(folder), enabled=settings.config.modules, modules_path=paths)
    zhidu.policy.load_policy = lambda *_, **__: policy
    compose.real_outside = lambda: compose.Outside(now=now, jitter=random.random, new_id=lambda: uuid.uuid4().hex)
    assert observe.configure  # imported here, once for all lives
    gc.collect()
    gc.freeze()
    child = 0
    for line in sys.stdin:
        word, _, jumped = line.strip().partition(" ")
        if word == "start":
            ahead = float(jumped)
            child = os.fork()
            if child == 0:
                live(folder)
            print(child, flush=True)
        else:
            print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def live(folder: str) -> None:
    """One life, never returns."""
    status = 70
    try:
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        os.dup2(2, 1)
        random.seed()
        status = cli.main(["--config", folder, "serve"])
    finally:
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    main(*sys.argv[1:])
