"""Pages to look at tickets with, as an agent sees them: rendered here, read only, without scripts."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flask import Flask, Response, render_template, request
from markupsafe import Markup

from integrations.zammad.sandbox import overviews
from integrations.zammad.sandbox.history import full_name
from integrations.zammad.sandbox.labels import LABELS, choose
from integrations.zammad.sandbox.objects import custom_fields, labels_of
from integrations.zammad.sandbox.sanitise import clean
from integrations.zammad.sandbox.seed import sender_name, type_name
from integrations.zammad.sandbox.state import Desk, Row
from integrations.zammad.sandbox.views import attachments, links_of
from integrations.zammad.sandbox.workflows import hidden

if TYPE_CHECKING:
    from integrations.zammad.sandbox.box import Sandbox

PAGE = 50
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src-elem 'self'; style-src-attr 'unsafe-inline'; "
                               "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
}  # fmt: skip
QUIET = frozenset({
    "last_contact_at", "last_contact_agent_at", "last_contact_customer_at", "last_owner_update_at",
    "first_response_at", "last_close_at",
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleView:
    """An article as the page shows it; `side` is customer, agent or system."""

    id: int
    author: str
    initials: str
    side: str
    kind: str
    internal: bool
    subject: str | None
    to: str | None
    at: str
    stamp: str
    body: Markup | str
    html: bool
    files: tuple[tuple[str, str], ...]


class Shown:
    """Names, times and bodies of one desk for the templates."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        zones = [row["timezone"] for row in desk.table("calendars") if row["default"]]
        self.zone = ZoneInfo(zones[0] if zones else "UTC")

    def time(self, text: str | None) -> str:
        if not text:
            return ""
        return datetime.fromisoformat(text).astimezone(self.zone).strftime("%Y-%m-%d %H:%M")

    def person(self, key: int | None) -> str:
        user = self.desk.users.rows.get(key or 0)
        return full_name(user) if user and key != 1 else "–"

    def value(self, attribute: Row, value: Any) -> str:
        """A field's value by its option's label, its time in the local zone."""
        if value is None or value in ("", []):
            return "–"
        names = labels_of(attribute["data_option"].get("options"))
        if isinstance(value, list):
            return ", ".join(str(names.get(one, one)) for one in value)
        if isinstance(value, bool):
            return str(names.get(str(value).lower(), value))
        return self.time(value) if attribute["data_type"] == "datetime" else str(names.get(value, value))

    def fields(self, ticket: Row) -> list[tuple[str, str]]:
        """Those on an agent's form that no core workflow hides there."""
        gone = hidden(self.desk, ticket)
        fields = custom_fields(self.desk, "Ticket").values()
        shown = [row for row in fields if row["active"] and _visible(row) and row["name"] not in gone]
        shown.sort(key=lambda row: (row["position"], row["id"]))
        return [(row["display"], self.value(row, ticket[row["name"]])) for row in shown]

    def row(self, ticket: Row) -> Row:
        desk = self.desk
        return {
            "id": ticket["id"], "number": ticket["number"], "title": ticket["title"],
            "customer": self.person(ticket["customer_id"]), "owner": self.person(ticket["owner_id"]),
            "group": desk.name_of("groups", ticket["group_id"]),
            "state": desk.name_of("ticket_states", ticket["state_id"]),
            "priority": desk.name_of("ticket_priorities", ticket["priority_id"]),
            "updated": self.time(ticket["updated_at"]), "created": self.time(ticket["created_at"]),
        }  # fmt: skip

    def article(self, row: Row) -> ArticleView:
        author = row["origin_by_id"] or row["created_by_id"]
        name = self.person(author) if author != 1 else "System"
        is_html = row["content_type"] == "text/html"
        files = tuple((store["filename"], f"/tickets/{row['ticket_id']}/files/{store['id']}")
                      for store in attachments(self.desk, row))  # fmt: skip
        return ArticleView(
            id=row["id"], author=name, initials=initials(name), side=str(sender_name(row["sender_id"])).lower(),
            kind=str(type_name(row["type_id"])), internal=row["internal"], subject=row["subject"], to=row["to"],
            at=self.time(row["created_at"]), stamp=row["created_at"], html=is_html, files=files,
            body=self._html(row) if is_html else row["body"],
        )  # fmt: skip

    def _html(self, row: Row) -> Markup:
        """The body, sanitised once more, with the addresses of inline images turned to this page's."""
        body = clean(row["body"], own_address=f"http://{self.desk.fqdn}").body
        for store in attachments(self.desk, row):
            address = f"/api/v1/ticket_attachment/{row['ticket_id']}/{row['id']}/{store['id']}?view=inline"
            body = body.replace(address, f"/tickets/{row['ticket_id']}/files/{store['id']}")
        return Markup(body)  # noqa: S704 - sanitised in the line above

    def history(self, ticket: Row) -> list[Row]:
        entries = self.desk.history_of.get(("Ticket", ticket["id"]), [])
        return [
            {"at": self.time(entry["created_at"]), "by": self.person(entry["created_by_id"]), "type": entry["type"],
             "what": entry.get("attribute") or entry["object"], "before": entry.get("value_from"),
             "after": entry.get("value_to")}
            for entry in entries if entry.get("attribute") not in QUIET
        ]  # fmt: skip


