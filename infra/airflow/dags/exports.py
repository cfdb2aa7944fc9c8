"""Owns the DAG of exports: the files of the last closed month are in the store, whole, every day."""

from airflow.sdk import DAG
from segue_command import CLOSED_MONTH, EVERY_DAG, MONTH_PARAM, SegueCommand

with DAG(
    dag_id="exports",
    description="statements and DSR files of the month before are in the store, daily",
    schedule="0 6 * * *",
    params={"month": MONTH_PARAM},
    doc_md="""
### Files that are where they should be

Daily at 06:00 UTC, of the month that was closed last (from the 4th on the one before this): `npm run segue -- royalties export MONTH` looks at the hash of each file in MinIO and puts there again what is missing.
""",
    tags=["royalties"],
    **EVERY_DAG,
):
    SegueCommand(task_id="export", words=["royalties", "export", CLOSED_MONTH])
