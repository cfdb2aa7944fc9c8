"""Owns the DAG of erasures: each that is not at its end is gone over again, as long as Kafka may bring something back."""

from airflow.sdk import DAG
from segue_command import EVERY_DAG, SegueCommand

with DAG(
    dag_id="erasures",
    description="listeners who are erased stay so, daily",
    schedule="15 4 * * *",
    doc_md="""
### Erasures to their end

Daily at 04:15 UTC: `npm run segue -- erase --go-on` goes over every erasure that was cut short, or of which Kafka may still bring something back, and ends those that are 29 days old. What does not end well is a matter of
[the runbook](../../observability/RUNBOOK.md#an-erasure-does-not-end).
""",
    tags=["governance"],
    **EVERY_DAG,
):
    SegueCommand(task_id="erase", words=["erase", "--go-on"])
