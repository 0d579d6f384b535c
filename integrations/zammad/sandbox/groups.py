"""Groups, roles and organisations."""

from integrations.zammad.sandbox import history
from integrations.zammad.sandbox.call import Answer, Call, Route, number
from integrations.zammad.sandbox.errors import Refused, unprocessable
from integrations.zammad.sandbox.objects import coerce, custom_fields, defaults
from integrations.zammad.sandbox.people import group_ids
from integrations.zammad.sandbox.state import Desk, Row

GROUP: Row = {
    "signature_id": None, "email_address_id": None, "name": "", "name_last": "", "parent_id": None,
    "assignment_timeout": None, "follow_up_possible": "yes", "reopen_time_in_days": None, "follow_up_assignment": True,
    "active": True, "shared_drafts": True, "note": None,
}  # fmt: skip
ROLE: Row = {"name": "", "preferences": {}, "default_at_signup": False, "active": True, "note": None}
ORGANIZATION: Row = {
    "name": "", "shared": True, "domain": "", "domain_assignment": False, "active": True, "vip": False, "note": "",
}  # fmt: skip


def members(desk: Desk, group_id: int) -> list[int]:
    key = str(group_id)
    return sorted(
        user for user, access in desk.user_groups.items() if key in access and desk.users.rows[user]["active"]
    )


def show(desk: Desk, group: Row) -> Row:
    return {**group, "user_ids": members(desk, group["id"])}


def expanded(desk: Desk, group: Row) -> Row:
    row = show(desk, group) | {
        "created_by": desk.name_of("users", group["created_by_id"], "login"),
        "updated_by": desk.name_of("users", group["updated_by_id"], "login"),
        "users": [desk.users.rows[key]["login"] for key in members(desk, group["id"])],
    }
    if group["signature_id"]:
        row["signature"] = desk.name_of("signatures", group["signature_id"])
    return row


def show_organization(desk: Desk, row: Row) -> Row:
    people = sorted(user["id"] for user in desk.users if user["organization_id"] == row["id"])
    return {**row, "member_ids": people, "secondary_member_ids": []}


def _write(call: Call, table: str, blank: Row, row: Row | None) -> Row:
    """Create (`row` is None) or change a record of `table` from the request's fields."""
    desk, at = call.desk, call.desk.stamp()
    fields = {name: call.body[name] for name in blank if name in call.body}
    model = {"groups": "Group", "organizations": "Organization"}.get(table, "")
    for name, attribute in custom_fields(desk, model).items():
        if name in call.body:
            fields[name] = coerce(attribute, call.body[name])
    other = desk.table(table).named(fields.get("name"))
    if other is not None and other is not row:
        raise unprocessable("Name has already been taken")
    if row is None:
        row = desk.table(table).add({
            "id": 0, **blank, **fields, "updated_by_id": call.user_id, "created_by_id": call.user_id,
            "created_at": at, "updated_at": at, **({} if not model else defaults(desk, model) | fields),
        })  # fmt: skip
        history.created(desk, call.user_id, model or "Role", row["id"])
    else:
        row.update(fields, updated_by_id=call.user_id, updated_at=at)
    return row


def _name_group(desk: Desk, row: Row, body: Row) -> None:
    """A nested group is named after its parents: `Complaints::Major`."""
    if "name_last" in body:
        row["name_last"] = body["name_last"]
    elif "name" in body:
        row["name_last"] = str(body["name"]).rpartition("::")[2]
    parent = desk.groups.find(row["parent_id"])
    row["name"] = f"{parent['name']}::{row['name_last']}" if parent else row["name_last"]


def groups(call: Call) -> Answer:
    rows = sorted(call.desk.groups, key=lambda row: int(row["id"]))
    return 200, [expanded(call.desk, row) if call.expand else show(call.desk, row) for row in rows]


def group(call: Call, key: str) -> Answer:
    row = call.desk.groups.get(number("Group", key))
    return 200, expanded(call.desk, row) if call.expand else show(call.desk, row)


def post_group(call: Call) -> Answer:
    call.need("admin.group")
    row = _write(call, "groups", GROUP, None)
    _name_group(call.desk, row, call.body)
    return 201, show(call.desk, row)


