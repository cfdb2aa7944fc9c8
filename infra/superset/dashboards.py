"""Owns where charts stand: each names its dashboards and its width, and rows of twelve are filled in the order of the files."""

from pathlib import PurePosixPath
from typing import Any

COLUMNS = 12
HEIGHT = 50

Assets = dict[str, dict[str, Any]]


def arranged(assets: Assets) -> Assets:
    """`assets` in Superset's own form: charts without the keys that are ours, dashboards with their layout."""
    charts = {name: asset for name, asset in assets.items() if name.startswith("charts/")}
    arranged_assets = {}
    for name, asset in assets.items():
        if name.startswith("charts/"):
            asset = {key: value for key, value in asset.items() if key not in ("dashboards", "width", "height")}
        elif name.startswith("dashboards/"):
            own = [chart for chart in charts.values() if PurePosixPath(name).stem in chart["dashboards"]]
            asset = {**asset, "position": position(asset["dashboard_title"], own)}
        arranged_assets[name] = asset
    return arranged_assets


def position(title: str, charts: list[dict[str, Any]]) -> dict[str, Any]:
    rows: list[list[dict[str, Any]]] = []
    left = 0
    for chart in charts:
        if chart["width"] > left:
            rows.append([])
            left = COLUMNS
        rows[-1].append(chart)
        left -= chart["width"]

    layout: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"id": "ROOT_ID", "type": "ROOT", "children": ["GRID_ID"]},
        "HEADER_ID": {"id": "HEADER_ID", "type": "HEADER", "meta": {"text": title}},
        "GRID_ID": {
            "id": "GRID_ID",
            "type": "GRID",
            "parents": ["ROOT_ID"],
            "children": [f"ROW-{number}" for number in range(len(rows))],
        },
    }
    for number, row in enumerate(rows):
        row_id = f"ROW-{number}"
        layout[row_id] = {
            "id": row_id,
            "type": "ROW",
            "meta": {"background": "BACKGROUND_TRANSPARENT"},
            "parents": ["ROOT_ID", "GRID_ID"],
            "children": [f"CHART-{chart['uuid']}" for chart in row],
        }
        for chart in row:
            chart_id = f"CHART-{chart['uuid']}"
            layout[chart_id] = {
                "id": chart_id,
                "type": "CHART",
                "children": [],
                "parents": ["ROOT_ID", "GRID_ID", row_id],
                "meta": {
                    # Replaced by the number that the chart gets.
                    "chartId": 0,
                    "uuid": chart["uuid"],
                    "sliceName": chart["slice_name"],
                    "width": chart["width"],
                    "height": chart.get("height", HEIGHT),
                },
            }
    return layout
