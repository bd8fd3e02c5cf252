# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The path of a request through the graph of a dynamic route."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.simulator.protocol import Answer, Json

# More steps than any graph without an endless loop needs.
MAX_STEPS = 100
TRIED = Callable[[str, str], Answer]


@dataclass
class Walk:
    """A request in a graph. ``metadata`` is from the request. ``attempt`` sends the request to a provider's model.

    ``draw`` returns a number from 0 up to 100. ``count`` returns whether one more request for a key is within a limit in a window of
    seconds. Afterwards, ``answer`` is the last successful answer, and ``step`` is the number of models that were tried before it.
    """

    metadata: Mapping[str, Any]
    attempt: TRIED
    draw: Callable[[], float]
    count: Callable[[str, float, float], bool]
    answer: Answer | None = None
    provider: str = ""
    model: str = ""
    step: int = 0
    tried: int = field(default=0)

    def through(self, elements: list[Json]) -> None:
        """Follow the graph from the start to an end."""
        by_id = {element["id"]: element for element in elements}
        element = next((element for element in elements if element["type"] == "start"), None)
        for _step in range(MAX_STEPS):
            if element is None or element["type"] == "end":
                return
            element = by_id.get(element["outputs"].get(self._output(element), {}).get("elementId"))

    def _output(self, element: Json) -> str:
        outputs: dict[str, Callable[[Json], str]] = {
            "start": lambda _element: "next",
            "conditional": lambda one: str(holds(one["properties"].get("conditions", {}), self.metadata)).lower(),
            "percentage": self._share,
            "rate": self._within,
            "model": self._model,
        }
        return outputs[element["type"]](element)

    def _share(self, element: Json) -> str:
        drawn = self.draw()
        for share in element["outputs"]:
            drawn -= float(share[:-1])
            if drawn < 0:
                return str(share)
        return str(list(element["outputs"])[-1])

    def _within(self, element: Json) -> str:
        quota = element["properties"]
        value = self.metadata.get(quota["key"].partition(".")[2], "")
        # No source documents what counts as the cost of a request.
        is_within = quota["limitType"] == "cost" or self.count(f"{element['id']} {value}", quota["limit"], quota["window"])
        return "success" if is_within else "fallback"

    def _model(self, element: Json) -> str:
        target = element["properties"]
        answer = self.attempt(target["provider"], target["model"])
        number, self.tried = self.tried, self.tried + 1
        if answer.status >= 400:
            return "fallback"
        self.answer, self.step = answer, number
        self.provider, self.model = target["provider"], target["model"]
        return "success"


def holds(conditions: Any, metadata: Mapping[str, Any]) -> bool:
    """Return whether conditions are true for the metadata of a request. All conditions in one object have to be true."""
    for name, expected in conditions.items():
        if name in ("$and", "$or"):
            if not (all if name == "$and" else any)(holds(part, metadata) for part in expected):
                return False
        elif not fits(metadata.get(name.partition(".")[2]), expected):
            return False
    return True


def fits(value: Any, expected: Any) -> bool:
    """Return whether a value matches operators with their operands, or a plain value."""
    if not isinstance(expected, dict):
        return bool(value == expected)
    tests: dict[str, Callable[[Any], bool]] = {
        "$eq": lambda operand: value == operand,
        "$ne": lambda operand: value != operand,
        "$in": lambda operand: value in operand,
    }
    return all(operator in tests and tests[operator](operand) for operator, operand in expected.items())
