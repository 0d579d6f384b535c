"""Users: reading, searching, creating, changing, group access, absence, tokens."""

from typing import Any

from integrations.zammad.sandbox import history
from integrations.zammad.sandbox.access import allows
from integrations.zammad.sandbox.call import Answer, Call, Route, number, page_of
from integrations.zammad.sandbox.errors import forbidden, unprocessable
from integrations.zammad.sandbox.objects import coerce, custom_fields, defaults
from integrations.zammad.sandbox.seed import AGENT_NOTIFICATIONS
from integrations.zammad.sandbox.state import Desk, Row

BLANK: Row = {
    "organization_id": None, "login": "", "firstname": "", "lastname": "", "email": "", "image": None,
    "image_source": None, "web": "", "phone": "", "fax": "", "mobile": "", "department": None, "street": "", "zip": "",
    "city": "", "country": "", "address": None, "vip": False, "verified": False, "active": True, "note": "",
    "last_login": None, "source": None, "login_failed": 0, "out_of_office": False, "out_of_office_start_at": None,
    "out_of_office_end_at": None, "out_of_office_replacement_id": None,
}  # fmt: skip
CUSTOMER_ROLE = 3
AGENT_ROLE = 2


def show(desk: Desk, user: Row) -> Row:
    """The user as every answer and asset has it; group access only while the person is active."""
    groups = desk.user_groups.get(user["id"], {}) if user["active"] else {}
    return {**user, "group_ids": groups}


def expanded(desk: Desk, user: Row) -> Row:
    shown = show(desk, user)
    row = {
        **shown,
        "roles": [desk.name_of("roles", key) for key in user["role_ids"]],
        "two_factor_preferences": [],
        "organizations": [],
        "authorizations": [],
        "overview_sortings": [],
        "groups": {desk.name_of("groups", int(key)): kinds for key, kinds in shown["group_ids"].items()},
        "created_by": desk.name_of("users", user["created_by_id"], "login"),
        "updated_by": desk.name_of("users", user["updated_by_id"], "login"),
    }
    if user["out_of_office_replacement_id"]:
        row["out_of_office_replacement"] = desk.name_of("users", user["out_of_office_replacement_id"], "login")
    if user["organization_id"]:
        row["organization"] = desk.name_of("organizations", user["organization_id"])
    return row


def _role_ids(desk: Desk, values: Row) -> list[int] | None:
    if "role_ids" in values:
        return [int(key) for key in values["role_ids"]]
    if "roles" not in values:
        return None
    found = []
    for name in values["roles"]:
        role = desk.table("roles").named(name)
        if role is None:
            raise unprocessable(f"No lookup value found for 'roles': \"{name}\"")
        found.append(role["id"])
    return found


def group_ids(desk: Desk, values: Row) -> dict[str, list[str]] | None:
    """The group access that a request asks for, by id or by name; None where it asks for none."""
    asked = values.get("group_ids")
    if asked is None and "groups" in values:
        asked = {}
        for name, kinds in values["groups"].items():
            group = desk.groups.named(name)
            if group is None:
                raise unprocessable(f"No lookup value found for 'groups': \"{name}\"")
            asked[str(group["id"])] = kinds
    if asked is None:
        return None
    access: dict[str, list[str]] = {}
    for key, kinds in asked.items():
        if desk.groups.find(key) is None:
            raise unprocessable(f"Invalid value for param 'group_ids': {key}")
        some = [kinds] if isinstance(kinds, str) else list(kinds)
        access[str(key)] = ["full"] if "full" in some else sorted(some)
    return access


def _check_email(desk: Desk, email: str, own_id: int | None) -> None:
    taken = desk.emails.get(email)
    if email and taken is not None and taken != own_id:
        raise unprocessable(f"Email address '{email}' is already used for another user.")


