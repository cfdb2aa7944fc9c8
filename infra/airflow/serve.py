"""Owns the processes of Airflow: metadata brought up to date, then its servers, which live and end together."""

import ctypes
import os
import signal
import subprocess
import sys
import time

import psutil

# No triggerer: no task of ours is deferrable. Logs are read from the folder, so none are served by a port.
SERVERS = (["scheduler", "--skip-serve-logs"], ["dag-processor"], ["api-server"])
ASKED_WITHIN_S = 8
PR_SET_CHILD_SUBREAPER = 36


def airflow(words: list[str]) -> list[str]:
    return [sys.executable, "-m", "airflow", *words]


def adopt_orphans() -> None:
    """A task leads a process group of its own: what is left of it becomes our child, and is found when we end."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_all(servers: list[subprocess.Popen]) -> None:
    for server in servers:
        server.terminate()
    # The scheduler would wait for its tasks for as long as they take; their commands may be run again.
    deadline = time.monotonic() + ASKED_WITHIN_S
    while any(server.poll() is None for server in servers) and time.monotonic() < deadline:
        end_tasks()
        time.sleep(0.1)
    while left := psutil.Process().children(recursive=True):
        for process in left:
            process.kill()
        psutil.wait_procs(left, timeout=1)


def end_tasks() -> None:
    for process in psutil.Process().children(recursive=True):
        try:
            if "infra/stack/bootstrap.mjs" in " ".join(process.cmdline()):
                process.terminate()
        except psutil.NoSuchProcess:
            continue


def main() -> int:
    if not os.environ.get("AIRFLOW__API_AUTH__JWT_SECRET"):
        print("segue: Airflow needs a secret to sign with: set SEGUE_AIRFLOW_SECRET to 40 letters and digits", file=sys.stderr)
        return 1
    adopt_orphans()
    asked = False

    def ask(_number: int, _frame: object) -> None:
        nonlocal asked
        asked = True

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
    migrated = subprocess.run(airflow(["db", "migrate"]), check=False).returncode
    if migrated != 0 or asked:
        return migrated
    servers = [subprocess.Popen(airflow(words)) for words in SERVERS]
    try:
        while not asked:
            for words, server in zip(SERVERS, servers, strict=True):
                if server.poll() is not None:
                    print(f"airflow {words[0]} ended by itself (exit code {server.returncode})", file=sys.stderr)
                    return 1
            time.sleep(0.2)
        return 0
    finally:
        end_all(servers)


if __name__ == "__main__":
    # Python would take its modules apart for a second, and nothing of it is needed.
    status = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
