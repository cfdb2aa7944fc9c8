"""Owns the DAG of the audit log: every day its chain is walked, held against the heads of the days before, and its head kept."""

from datetime import timedelta

from airflow.sdk import DAG
from segue_command import EVERY_DAG, SegueCommand

with DAG(
    dag_id="audit_chain",
    description="the audit log is what the services wrote, daily",
    schedule="45 4 * * *",
    doc_md="""
### Is the audit log what was written?

Daily at 04:45 UTC: `npm run segue -- audit verify`. Each entry that was altered, taken out or put in is named at the end of the task's log. It is not tried again by itself: what was changed does not go away, and waits for a
person, whom [the runbook](../../observability/RUNBOOK.md#the-audit-log-was-changed) tells what to do.
""",
    tags=["governance"],
    **EVERY_DAG,
):
    # Ten years of entries are read.
    SegueCommand(
        task_id="verify", words=["audit", "verify"], retries=0, execution_timeout=timedelta(hours=2)
    )
