"""Owns the DAG of partitions: months of PostgreSQL's large tables are there before they are needed, and go when their time is over."""

from airflow.sdk import DAG
from segue_command import EVERY_DAG, SegueCommand

with DAG(
    dag_id="partition_care",
    description="months of PostgreSQL's large tables made ahead and retired, daily",
    schedule="45 3 * * *",
    doc_md="""
### Months ahead, months behind

Daily at 03:45 UTC: `npm run segue -- partitions`, as the worker `partitions` does as well; whoever comes second finds nothing to do. A month that somebody holds is named, and
tried again.
""",
    tags=["care"],
    **EVERY_DAG,
):
    SegueCommand(task_id="partitions", words=["partitions"])
