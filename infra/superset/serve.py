"""Owns the process of Superset: metadata brought up to date, everything of the files loaded, then served by one worker."""

import os

from flask import Flask
from flask_migrate import upgrade
from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker
from superset.app import create_app


# Python would take apart a hundred thousand objects one by one, which takes seconds, and nothing of it is needed.
def end_worker(_server: Arbiter, worker: Worker) -> None:
    if worker.booted:
        os._exit(0)


def end_master(_server: Arbiter) -> None:
    os._exit(0)


class Server(BaseApplication):
    """gunicorn around an application that is there already: the worker is a fork, which shares its memory."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        super().__init__()

    def load_config(self) -> None:
        settings = {
            "bind": os.environ["SEGUE_SUPERSET_BIND"],
            "workers": 1,
            "worker_class": "gthread",
            "threads": 8,
            "timeout": 120,
            # Longer than clients keep an idle connection, so that it is they who close it.
            "keepalive": 30,
            "graceful_timeout": 5,
            "worker_exit": end_worker,
            "on_exit": end_master,
            "control_socket_disable": True,
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self.app


def main() -> None:
    app = create_app()
    with app.app_context():
        upgrade()
        # Both ask the application for its tables as they are imported.
        from load import load_everything
        from superset.extensions import db

        load_everything()
        # A connection must not be shared with the fork.
        db.session.remove()
        db.engine.dispose()
    Server(app).run()


if __name__ == "__main__":
    main()
