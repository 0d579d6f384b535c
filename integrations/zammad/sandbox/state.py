"""Everything the trial helpdesk knows, in memory.

Records are the JSON objects that the interface shows, word for word (``Row``): this server's business *is* that JSON,
so giving every record a class would only add a second spelling of each name. Nothing of this leaves the package
except as HTTP answers.
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from integrations.zammad.sandbox.errors import not_found

Row = dict[str, Any]

SYSTEM_USER = 1
"""The user that Zammad acts as by itself, and the owner of tickets that nobody owns."""


def iso(at: datetime) -> str:
    """`at` (aware) as the interface writes times: UTC, milliseconds, ``Z``."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def seconds(text: str) -> str:
    """An interface time as history and payload templates write it: ``2026-11-24 05:58:22 UTC``."""
    return f"{text[:10]} {text[11:19]} UTC"


def parse_time(value: object) -> str | None:
    """A time with any offset as the interface stores it; None where it is no time (nothing is refused)."""
    return _parse(value) if isinstance(value, str) else None


@lru_cache(maxsize=1024)
def _parse(value: str) -> str | None:
    try:
        at = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return iso(at if at.tzinfo else at.replace(tzinfo=UTC))


class Table:
    """Records of one kind by id; ids count up from 1 and are never used twice."""

    def __init__(self, model: str) -> None:
        self.model = model
        self.rows: dict[int, Row] = {}
        self.last_id = 0

    def take_id(self) -> int:
        self.last_id += 1
        return self.last_id

    def add(self, row: Row) -> Row:
        row["id"] = self.take_id()
        self.rows[row["id"]] = row
        return row

    def load(self, rows: list[Row]) -> None:
        for row in rows:
            self.rows[row["id"]] = row
            self.last_id = max(self.last_id, row["id"])

    def get(self, key: object) -> Row:
        """The record with this id (a number or its text). Raises `Refused` 404."""
        row = self.find(key)
        if row is None:
            raise not_found(self.model, key)
        return row

    def find(self, key: object) -> Row | None:
        try:
            return self.rows.get(int(key))  # type: ignore[call-overload]
        except (TypeError, ValueError):
            return None

    def named(self, name: object) -> Row | None:
        return next((row for row in self.rows.values() if row.get("name") == name), None)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows.values())

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(slots=True)
class Change:
    """What one request did to one ticket: the unit of triggers, deliveries and notifications."""

    kind: str  # "create" or "update"
    ticket_id: int
    user_id: int
    article_id: int | None = None
    fields: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    at: str = ""


MODELS = {
    "users": "User", "groups": "Group", "roles": "Role", "organizations": "Organization", "tickets": "Ticket",
    "ticket_articles": "Ticket::Article", "ticket_states": "Ticket::State", "ticket_priorities": "Ticket::Priority",
    "object_manager_attributes": "ObjectManager::Attribute", "triggers": "Trigger", "webhooks": "Webhook",
    "calendars": "Calendar", "slas": "Sla", "overviews": "Overview", "macros": "Macro", "text_modules": "TextModule",
    "core_workflows": "CoreWorkflow", "jobs": "Job", "templates": "Template", "signatures": "Signature",
    "checklist_templates": "ChecklistTemplate", "checklist_template_items": "ChecklistTemplate::Item",
    "checklists": "Checklist", "checklist_items": "Checklist::Item", "public_links": "PublicLink",
    "report_profiles": "Report::Profile", "email_addresses": "EmailAddress", "settings": "Setting",
    "postmaster_filters": "PostmasterFilter", "applications": "Doorkeeper::Application", "attachments": "Store",
    "data_privacy_tasks": "DataPrivacyTask", "mentions": "Mention", "links": "Link", "cti_logs": "Cti::Log",
    "online_notifications": "OnlineNotification", "http_logs": "HttpLog", "tag_list": "Tag::Item", "tokens": "Token",
}  # fmt: skip


class Desk:
    """The helpdesk's state. Not thread-safe by itself: whoever serves it holds `lock` around each request.

    now     the clock, aware; virtual in trials.
    new_id  random-looking text ids (UUIDs) for deliveries, mails and tokens.
    """

    def __init__(self, *, now: Callable[[], datetime], new_id: Callable[[], str], fqdn: str = "127.0.0.1:3000") -> None:
        self.now = now
        self.new_id = new_id
        self.fqdn = fqdn
        self.tables = {name: Table(model) for name, model in MODELS.items()}
        self.users = self.tables["users"]
        self.groups = self.tables["groups"]
        self.tickets = self.tables["tickets"]
        self.articles = self.tables["ticket_articles"]
        self.states = self.tables["ticket_states"]
        self.priorities = self.tables["ticket_priorities"]
        self.attributes = self.tables["object_manager_attributes"]
        self.user_groups: dict[int, dict[str, list[str]]] = {}
        self.passwords: dict[int, str] = {}
        self.tokens: dict[str, Row] = {}
        self.logins: dict[str, int] = {}
        self.emails: dict[str, int] = {}
        self.articles_of: dict[int, list[int]] = {}
        self.tickets_of: dict[int, set[int]] = {}
        self.numbers: dict[str, int] = {}
        self.tags_of: dict[int, list[str]] = {}
        self.history_of: dict[tuple[str, int], list[Row]] = {}
        self.attachments_of: dict[int, list[int]] = {}
        self.files: dict[int, bytes] = {}
        self.raw_mails: dict[int, bytes] = {}
        self.changes: dict[int, Change] = {}
        self.outbox: deque[tuple[str, Any]] = deque()
        self.next_number = 21001
        self.history_id = 0
        self.permission_ids: dict[str, int] = {}
        self.permissions: list[Row] = []
        self.form_meta = "null"
        self.fixed: dict[str, Any] = {}
        self.version = "6.5.0"
        self.options: dict[str, bool] = {}
        self._ago = timedelta()

    def stamp(self) -> str:
        """The time of what happens now, as the interface shows it."""
        return iso(self.now() - self._ago)

    @contextmanager
    def earlier(self, ago: timedelta) -> Iterator[None]:
        """What happens in here is stamped so much before now."""
        self._ago = ago
        try:
            yield
        finally:
            self._ago = timedelta()

    def table(self, name: str) -> Table:
        return self.tables[name]

    def name_of(self, table: str, key: int | None, column: str = "name") -> Any:
        row = self.tables[table].rows.get(key or 0)
        return row[column] if row else None
