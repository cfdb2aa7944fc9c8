"""Owns which functions a query to PostgreSQL may call: those that the parser knows, of which none runs SQL."""

from typing import Any

import sqlglot
from sqlglot import exp


def without_unknown_functions(sql: str, database: Any, **_: Any) -> str:
    """`sql` as it is. Raises where it calls a function that may run SQL of its own, as `query_to_xml` does."""
    if database.backend != "postgresql":
        return sql
    for statement in sqlglot.parse(sql, dialect="postgres"):
        for call in statement.find_all(exp.Anonymous):
            raise ValueError(f"{call.name} may not be called here")
    return sql
