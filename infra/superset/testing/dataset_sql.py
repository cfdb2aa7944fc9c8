"""Owns the SQL of datasets as Superset is told it, without Superset: assets and the least number of listeners in, their SQL out, as JSON."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))
from few import of_enough  # noqa: E402
from questions import as_question  # noqa: E402

asked = json.load(sys.stdin)
json.dump([as_question(of_enough(asset, asked["least"]))["sql"] for asset in asked["assets"]], sys.stdout)
