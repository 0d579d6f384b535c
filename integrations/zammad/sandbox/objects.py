"""Object attributes: defining fields, migrating, and how field values are taken in."""

import re
from datetime import date
from typing import Any

from integrations.zammad.sandbox.call import Answer, Call, Route, number
from integrations.zammad.sandbox.errors import unprocessable
from integrations.zammad.sandbox.state import Desk, Row, parse_time

LOOKUPS = {"Ticket": 1, "TicketArticle": 2, "User": 3, "Organization": 4, "Group": 5}
FIRST_OWN_ID = 59
COMMON_OPTIONS: Row = {"null": True, "options": {}, "relation": ""}
DEFAULTS: dict[str, Any] = {
    "input": "", "select": "", "tree_select": "", "multiselect": "", "multi_tree_select": "", "textarea": None,
    "richtext": None, "datetime": None, "date": None, "integer": None, "boolean": None,
}  # fmt: skip
LISTS = ("multiselect", "multi_tree_select")
WITH_OPTIONS = ("select", "multiselect", "tree_select", "multi_tree_select")
TEXTS = ("input", "textarea", "richtext", "select", "tree_select")


def custom_fields(desk: Desk, obj: str) -> dict[str, Row]:
    """The migrated fields of ours (any administrator's) of one kind of object, by name."""
    return {
        row["name"]: row
        for row in desk.attributes
        if row["id"] >= FIRST_OWN_ID and row["object"] == obj and not row["to_create"]
    }


def defaults(desk: Desk, obj: str) -> Row:
    """What a new object holds in each custom field."""
    return {name: _initial(row) for name, row in custom_fields(desk, obj).items()}


def _initial(attribute: Row) -> Any:
    if attribute["data_type"] in LISTS:
        return []
    value = attribute["data_option"].get("default")
    return value if value is not None else None


def coerce(attribute: Row, value: Any) -> Any:
    """`value` as the database takes it: nothing is refused but texts beyond `maxlength`.

    Nonsense in a select is kept; text becomes 0 in an integer and nothing in a date or time.
    """
    kind = attribute["data_type"]
    if value is None:
        return None
    if kind in LISTS:
        return [] if value in ("", []) else list(value) if isinstance(value, list) else [str(value)]
    if kind == "integer":
        found = re.match(r"\s*-?\d+", str(value))
        return int(found[0]) if found else 0
    if kind == "boolean":
        return value in (True, "true", 1, "1")
    if kind == "datetime":
        return parse_time(value)
    if kind == "date":
        try:
            return date.fromisoformat(str(value)[:10]).isoformat()
        except ValueError:
            return None
    text = str(value)
    most = attribute["data_option"].get("maxlength")
    if kind in TEXTS and isinstance(most, int) and len(text) > most:
        words = attribute["name"].replace("_", " ").capitalize()
        raise unprocessable(f"{words} is longer than the allowed length {most}")
    return text


def show(row: Row) -> Row:
    """As listed: with the object's name and whether it may be deleted."""
    return {**{key: value for key, value in row.items() if key != "object_lookup_id"},
            "deletable": row["deletable"]}  # fmt: skip


def _own(row: Row) -> Row:
    """As a single answer shows it: with the number of the object instead of its name."""
    shown = {key: value for key, value in row.items() if key not in ("object", "deletable")}
    return shown | {"object_lookup_id": LOOKUPS[row["object"]]}


def _options(kind: str, given: Row) -> Row:
    options = {**given}
    options.setdefault("default", DEFAULTS.get(kind))
    for name, value in COMMON_OPTIONS.items():
        options.setdefault(name, value)
    if kind == "multiselect":
        options.setdefault("multiple", True)
    return options


def index(call: Call) -> Answer:
    call.need("admin.object")
    rows = sorted(call.desk.attributes, key=lambda row: int(row["position"]))
    return 200, [show(row) for row in rows]


def read(call: Call, key: str) -> Answer:
    call.need("admin.object")
    return 200, _own(call.desk.attributes.get(number("ObjectManager::Attribute", key)))


