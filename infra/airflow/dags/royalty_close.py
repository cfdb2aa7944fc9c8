"""Owns the DAG of the monthly close: what it reads is looked at, the month is closed, counted four times over, and its files put away."""

from datetime import timedelta

from airflow.sdk import DAG
from segue_command import EVERY_DAG, MONTH, MONTH_PARAM, SegueCommand

DOC = """
### The close of a month

On the 3rd at 04:00 UTC, of the month that ended: two days in which what came late still counts. To close another month, trigger it with the parameter `month`, as 2026-10.

| task | the same by hand |
|---|---|
| check_inputs | `npm run segue -- royalties close MONTH --check` |
| close | `npm run segue -- royalties close MONTH` |
| cross_check | `npm run segue -- royalties cross-check MONTH` |
| export | `npm run segue -- royalties export MONTH` |

A month that is closed is closed: run again, each task says so and changes nothing. A task that fails ends its log with what the command said: mend that and clear the task.
What is refused is not tried again by itself, because it waits for a person.
"""

with DAG(
    dag_id="royalty_close",
    description="closes the month before: streams to statements",
    schedule="0 4 3 * *",
    params={"month": MONTH_PARAM},
    doc_md=DOC,
    tags=["royalties"],
    **EVERY_DAG,
):
    (
        SegueCommand(task_id="check_inputs", words=["royalties", "close", MONTH, "--check"])
        >> SegueCommand(
            task_id="close", words=["royalties", "close", MONTH], execution_timeout=timedelta(hours=2)
        )
        >> SegueCommand(task_id="cross_check", words=["royalties", "cross-check", MONTH], retries=0)
        >> SegueCommand(task_id="export", words=["royalties", "export", MONTH])
    )
