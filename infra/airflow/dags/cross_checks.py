"""Owns the DAG of the daily cross-check: ClickHouse, PostgreSQL, ledger and DSR files agree about the last closed month."""

from airflow.sdk import DAG
from segue_command import CLOSED_MONTH, EVERY_DAG, MONTH_PARAM, SegueCommand

with DAG(
    dag_id="cross_checks",
    description="four counts of the month before agree, daily",
    schedule="30 5 * * *",
    params={"month": MONTH_PARAM},
    doc_md="""
### Four counts that must agree

Daily at 05:30 UTC, of the month that was closed last (from the 4th on the one before this): `npm run segue -- royalties cross-check MONTH`. Each difference is a finding with the streams that it is about, at the end of the
task's log. It is not tried again by itself: a difference does not go away. Of a month that is not closed it says so: close it first.
""",
    tags=["royalties"],
    **EVERY_DAG,
):
    SegueCommand(task_id="cross_check", words=["royalties", "cross-check", CLOSED_MONTH], retries=0)
