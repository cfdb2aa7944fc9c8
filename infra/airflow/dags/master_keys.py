"""Owns the DAG of master keys: a rotation that was begun is finished, and one that is due is asked for."""

from datetime import timedelta

from airflow.sdk import DAG
from segue_command import EVERY_DAG, SegueCommand

with DAG(
    dag_id="master_keys",
    description="every data key is wrapped by the current master key, weekly",
    schedule="30 4 * * 1",
    doc_md="""
### The master key, rotated

Mondays at 04:30 UTC: `npm run segue -- keys rewrap --due-after 365`. After a new key was put first into `SEGUE_MASTER_KEYS` it wraps by it what the others wrapped, and says when those are needed no more. It fails when the current
key has wrapped for a year: a person makes the next one, as [the runbook](../../observability/RUNBOOK.md#a-master-key-is-due) says.
""",
    tags=["governance"],
    **EVERY_DAG,
):
    SegueCommand(
        task_id="rewrap",
        words=["keys", "rewrap", "--due-after", "365"],
        execution_timeout=timedelta(hours=2),
    )