def create(desk: Desk, values: Row, by: int) -> Row:
    """A new user. Roles default to `Customer`; agents start with Zammad's notification settings. Raises `Refused`."""
    email = str(values.get("email") or "").lower()
    _check_email(desk, email, None)
    roles = _role_ids(desk, values) or [CUSTOMER_ROLE]
    access = group_ids(desk, values) or {}
    at = desk.stamp()
    login = str(values.get("login") or email or f"auto-{desk.new_id()}").lower()
    if login in desk.logins:
        raise unprocessable(f"Login '{login}' is already used for another user.")
    fields = {name: values[name] for name in BLANK if name in values}
    preferences: Row = {"notification_config": AGENT_NOTIFICATIONS} if AGENT_ROLE in roles else {}
    user: Row = {
        "id": 0, **BLANK, **fields, "email": email, "login": login,
        "preferences": preferences | {"locale": "en-us"} | (values.get("preferences") or {}),
        "updated_by_id": by, "created_by_id": by, "created_at": at, "updated_at": at, **defaults(desk, "User"),
        "role_ids": roles, "two_factor_preference_ids": [], "organization_ids": [], "authorization_ids": [],
        "overview_sorting_ids": [],
    }  # fmt: skip
    for name, attribute in custom_fields(desk, "User").items():
        if name in values:
            user[name] = coerce(attribute, values[name])
    desk.users.add(user)
    desk.logins[login] = user["id"]
    if email:
        desk.emails[email] = user["id"]
    desk.user_groups[user["id"]] = access
    if values.get("password"):
        desk.passwords[user["id"]] = str(values["password"])
    history.created(desk, by, "User", user["id"])
    return user


def customer_by_email(desk: Desk, email: str, by: int, name: str = "") -> Row:
    """The user with this e-mail address, created as a customer where there is none."""
    found = desk.emails.get(email.lower()) or desk.logins.get(email.lower())
    if found:
        return desk.users.get(found)
    first, _, last = name.strip().partition(" ")
    return create(desk, {"email": email, "firstname": first, "lastname": last}, by)


def _organization_id(desk: Desk, values: Row) -> Row:
    if "organization" not in values:
        return {}
    found = desk.table("organizations").named(values["organization"])
    if found is None and values["organization"]:
        raise unprocessable(f"No lookup value found for 'organization': \"{values['organization']}\"")
    return {"organization_id": found["id"] if found else None}


def update(desk: Desk, user: Row, values: Row, by: int) -> Row:
    """Change what `values` names; preferences and group access are replaced whole. Raises `Refused`."""
    new = {name: values[name] for name in BLANK if name in values} | _organization_id(desk, values)
    if "email" in new:
        new["email"] = str(new["email"] or "").lower()
        _check_email(desk, new["email"], user["id"])
    for name, attribute in custom_fields(desk, "User").items():
        if name in values:
            new[name] = coerce(attribute, values[name])
    roles = _role_ids(desk, values)
    access = group_ids(desk, values)
    if roles is not None:
        new["role_ids"] = roles
    if "preferences" in values:
        new["preferences"] = values["preferences"] or {}
    changes = {name: (user.get(name), value) for name, value in new.items() if user.get(name) != value}
    if "email" in changes:
        desk.emails.pop(user["email"], None)
        desk.emails[new["email"]] = user["id"]
    if "login" in changes:
        desk.logins.pop(user["login"], None)
        desk.logins[new["login"]] = user["id"]
    user.update(new)
    if access is not None:
        desk.user_groups[user["id"]] = access
    if values.get("password"):
        desk.passwords[user["id"]] = str(values["password"])
    if changes or access is not None or user["updated_by_id"] != by:
        user["updated_by_id"], user["updated_at"] = by, desk.stamp()
    silent = ("preferences", "role_ids")
    history.updated(desk, by, "User", user["id"], {k: v for k, v in changes.items() if k not in silent})
    return user


def _answer(call: Call, user: Row) -> Row:
    return expanded(call.desk, user) if call.expand else show(call.desk, user)


def me(call: Call) -> Answer:
    return 200, _answer(call, call.user)


