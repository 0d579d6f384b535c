"""Who asks, on whose behalf, and what that person may do."""

import base64
import binascii

from werkzeug.datastructures import Headers

from integrations.zammad.sandbox.errors import Refused, forbidden
from integrations.zammad.sandbox.state import Desk, Row


def permissions_of(desk: Desk, user: Row) -> frozenset[str]:
    """The names of every permission of the user's roles."""
    wanted = {key for role_id in user["role_ids"] for key in desk.table("roles").get(role_id)["permission_ids"]}
    return frozenset(name for name, key in desk.permission_ids.items() if key in wanted)


def allows(permissions: frozenset[str], needed: str) -> bool:
    """`admin.user` is given by itself or by `admin`."""
    return needed in permissions or needed.split(".")[0] in permissions


def _by_token(desk: Desk, text: str) -> tuple[Row, frozenset[str]]:
    token = desk.tokens.get(text)
    if token is None:
        raise Refused(401, "Can't find User for Token")
    user = desk.users.get(token["user_id"])
    token["last_used_at"] = desk.stamp()
    return user, frozenset(token["preferences"]["permission"]) if token["id"] > 1 else permissions_of(desk, user)


def _by_password(desk: Desk, encoded: str) -> tuple[Row, frozenset[str]]:
    try:
        login, _, password = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise Refused(401, "Invalid BasicAuth credentials") from None
    key = desk.logins.get(login.lower()) or desk.emails.get(login.lower())
    user = desk.users.find(key)
    if user is None or not user["active"] or desk.passwords.get(user["id"]) != password:
        raise Refused(401, "Invalid BasicAuth credentials")
    user["last_login"] = user["updated_at"] = desk.stamp()
    return user, permissions_of(desk, user)


def authenticate(desk: Desk, headers: Headers) -> tuple[Row, frozenset[str]]:
    """The acting user and permissions: by token or password, then `X-On-Behalf-Of` (or `From`).

    Raises `Refused` 403 without credentials, 401 with wrong ones, 403 for an unknown person to act for.
    """
    scheme, _, rest = headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "token":
        user, permissions = _by_token(desk, rest.strip().removeprefix("token="))
    elif scheme.lower() == "bearer":
        user, permissions = _by_token(desk, rest.strip())
    elif scheme.lower() == "basic":
        user, permissions = _by_password(desk, rest.strip())
    else:
        raise Refused(403, "Authentication required")
    behalf = headers.get("X-On-Behalf-Of") or headers.get("From")
    if behalf:
        if not allows(permissions, "admin.user"):
            raise forbidden("Current user has no permission to use 'From'/'X-On-Behalf-Of'!")
        user = find_user(desk, behalf)
        permissions = permissions_of(desk, user)
    return user, permissions


def find_user(desk: Desk, key: str) -> Row:
    found = desk.users.find(key) or desk.users.find(desk.logins.get(key.lower()) or desk.emails.get(key.lower()))
    if found is None:
        raise forbidden(f"No such user '{key}'")
    return found


def group_access(desk: Desk, user: Row, group_id: int) -> frozenset[str]:
    """The kinds of access (`full`, `read`, `change` …) the person has to the group, by herself and by her roles."""
    if not user["active"]:
        return frozenset()
    found = set(desk.user_groups.get(user["id"], {}).get(str(group_id), ()))
    for role_id in user["role_ids"]:
        role = desk.table("roles").find(role_id)
        if role:
            found.update(role["group_ids"].get(str(group_id), ()))
    return frozenset(found)


def may(desk: Desk, user: Row, group_id: int, kind: str) -> bool:
    access = group_access(desk, user, group_id)
    return "full" in access or kind in access


def is_agent(desk: Desk, user: Row) -> bool:
    return user["active"] and "ticket.agent" in permissions_of(desk, user)


def may_see(desk: Desk, user: Row, permissions: frozenset[str], ticket: Row, kind: str = "read") -> bool:
    if "ticket.agent" in permissions and may(desk, user, ticket["group_id"], kind):
        return True
    return "ticket.customer" in permissions and ticket["customer_id"] == user["id"]


def agents_of(desk: Desk, group_id: int) -> list[Row]:
    """Active agents with full access to the group, by login."""
    key = str(group_id)
    roles = {role["id"] for role in desk.table("roles") if key in role["group_ids"]}
    people = {user for user, access in desk.user_groups.items() if key in access}
    if roles:
        people |= {user["id"] for user in desk.users if roles & set(user["role_ids"])}
    candidates = (desk.users.rows[one] for one in people)
    found = [user for user in candidates if may(desk, user, group_id, "full") and is_agent(desk, user)]
    return sorted(found, key=lambda user: str(user["login"]))
