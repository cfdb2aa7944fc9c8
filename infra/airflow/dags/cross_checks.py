"""Owns the DAG of the daily cross-check: ClickHouse, PostgreSQL, ledger and DSR files agree about the last closed month."""

from datetime import UTC, datetime

from airflow.sdk import DAG
from segue_command import EVERY_DAG, MONTH, MONTH_PARAM, SegueCommand

with DAG(
    dag_id="cross_checks",
    description="four counts of the month before agree, daily",
    schedule="30 5 * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    params={"month": MONTH_PARAM},
    doc_md="""
### Four counts that must agree

Daily at 05:30 UTC, of the month that ended last: `npm run segue -- royalties cross-check MONTH`. Each difference is a finding with the streams that it is about, at the end of the
task's log. It is not tried again by itself: a difference does not go away. A month that is not closed yet has nothing to be compared.
""",
    tags=["royalties"],
    **EVERY_DAG,
):
    SegueCommand(task_id="cross_check", words=["royalties", "cross-check", MONTH], retries=0)
