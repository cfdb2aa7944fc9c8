"""Owns how a dataset tells nothing of few listeners: which cells of a rollup keep their name, and where `{least}` stands in its SQL."""

from collections.abc import Mapping
from typing import Any

OTHER = "other"


def of_enough(asset: Mapping[str, Any], least: int) -> dict[str, Any]:
    """`asset`, with the least number of listeners for `{least}`, and for `{cells}` its rollup in which a cell of fewer is called 'other'."""
    own = {key: value for key, value in asset.items() if key != "cells"}
    if "sql" in own:
        sql = own["sql"]
        if "cells" in asset:
            sql = sql.replace("{cells}", cells_of(asset["cells"]))
        own["sql"] = sql.replace("{least}", str(least))
    return own


def cells_of(cells: Mapping[str, Any]) -> str:
    """As a table. `whole` is what others reckon by: its cells of few go together, with the least of the others when they are still few."""
    table, whole, parts = cells["table"], ", ".join(cells["whole"]), cells["parts"]
    cell = ", ".join([whole, *parts])
    names = ", ".join(f"if(told, toString({part}), '{OTHER}') AS {part}" for part in parts)
    return f"""(
  SELECT * REPLACE ({names}) FROM (
    SELECT *, cell_listeners = 0 OR (cell_listeners >= {{least}} AND NOT (few BETWEEN 1 AND {{least}} - 1 AND cell_listeners = least_told)) AS told
    FROM (
      SELECT *,
        uniqExactMergeIf(listeners, cell_listeners < {{least}}) OVER (PARTITION BY {whole}) AS few,
        minIf(cell_listeners, cell_listeners >= {{least}}) OVER (PARTITION BY {whole}) AS least_told
      FROM (SELECT *, uniqExactMerge(listeners) OVER (PARTITION BY {cell}) AS cell_listeners FROM {table} FINAL)
    )
  )
)"""
