"""Owns how a question of `infra/questions` becomes a dataset: its own SQL, with values in place of its parameters."""

import json
import os
import re
from typing import Any

# By name: its definition, its query, and what its parameters are when nothing is said.
QUESTIONS = json.loads(os.environ["SEGUE_SUPERSET_QUESTIONS"])
PARAMETER = re.compile(r"\{(\w+)(?::[^}]*)?\}")


def as_question(asset: dict[str, Any]) -> dict[str, Any]:
    """`asset`, with the definition as its description; a dataset asks the query where its SQL says `{question}`."""
    if "question" not in asset:
        return asset
    question = QUESTIONS[asset["question"]]
    own = {key: value for key, value in asset.items() if key not in ("question", "values")}
    own["description"] = question["definition"]
    if "sql" in own:
        values = {**question["defaults"], **asset.get("values", {})}
        query = PARAMETER.sub(lambda parameter: f"({values[parameter[1]]})", question["query"])
        own["sql"] = own["sql"].replace("{question}", query)
    return own