def post(call: Call) -> Answer:
    """A new field, to be migrated before it can hold values."""
    call.need("admin.object")
    body = call.body
    name, obj = str(body["name"]), str(body["object"])
    if any(row["name"] == name and row["object"] == obj for row in call.desk.attributes):
        raise unprocessable("This object already exists.")
    if " " in name:
        raise unprocessable("Name spaces are not allowed")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise unprocessable("Name only lowercase letters, numbers, and '_' are allowed")
    at = call.desk.stamp()
    row: Row = {
        "id": 0, "name": name, "display": body.get("display"), "data_type": body["data_type"],
        "data_option": _options(body["data_type"], body.get("data_option") or {}), "data_option_new": {},
        "editable": True, "active": body.get("active", True), "screens": body.get("screens") or {}, "to_create": True,
        "to_migrate": True, "to_delete": False, "to_config": False, "position": body.get("position", 0),
        "created_by_id": call.user_id, "updated_by_id": call.user_id, "created_at": at, "updated_at": at,
        "object": obj, "deletable": True,
    }  # fmt: skip
    return 201, _own(call.desk.attributes.add(row))


def put(call: Call, key: str) -> Answer:
    """A change of a field; what concerns the database (options, lengths) waits for the migration."""
    call.need("admin.object")
    row = call.desk.attributes.get(number("ObjectManager::Attribute", key))
    body = call.body
    for name in ("display", "active", "screens", "position"):
        if name in body:
            row[name] = body[name]
    if "data_option" in body:
        options = _options(row["data_type"], body["data_option"] or {})
        if row["to_create"]:
            row["data_option"] = options
        elif options != row["data_option"]:
            row["data_option_new"] = {**body["data_option"]}
            row["to_config"] = True
    row["updated_by_id"], row["updated_at"] = call.user_id, call.desk.stamp()
    return 200, _own(row)


def delete(call: Call, key: str) -> Answer:
    """Marks the field; its values go at the next migration. A field not migrated yet goes at once."""
    call.need("admin.object")
    row = call.desk.attributes.get(number("ObjectManager::Attribute", key))
    if row["id"] < FIRST_OWN_ID:
        raise unprocessable(f"Can't delete '{row['name']}'", human=True)
    if row["to_create"]:
        del call.desk.attributes.rows[row["id"]]
    else:
        row["to_delete"] = row["to_migrate"] = True
    return 200, {}


def migrate(call: Call) -> Answer:
    """Carry out what waits: create columns, take new options over, drop marked fields."""
    call.need("admin.object")
    if run_migrations(call.desk):
        call.desk.options["restarting"] = True
    return 200, {}


def labels_of(options: Any) -> Row:
    """Values with their labels, of a flat list or of a tree."""
    if isinstance(options, dict):
        return dict(options)
    found: Row = {}
    for node in options or []:
        found[node["value"]] = node["name"]
        found |= labels_of(node.get("children") or [])
    return found


def run_migrations(desk: Desk) -> bool:
    """True where the database's columns changed, so that the installation restarts."""
    holders = {"Ticket": desk.tickets, "User": desk.users, "Group": desk.groups,
               "Organization": desk.table("organizations")}  # fmt: skip
    restart = False
    for row in list(desk.attributes):
        holder = holders.get(row["object"], ())
        if row["to_delete"]:
            del desk.attributes.rows[row["id"]]
            for item in holder:
                item.pop(row["name"], None)
            restart = True
            continue
        if row["to_config"]:
            row["data_option"] = {**row["data_option_new"]}
            old = row["data_option"].get("historical_options") or {}
            if row["data_type"] in WITH_OPTIONS:
                row["data_option"]["historical_options"] = {**old, **labels_of(row["data_option"]["options"])}
            row["data_option_new"], row["to_config"] = {}, False
        if row["to_create"]:
            row["to_create"], restart = False, True
            if row["data_type"] in WITH_OPTIONS:
                row["data_option"]["historical_options"] = labels_of(row["data_option"]["options"])
            for item in holder:
                item[row["name"]] = [] if row["data_type"] in LISTS else None
        row["to_migrate"] = False
    return restart


ROUTES: tuple[Route, ...] = (
    ("GET", "/object_manager_attributes", index),
    ("POST", "/object_manager_attributes", post),
    ("GET", "/object_manager_attributes/<key>", read),
    ("PUT", "/object_manager_attributes/<key>", put),
    ("DELETE", "/object_manager_attributes/<key>", delete),
    ("POST", "/object_manager_attributes_execute_migrations", migrate),
)
