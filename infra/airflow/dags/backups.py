"""Owns the DAG of backups: PostgreSQL, ClickHouse and the object store into encrypted files, each looked at after it was written."""

from datetime import timedelta

from airflow.sdk import DAG
from segue_command import EVERY_DAG, SegueCommand

with DAG(
    dag_id="backups",
    description="an encrypted backup that is whole, daily",
    schedule="30 2 * * *",
    doc_md="""
### A backup, and whether it is whole

Daily at 02:30 UTC. `npm run segue -- backup create --keep 35` writes one to where `SEGUE_BACKUP_TO` says, and removes those that are older than 35 days; `npm run segue -- backup verify` then reads every file of it
again. How one is restored: infra/backup/README.md.
""",
    tags=["care"],
    **EVERY_DAG,
):
    take = SegueCommand(
        task_id="take", words=["backup", "create", "--keep", "35"], execution_timeout=timedelta(hours=6)
    )
    take >> SegueCommand(task_id="verify", words=["backup", "verify"], execution_timeout=timedelta(hours=6))
