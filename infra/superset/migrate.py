"""Owns the metadata database as it is before anything is loaded: the tables of this version."""

from flask_migrate import upgrade
from sqlalchemy import event
from sqlalchemy.engine import Engine
from superset.app import create_app


@event.listens_for(Engine, "connect")
def without_waiting_for_the_disk(connection, _record):
    # An install that was broken off is begun anew: hundreds of migrations need not each be on the disk.
    connection.execute("PRAGMA synchronous = OFF")


with create_app().app_context():
    upgrade()