def put_group(call: Call, key: str) -> Answer:
    call.need("admin.group")
    row = _write(call, "groups", GROUP, call.desk.groups.get(number("Group", key)))
    if {"name", "name_last", "parent_id"} & set(call.body):
        _name_group(call.desk, row, call.body)
    return 200, show(call.desk, row)


def delete_group(call: Call, key: str) -> Answer:
    call.need("admin.group")
    row = call.desk.groups.get(number("Group", key))
    used = any(ticket["group_id"] == row["id"] for ticket in call.desk.tickets)
    nested = any(other["parent_id"] == row["id"] for other in call.desk.groups)
    if used or nested or members(call.desk, row["id"]):
        raise unprocessable("Can't delete, object has references.")
    del call.desk.groups.rows[row["id"]]
    return 200, {}


def roles(call: Call) -> Answer:
    return 200, list(call.desk.table("roles"))


def _permission_ids(call: Call) -> list[int] | None:
    if "permissions" in call.body:
        known = call.desk.permission_ids
        unknown = [name for name in call.body["permissions"] if name not in known]
        if unknown:
            raise unprocessable(f"No lookup value found for 'permissions': \"{unknown[0]}\"")
        return sorted(known[name] for name in call.body["permissions"])
    return call.body.get("permission_ids")


def post_role(call: Call) -> Answer:
    call.need("admin.role")
    row = _write(call, "roles", ROLE, None)
    row |= {"permission_ids": _permission_ids(call) or [], "knowledge_base_permission_ids": [],
            "group_ids": group_ids(call.desk, call.body) or {}}  # fmt: skip
    return 201, row


def put_role(call: Call, key: str) -> Answer:
    call.need("admin.role")
    row = _write(call, "roles", ROLE, call.desk.table("roles").get(number("Role", key)))
    permissions, access = _permission_ids(call), group_ids(call.desk, call.body)
    if permissions is not None:
        row["permission_ids"] = permissions
    if access is not None:
        row["group_ids"] = access
    return 200, row


def role(call: Call, key: str) -> Answer:
    return 200, call.desk.table("roles").get(number("Role", key))


def organizations(call: Call) -> Answer:
    return 200, [show_organization(call.desk, row) for row in call.desk.table("organizations")]


def organization(call: Call, key: str) -> Answer:
    return 200, show_organization(call.desk, call.desk.table("organizations").get(number("Organization", key)))


def post_organization(call: Call) -> Answer:
    if not call.agent:
        call.need("admin.organization")
    return 201, show_organization(call.desk, _write(call, "organizations", ORGANIZATION, None))


def put_organization(call: Call, key: str) -> Answer:
    if not call.agent:
        call.need("admin.organization")
    row = call.desk.table("organizations").get(number("Organization", key))
    return 200, show_organization(call.desk, _write(call, "organizations", ORGANIZATION, row))


def states(call: Call) -> Answer:
    return 200, list(call.desk.states)


def priorities(call: Call) -> Answer:
    return 200, list(call.desk.priorities)


def one_state(call: Call, key: str) -> Answer:
    return 200, call.desk.states.get(number("Ticket::State", key))


def one_priority(call: Call, key: str) -> Answer:
    return 200, call.desk.priorities.get(number("Ticket::Priority", key))


def no_role_deletion(call: Call, key: str) -> Answer:
    raise Refused(404, "This page doesn't exist.")


ROUTES: tuple[Route, ...] = (
    ("GET", "/groups", groups), ("GET", "/groups/<key>", group), ("POST", "/groups", post_group),
    ("PUT", "/groups/<key>", put_group), ("DELETE", "/groups/<key>", delete_group),
    ("GET", "/roles", roles), ("GET", "/roles/<key>", role), ("POST", "/roles", post_role),
    ("PUT", "/roles/<key>", put_role), ("DELETE", "/roles/<key>", no_role_deletion),
    ("GET", "/organizations", organizations), ("GET", "/organizations/<key>", organization),
    ("POST", "/organizations", post_organization), ("PUT", "/organizations/<key>", put_organization),
    ("GET", "/ticket_states", states), ("GET", "/ticket_states/<key>", one_state),
    ("GET", "/ticket_priorities", priorities), ("GET", "/ticket_priorities/<key>", one_priority),
)  # fmt: skip
