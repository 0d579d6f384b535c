"""What a helpdesk has besides its tickets, as typed values: people, groups, roles, states, fields. See `records`."""

from collections.abc import Mapping
from datetime import date

from pydantic import Field

from integrations.zammad.records import Instant, Json, Wire


class User(Wire):
    """An agent, a customer or the system. `group_ids` is the person's own access; roles may grant more."""

    login: str
    firstname: str | None = None
    lastname: str | None = None
    email: str | None = None
    phone: str | None = None
    mobile: str | None = None
    department: str | None = None
    organization_id: int | None = None
    active: bool = True
    vip: bool = False
    role_ids: tuple[int, ...] = ()
    group_ids: dict[int, tuple[str, ...]] = Field(default_factory=dict)
    out_of_office: bool = False
    out_of_office_start_at: date | None = None
    out_of_office_end_at: date | None = None
    out_of_office_replacement_id: int | None = None
    preferences: Json = Field(default_factory=dict)
    created_at: Instant | None = None
    updated_at: Instant | None = None

    @property
    def name(self) -> str:
        """First and last name as Zammad shows and writes them into the history; the login when both are empty."""
        return " ".join(part for part in (self.firstname, self.lastname) if part) or self.login

    @property
    def locale(self) -> str | None:
        """`zh-cn`, `en-us` …, as chosen by the person."""
        locale = self.preferences.get("locale")
        return locale if isinstance(locale, str) else None

    def may(self, access: str, group_id: int) -> bool:
        """Whether the person's own access to the group is `access` (`read`, `change`, `create`, `overview`) or full."""
        granted = self.group_ids.get(group_id, ())
        return access in granted or "full" in granted

    def away_on(self, day: date) -> bool:
        """Out of office on that day of the helpdesk's zone; the first and the last day included, as Zammad counts."""
        if not self.out_of_office or self.out_of_office_start_at is None or self.out_of_office_end_at is None:
            return False
        return self.out_of_office_start_at <= day <= self.out_of_office_end_at


class Organization(Wire):
    """A customer's organisation."""

    name: str
    active: bool = True
    vip: bool = False


class State(Wire):
    """A ticket state; `state_type` (new, open, pending reminder, pending action, closed, merged) when read expanded."""

    name: str
    state_type_id: int
    state_type: str | None = None
    active: bool = True
    next_state_id: int | None = None


class Priority(Wire):
    name: str
    active: bool = True


class Group(Wire):
    """A group; nested ones are named in full: `Complaints::Major`."""

    name: str
    parent_id: int | None = None
    active: bool = True
    email_address_id: int | None = None
    user_ids: tuple[int, ...] = ()


class Role(Wire):
    name: str
    active: bool = True
    permission_ids: tuple[int, ...] = ()
    group_ids: dict[int, tuple[str, ...]] = Field(default_factory=dict)


class ObjectAttribute(Wire):
    """A field of tickets, users, groups or organisations, of Zammad's or ours."""

    name: str
    object: str | None = None
    object_lookup_id: int | None = None
    display: str = ""
    data_type: str
    data_option: Json | None = None
    active: bool = True
    editable: bool = True
    screens: Json = Field(default_factory=dict)
    position: int = 0
    to_create: bool = False
    to_migrate: bool = False
    to_delete: bool = False
    to_config: bool = False

    @property
    def waits_for_migration(self) -> bool:
        return self.to_create or self.to_migrate or self.to_delete or self.to_config


class Thing(Wire):
    """Any other object of Zammad's (trigger, webhook, calendar …): id, name, and all its fields as they came."""

    name: str | None = None
    active: bool | None = None

    @property
    def data(self) -> Mapping[str, object]:
        known = self.model_fields_set & type(self).model_fields.keys()  # an SLA's answer has a field `data` of its own
        return {**{name: getattr(self, name) for name in known}, **self._unknown}