def _visible(attribute: Row) -> bool:
    edit = attribute["screens"].get("edit") or {}
    return bool((edit.get("ticket.agent") or edit.get("-all-") or {}).get("shown", False))


def initials(name: str) -> str:
    """Two letters for a name in letters; the first character of any other."""
    words = name.split()
    if name and not name[0].isascii():
        return name[0]
    return "".join(word[0] for word in words[:2]).upper()


def register(app: Flask, box: "Sandbox") -> None:
    """The routes `/`, `/overviews/<id>`, `/tickets/<id>` and the files that articles show."""

    def index() -> Response:
        with box.lock:
            shown = Shown(box.desk)
            rows = sorted(box.desk.tickets, key=lambda row: (row["updated_at"], row["id"]), reverse=True)
            number = max(1, request.args.get("page", 1, type=int))
            part = rows[(number - 1) * PAGE : number * PAGE]
            seen = overviews.seen_by(box.desk, request.args.get("as", type=int))
            return _page("tickets.html", rows=[shown.row(row) for row in part], page=number,
                         more=len(rows) > number * PAGE, total=len(rows), **seen)  # fmt: skip

    def overview(key: int) -> Response:
        with box.lock:
            found = box.desk.table("overviews").rows.get(key)
            seen = overviews.seen_by(box.desk, request.args.get("as", type=int))
            if found is None or not seen:
                return _page("missing.html", 404)
            return _page("overview.html", **seen, **overviews.shown(Shown(box.desk), seen["who"], found, _words()))

    def ticket(key: int) -> Response:
        with box.lock:
            row = box.desk.tickets.rows.get(key)
            if row is None:
                return _page("missing.html", 404)
            return _page("ticket.html", **_ticket(Shown(box.desk), row))

    def file(key: int, store_id: int) -> Response:
        with box.lock:
            return _file(box.desk, key, store_id)

    app.add_url_rule("/", "page-index", index, methods=["GET"])
    app.add_url_rule("/overviews/<int:key>", "page-overview", overview, methods=["GET"])
    app.add_url_rule("/tickets/<int:key>", "page-ticket", ticket, methods=["GET"])
    app.add_url_rule("/tickets/<int:key>/files/<int:store_id>", "page-file", file, methods=["GET"])


def _words() -> dict[str, str]:
    return LABELS[choose(request.headers.get("Accept-Language", ""))]


def _page(template: str, status: int = 200, **values: Any) -> Response:
    language = choose(request.headers.get("Accept-Language", ""))
    text = render_template(template, lang=language, t=LABELS[language], **values)
    return Response(text, status=status, headers=HEADERS, content_type="text/html; charset=utf-8")


def _file(desk: Desk, key: int, store_id: int) -> Response:
    held = [one for article in desk.articles_of.get(key, ()) for one in desk.attachments_of.get(article, ())]
    if store_id not in held:
        return _page("missing.html", 404)
    store, content = desk.table("attachments").rows[store_id], desk.files[store_id]
    mime = str(store["preferences"].get("Mime-Type"))
    safe = mime if mime in ("image/png", "image/jpeg", "image/gif", "image/webp") else "application/octet-stream"
    response = Response(content, headers=HEADERS, content_type=safe)
    if safe == "application/octet-stream":
        response.headers.set("Content-Disposition", "attachment", filename=store["filename"])
    return response


def _ticket(shown: Shown, row: Row) -> Row:
    desk = shown.desk
    items = [item for item in desk.table("checklist_items") if item["checklist_id"] == row["checklist_id"]]
    return {
        "ticket": shown.row(row), "pending": shown.time(row["pending_time"]), "fields": shown.fields(row),
        "organization": desk.name_of("organizations", row["organization_id"]),
        "articles": [shown.article(desk.articles.rows[key]) for key in desk.articles_of[row["id"]]],
        "tags": desk.tags_of[row["id"]], "checklist": items if row["checklist_id"] else [],
        "links": [(link["link_type"], shown.row(desk.tickets.rows[link["link_object_value"]]))
                  for link in links_of(desk, row["id"])],
        "subscribers": [shown.person(one["user_id"]) for one in desk.table("mentions")
                        if one["mentionable_id"] == row["id"]],
        "history": shown.history(row),
    }  # fmt: skip
