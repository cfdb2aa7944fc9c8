"""Owns how a task calls a command of segue: the same one that a person types, whose last lines are the reason when it fails."""

import json
import os
import subprocess
from collections import deque
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from airflow.sdk import BaseOperator, Context, Param
from airflow.sdk.exceptions import AirflowException, AirflowFailException

REASON_LINES = 5
# How a command begins a line of what is wrong, and what to do.
SAYS_WHY = "segue"
PROJECT = os.environ["SEGUE_PROJECT"]

# The month that ended last, unless the run names one.
MONTH = (
    "{{ params.month or (dag_run.run_after.replace(day=1) - macros.timedelta(days=1)).strftime('%Y-%m') }}"
)
# The month that was closed last: until the 3rd is over it is the one before.
CLOSED_MONTH = (
    "{{ params.month or ((dag_run.run_after - macros.timedelta(days=3)).replace(day=1)"
    " - macros.timedelta(days=1)).strftime('%Y-%m') }}"
)

MONTH_PARAM = Param(
    None,
    type=["null", "string"],
    pattern=r"^\d{4}-(0[1-9]|1[0-2])$",
    description="As 2026-10; empty: the last one.",
)

# Two runs at once would do the same work twice, and a start after a week off makes up for no day: each run does all that is due.
EVERY_DAG: dict[str, Any] = {"catchup": False, "max_active_runs": 1, "dagrun_timeout": timedelta(hours=12)}


class SegueCommand(BaseOperator):
    """Runs `npm run segue -- <words>`; the JSON of its last line is the result of the task."""

    template_fields: Sequence[str] = ("words",)

    def __init__(
        self,
        *,
        words: Sequence[str],
        retries: int = 2,
        retry_delay: timedelta = timedelta(minutes=5),
        execution_timeout: timedelta = timedelta(minutes=30),
        **kwargs: Any,
    ) -> None:
        super().__init__(
            retries=retries, retry_delay=retry_delay, execution_timeout=execution_timeout, **kwargs
        )
        self.words = list(words)

    def execute(self, context: Context) -> Any:
        line = f"npm run segue -- {' '.join(self.words)}"
        self.log.info("%s", line)
        # What is Airflow's own is no matter of the command.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
        # By this it notes that it succeeded, or failed: infra/jobs.
        environment["SEGUE_JOB"] = f"{context['ti'].dag_id}.{context['ti'].task_id}"
        self.process = subprocess.Popen(
            ["npm", "run", "--silent", "segue", "--", *self.words],
            cwd=PROJECT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        last: deque[str] = deque(maxlen=REASON_LINES)
        why: deque[str] = deque(maxlen=REASON_LINES)
        for said in self.process.stdout:
            if said.strip():
                self.log.info("%s", said.rstrip())
                last.append(said.strip())
                if said.startswith(SAYS_WHY):
                    why.append(said.strip())
        status = self.process.wait()
        if status != 0:
            reason = "\n".join(why or last) or "it said nothing"
            told = f"{line} ended with exit code {status}:\n{reason}"
            # What it refuses waits for a person: it would be refused again.
            if is_refused(last):
                raise AirflowFailException(told)
            raise AirflowException(told)
        return result_of(last[-1] if last else "")

    def on_kill(self) -> None:
        # npm passes it on.
        if (process := getattr(self, "process", None)) is not None:
            process.terminate()


def is_refused(last: Sequence[str]) -> bool:
    results = (result_of(line) for line in last)
    return any(isinstance(result, dict) and result.get("status") == "refused" for result in results)


def result_of(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return line
