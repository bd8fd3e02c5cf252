# Copyright (c) 2026 The edgeops.cloudflare contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The graph of a dynamic route as a whole: its checks, and the comparison of two graphs.

The order of elements and of keys is not significant. No function recurses along the graph, so long chains cannot exhaust the stack.
"""

from __future__ import annotations

from typing import Any, Iterable, Iterator, Mapping, NamedTuple, Sequence

from ansible_collections.edgeops.cloudflare.plugins.module_utils import json_text
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.custom_provider import PREFIX
from ansible_collections.edgeops.cloudflare.plugins.module_utils.resources.route_elements import (
    EDGE,
    ELEMENT_TYPES,
    ID,
    OUTPUTS,
    PROPERTIES,
    TYPE,
    element_problems,
    share_of,
    to_wire,
    type_of,
)
from ansible_collections.edgeops.cloudflare.plugins.module_utils.text import MAX_NAME, name_some, printable

START, END = "start", "end"
# Fields of a version, or of its route, that can contain the graph, the most reliable first.
_DATA, _ELEMENTS, _VERSION = "data", "elements", "version"
_OUTPUT_ORDER = [output for kind in ELEMENT_TYPES.values() for output in kind.outputs]


class _Node(NamedTuple):
    """A node of the graph: the elements with one id, which is normally a single element."""

    place: str
    edges: list[tuple[str, str]]


def edges_of(element: Any) -> list[tuple[str, str]]:
    """Return the outputs of ``element``, given in the form of the API, with the ids that they lead to, in a fixed order."""
    outputs = element.get(OUTPUTS.name) if isinstance(element, dict) else None
    edges = [(str(name), _target(edge)) for name, edge in outputs.items()] if isinstance(outputs, dict) else []
    return sorted(((name, target) for name, target in edges if target is not None), key=lambda edge: _rank(edge[0]))


def _target(edge: Any) -> str | None:
    return _text(edge.get(EDGE.key)) if isinstance(edge, dict) else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _rank(output: str) -> tuple[int, Any, str]:
    """Return a key for sorting outputs: known names in the order of the table, then shares from the largest, then all others."""
    if output in _OUTPUT_ORDER:
        return 0, _OUTPUT_ORDER.index(output), output
    share = share_of(output)
    return (1, -share, output) if share is not None else (2, 0, output)


def id_of(element: Any) -> str | None:
    """Return the id of ``element``, if it has one."""
    return _text(element.get(ID.name)) if isinstance(element, dict) else None


def graph_problems(elements: Any, path: str = _ELEMENTS) -> list[str]:
    """Return the problems of a graph, given as an option, and of each of its elements.

    :param path: path of the option in messages.
    """
    if not isinstance(elements, list):
        return [f"{path} must be a list of elements"]
    wired = to_wire(elements)
    places = [_place(path, index, element) for index, element in enumerate(wired)]
    problems = [problem for element, place in zip(elements, places) for problem in element_problems(element, place)]
    nodes: dict[str, _Node] = {}
    for element, place in zip(wired, places):
        element_id = id_of(element)
        if element_id is not None and element_id in nodes:
            problems.append(f"{place}: its id is also that of {nodes[element_id].place}: give each element an id of its own")
        if element_id is not None:
            nodes.setdefault(element_id, _Node(place, [])).edges.extend(edges_of(element))
    problems += _count_problems(path, wired, places)
    problems += _edge_problems(nodes)
    problems += _reachability_problems(nodes, _ids(wired, START), _ids(wired, END))
    return problems + list(_cycle_problems(nodes, _ids(wired, START)))


def _place(path: str, index: int, element: Any) -> str:
    element_id = id_of(element)
    return f"{path}[{index}]" + (f" ({printable(element_id, MAX_NAME)})" if element_id else "")


def _is(element: Any, kind: str) -> bool:
    return isinstance(element, dict) and element.get(TYPE.name) == kind


def _ids(elements: Iterable[Any], kind: str) -> list[str]:
    found = [id_of(element) for element in elements if _is(element, kind)]
    return [element_id for element_id in found if element_id is not None]


def _count_problems(path: str, elements: Sequence[Any], places: Sequence[str]) -> Iterator[str]:
    starts = [place for element, place in zip(elements, places) if _is(element, START)]
    if not starts:
        yield f"{path} has no element of type {START}: add one"
    for place in starts[1:]:
        yield f"{place}: a graph has one {START}, but there is also {starts[0]}: remove one of them"
    if not any(_is(element, END) for element in elements):
        yield f"{path} has no element of type {END}: add one"


def _edge_problems(nodes: Mapping[str, _Node]) -> Iterator[str]:
    for node in nodes.values():
        for output, target in node.edges:
            if target not in nodes:
                leads = f"{OUTPUTS.name}.{output} leads to {printable(target, MAX_NAME)!r}"
                yield f"{node.place}: {leads}, but no element has that id: correct the id, or add the element"


def _reachability_problems(nodes: Mapping[str, _Node], starts: Sequence[str], ends: Sequence[str]) -> Iterator[str]:
    """Yield a problem for each element that no start leads to, and for each that leads to no end. A missing start or end is ignored."""
    forwards = {element_id: [target for _output, target in node.edges if target in nodes] for element_id, node in nodes.items()}
    backwards: dict[str, list[str]] = {element_id: [] for element_id in nodes}
    for element_id, targets in forwards.items():
        for target in targets:
            backwards[target].append(element_id)
    reached, ending = _reached(starts, forwards), _reached(ends, backwards)
    for element_id, node in nodes.items():
        if starts and element_id not in reached:
            yield f"{node.place}: it cannot be reached from the {START}: lead an output to it, or remove it"
        if ends and element_id not in ending:
            yield f"{node.place}: no {END} can be reached from it: lead an output to one"


def _reached(roots: Iterable[str], targets: Mapping[str, Sequence[str]]) -> set[str]:
    waiting = list(roots)
    found = set(waiting)
    while waiting:
        new = [target for target in targets[waiting.pop()] if target not in found]
        found.update(new)
        waiting += new
    return found


def _cycle_problems(nodes: Mapping[str, _Node], starts: Iterable[str]) -> Iterator[str]:
    """Yield a problem for each edge that leads back to an element on the path to it, in a depth-first search from the start."""
    done: set[str] = set()
    for root in (*starts, *nodes):
        # The path to the current element, with the remaining edges of each element on it.
        path = {root: iter(nodes[root].edges)} if root not in done else {}
        while path:
            current = next(reversed(path), "")
            output, target = next(path[current], ("", ""))
            if not target:
                path.popitem()
                done.add(current)
            elif target in path:
                ids = list(path)
                yield _cycle_problem(nodes[current].place, output, ids[ids.index(target) :])
            elif target in nodes and target not in done:
                path[target] = iter(nodes[target].edges)


def _cycle_problem(place: str, output: str, cycle: Sequence[str]) -> str:
    back = f"{place}: {OUTPUTS.name}.{output} leads back to {printable(cycle[0], MAX_NAME)!r}"
    if len(cycle) == 1:
        return f"{back} itself: point it to another element"
    return f"{back}, which makes an endless loop ({name_some(cycle)}): point it to another element"


def same_graph(declared: Sequence[Any], stored: Sequence[Any]) -> bool:
    """Return whether ``stored`` is the same graph as ``declared``, both in the form of the API.

    Parts that only ``stored`` has and that are unknown to this version are additions of the server, and are ignored. Edges are not ignored.
    """
    ours, theirs = _by_id(declared), _by_id(stored)
    if not len(declared) == len(ours) == len(theirs) == len(stored) or set(ours) != set(theirs):
        return False
    return all(_same_element(element, theirs[element_id]) for element_id, element in ours.items())


def carry_over(declared: Sequence[Any], stored: Sequence[Any]) -> list[Any]:
    """Return ``declared`` with those parts of ``stored`` that ``same_graph`` ignores, in the form of the API."""
    theirs = _by_id(stored)
    return [_completed(element, theirs.get(id_of(element) or "")) for element in to_wire(declared)]


def _by_id(elements: Iterable[Any]) -> dict[str, Any]:
    identified = ((id_of(element), element) for element in to_wire(elements))
    return {element_id: element for element_id, element in identified if element_id is not None}


def _same_element(declared: Mapping[str, Any], stored: Mapping[str, Any]) -> bool:
    ours, theirs = _parts(declared), _parts(stored)
    compared = {path for path in theirs if path in ours or not _is_unknown(declared, path)}
    return compared == set(ours) and all(json_text.canonical(ours[path]) == json_text.canonical(theirs[path]) for path in compared)


def _completed(declared: Any, stored: Any) -> Any:
    if not isinstance(declared, dict) or stored is None or declared.get(TYPE.name) != stored.get(TYPE.name):
        return declared
    ours = _parts(declared)
    edges = {path[:2] for path in ours if len(path) == 3}
    completed = dict(declared)
    for path, value in _parts(stored).items():
        has_place = path[:2] in edges if len(path) == 3 else path[:1] not in ours
        if path not in ours and has_place and _is_unknown(declared, path):
            holder = completed
            for step in path[:-1]:
                holder[step] = dict(holder.get(step) or {})
                holder = holder[step]
            holder[path[-1]] = value
    return completed


def _parts(element: Mapping[str, Any]) -> dict[tuple[str, ...], Any]:
    """Return the parts of an element by path, without empty ones, which are equivalent to absent ones."""
    found: dict[tuple[str, ...], Any] = {}
    for name, value in element.items():
        if name == OUTPUTS.name and isinstance(value, dict):
            for output, edge in value.items():
                parts = edge.items() if isinstance(edge, dict) else ()
                found.update({(name, output, key): part for key, part in parts} if parts else {(name, output): edge})
        elif name == PROPERTIES.name and isinstance(value, dict):
            found.update({(name, key): part for key, part in value.items()})
        else:
            found[(name,)] = value
    return {path: value for path, value in found.items() if value is not None and value != {}}


def _is_unknown(element: Any, path: tuple[str, ...]) -> bool:
    """Return whether the part at ``path`` of an element of that type is unknown to this version."""
    kind = type_of(element)
    if path[0] == OUTPUTS.name:
        return path[2:] not in ((), (EDGE.key,))
    if path[0] == PROPERTIES.name:
        return len(path) > 1 and path[1] not in [field.key for field in (kind.properties if kind else ())]
    return path[0] not in (ID.name, TYPE.name)


def elements_of(answer: Mapping[str, Any]) -> list[Any] | None:
    """Return the graph in ``answer``, a route or a version of one, or ``None`` if it contains no graph.

    Depending on the server, the graph of a version is a list, JSON text or an object. A graph is never empty.
    """
    version = answer.get(_VERSION)
    shown = [version.get(_DATA) if isinstance(version, dict) else None, answer.get(_DATA), answer.get(_ELEMENTS)]
    return next(filter(None, map(_as_elements, shown)), None)


def _as_elements(shown: Any) -> list[Any]:
    if isinstance(shown, str):
        try:
            shown = json_text.loads(shown.encode("utf-8"))
        except ValueError:
            return []
    if isinstance(shown, dict):
        shown = shown.get(_ELEMENTS)
    return shown if isinstance(shown, list) else []


def providers_of(elements: Iterable[Any]) -> list[str]:
    """Return the names of the providers that a graph sends requests to, sorted."""
    properties = [element.get(PROPERTIES.name) for element in elements if _is(element, "model")]
    named = {_text(part.get("provider")) for part in properties if isinstance(part, dict)}
    return sorted(name for name in named if name is not None)


def custom_slugs(elements: Iterable[Any]) -> list[str]:
    """Return the slugs of the custom providers that a graph sends requests to, sorted."""
    return [name[len(PREFIX) :] for name in providers_of(elements) if name.startswith(PREFIX)]
