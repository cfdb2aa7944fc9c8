"""Owns what ClickHouse's driver for Python makes of the answers it gets: as JSON, one line."""

import json
import sys
from urllib.parse import urlsplit

import clickhouse_connect
from clickhouse_connect.driver.exceptions import ClickHouseError


def ask(url: str, sql: str) -> str:
    parts = urlsplit(url)
    try:
        client = clickhouse_connect.get_client(
            host=parts.hostname, port=parts.port, username=parts.username, password=parts.password
        )
        return json.dumps(client.query(sql).result_rows)
    except ClickHouseError as error:
        return str(error)


questions = json.load(sys.stdin)
json.dump([ask(url, sql) for url, sql in questions], sys.stdout)
