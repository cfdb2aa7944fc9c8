"""Owns the loading of `assets/` and `roles.yaml`: again and again, the files always win."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from dashboards import arranged
from few import of_enough
from questions import as_question
from superset import appbuilder, security_manager
from superset.commands.importers.v1.assets import ImportAssetsCommand
from superset.connectors.sqla.models import SqlaTable
from superset.extensions import db
from superset.models.dashboard import Dashboard
from superset.models.slice import Slice
from superset.utils.core import override_user

HERE = Path(__file__).parent
# Owns what is loaded. Nobody can sign in as it.
LOADER = "segue-loader"


def load_everything() -> None:
    appbuilder.add_permissions(update_perms=True)
    security_manager.sync_role_definitions()
    assets = read_assets()
    with override_user(loader()):
        ImportAssetsCommand({name: yaml.safe_dump(asset) for name, asset in assets.items()}).run()
    forget_what_has_no_file(assets)
    grant_roles(yaml.safe_load((HERE / "roles.yaml").read_text()))
    db.session.commit()


def read_assets() -> dict[str, dict[str, Any]]:
    folder = HERE / "assets"
    least = int(os.environ["SEGUE_SMALL_CELLS"])
    assets = {
        path.relative_to(folder).as_posix(): as_question(of_enough(yaml.safe_load(path.read_text()), least))
        for path in sorted(folder.rglob("*.yaml"))
    }
    assets["databases/clickhouse.yaml"]["sqlalchemy_uri"] = clickhouse_uri(os.environ["SEGUE_CLICKHOUSE_READER_URL"])
    assets["databases/postgresql.yaml"]["sqlalchemy_uri"] = postgresql_uri(os.environ["SEGUE_POSTGRES_ANALYST_URL"])
    return arranged(assets)


def clickhouse_uri(url: str) -> str:
    """The address as SQLAlchemy has it."""
    parts = urlsplit(url)
    secure = "?secure=true" if parts.scheme == "https" else ""
    return f"clickhousedb://{parts.netloc}{parts.path}{secure}"


def postgresql_uri(url: str) -> str:
    return urlsplit(url)._replace(scheme="postgresql+psycopg2").geturl()


def loader() -> Any:
    user = security_manager.find_user(LOADER)
    if user is None:
        user = security_manager.add_user(
            LOADER, "Segue", "", f"{LOADER}@accounts.invalid", security_manager.find_role("Admin")
        )
        user.active = False
        db.session.commit()
    return user


def forget_what_has_no_file(assets: dict[str, dict[str, Any]]) -> None:
    known = {asset["uuid"] for asset in assets.values() if "uuid" in asset}
    for model in (Dashboard, Slice, SqlaTable):
        for row in db.session.query(model).filter_by(is_managed_externally=True):
            if str(row.uuid) not in known:
                db.session.delete(row)


def grant_roles(table: dict[str, Any]) -> None:
    """Gives each role exactly what `roles.yaml` says; what it had beside that is gone."""
    seen_by: dict[str, list[Any]] = {}
    for name, may in table["roles"].items():
        permissions = [tuple(permission) for permission in table["everybody"]]
        for dataset in may["datasets"]:
            row = db.session.query(SqlaTable).filter_by(table_name=dataset).one()
            permissions.append(("datasource_access", row.perm))
        role = security_manager.add_role(name)
        role.permissions = [security_manager.add_permission_view_menu(*permission) for permission in permissions]
        for slug in may["dashboards"]:
            seen_by.setdefault(slug, []).append(role)
    for slug, roles in seen_by.items():
        db.session.query(Dashboard).filter_by(slug=slug).one().roles = roles