def index(call: Call) -> Answer:
    rows = sorted(call.desk.users, key=lambda user: int(user["id"]))
    if not call.agent and not allows(call.permissions, "admin.user"):
        rows = [call.user]
    return 200, [_answer(call, user) for user in page_of(call, rows, default=500, most=1000)]


def read(call: Call, key: str) -> Answer:
    user = call.desk.users.get(number("User", key))
    if user is not call.user and not call.agent and not allows(call.permissions, "admin.user"):
        raise forbidden()
    return 200, _answer(call, user)


def search(call: Call) -> Answer:
    """By a piece of a name, login, address or number; `*` finds everybody. Newest change first."""
    wanted = (call.query.get("query") or str(call.body.get("query") or "")).strip().strip("*").lower()
    roles = {int(key) for key in call.query.getlist("role_ids[]") + call.query.getlist("role_ids") if key.isdigit()}
    columns = ("login", "firstname", "lastname", "email", "phone", "mobile")
    rows = [
        user for user in call.desk.users
        if user["id"] != 1 and (not roles or roles & set(user["role_ids"]))
        and (not wanted or any(wanted in str(user[name] or "").lower() for name in columns))
    ]  # fmt: skip
    rows.sort(key=lambda user: (user["updated_at"], user["id"]), reverse=True)
    return 200, [_answer(call, user) for user in page_of(call, rows, default=50, most=200)]


def post(call: Call) -> Answer:
    if not call.agent:
        call.need("admin.user")
    user = create(call.desk, call.body, call.user_id)
    return 201, _answer(call, user)


def put(call: Call, key: str) -> Answer:
    user = call.desk.users.get(number("User", key))
    if not call.agent or AGENT_ROLE in user["role_ids"]:
        call.need("admin.user")
    return 200, _answer(call, update(call.desk, user, call.body, call.user_id))


def user_history(call: Call, key: str) -> Answer:
    call.need("admin.user")
    user = call.desk.users.get(number("User", key))
    entries = call.desk.history_of.get(("User", user["id"]), [])
    people = {user["id"]} | {entry["created_by_id"] for entry in entries}
    return 200, {"history": entries, "assets": {"User": {str(i): show(call.desk, call.desk.users.get(i))
                                                         for i in sorted(people)}}}  # fmt: skip


def tokens(call: Call) -> Answer:
    own = [token for token in call.desk.table("tokens") if token["user_id"] == call.user_id]
    return 200, {"tokens": own, "permissions": call.desk.permissions}


def new_token(call: Call) -> Answer:
    """A token with some of the person's permissions; shown this once."""
    at, text = call.desk.stamp(), call.desk.new_id()
    row: Row = {
        "user_id": call.user_id, "name": call.body.get("name"), "action": "api",
        "preferences": {"permission": list(call.body.get("permission") or [])}, "last_used_at": None,
        "expires_at": call.body.get("expires_at"), "created_at": at, "updated_at": at,
    }  # fmt: skip
    call.desk.tokens[text] = call.desk.table("tokens").add(row)
    return 200, {"token": text}


def out_of_office(call: Call) -> Answer:
    names = ("out_of_office", "out_of_office_start_at", "out_of_office_end_at", "out_of_office_replacement_id")
    update(call.desk, call.user, {name: call.body[name] for name in names if name in call.body}, call.user_id)
    return 200, {"message": "ok"}


def assets(desk: Desk, keys: Any) -> Row:
    return {str(key): show(desk, desk.users.rows[key]) for key in keys if key in desk.users.rows}


ROUTES: tuple[Route, ...] = (
    ("GET", "/users/me", me),
    ("GET", "/users/search", search),
    ("POST", "/users/search", search),
    ("GET", "/users/history/<key>", user_history),
    ("GET", "/users/<key>", read),
    ("PUT", "/users/<key>", put),
    ("PUT", "/users/out_of_office", out_of_office),
    ("GET", "/users", index),
    ("POST", "/users", post),
    ("GET", "/user_access_token", tokens),
    ("POST", "/user_access_token", new_token),
)
