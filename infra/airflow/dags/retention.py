"""Owns the DAG of retention: what is about to be forgotten is rolled up, then ClickHouse is held to how long it keeps what."""

from airflow.sdk import DAG
from segue_command import EVERY_DAG, SegueCommand

with DAG(
    dag_id="retention",
    description="ClickHouse keeps what it should for as long as it should, daily",
    schedule="15 3 * * *",
    doc_md="""
### What is kept, and for how long

Daily at 03:15 UTC. `npm run segue -- rollups` brings minutes, hours and days up to date, so that nothing is forgotten that was not counted; `npm run segue -- retention` sets how
long each table keeps its rows (`SEGUE_KEEP_…_DAYS`) and says what is older than that, which ClickHouse drops when it merges.
PostgreSQL's months are the matter of `partition_care`.
""",
    tags=["care"],
    **EVERY_DAG,
):
    SegueCommand(task_id="rollups", words=["rollups"]) >> SegueCommand(task_id="retention", words=["retention"])
