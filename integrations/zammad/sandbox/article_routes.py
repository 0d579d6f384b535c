"""`/ticket_articles`: reading, writing, visibility, deleting one's own notes, attachments and raw mails."""

from datetime import datetime, timedelta
from urllib.parse import quote

from integrations.zammad.sandbox import history, views
from integrations.zammad.sandbox.articles import add_article, check_article
from integrations.zammad.sandbox.call import Answer, Call, Raw, Route
from integrations.zammad.sandbox.changes import touch
from integrations.zammad.sandbox.errors import Refused, forbidden, not_found
from integrations.zammad.sandbox.seed import type_id
from integrations.zammad.sandbox.state import Row
from integrations.zammad.sandbox.ticket_routes import visible
from integrations.zammad.sandbox.tickets import save

NOTE_DELETABLE_WITHIN = timedelta(minutes=10)


def _article(call: Call, key: str, kind: str = "read") -> tuple[Row, Row]:
    article = call.desk.articles.get(key)
    return article, visible(call, str(article["ticket_id"]), kind)


def by_ticket(call: Call, key: str) -> Answer:
    ticket = visible(call, key)
    rows = (call.desk.articles.rows[one] for one in call.desk.articles_of[ticket["id"]])
    shown = [row for row in rows if call.agent or not row["internal"]]
    return 200, [views.article_view(call.desk, row) for row in shown]


def read(call: Call, key: str) -> Answer:
    article, _ = _article(call, key)
    if article["internal"] and not call.agent:
        raise forbidden()
    return 200, views.article_view(call.desk, article)


def post(call: Call) -> Answer:
    ticket = visible(call, str(call.body.get("ticket_id")), "change")
    check_article(call.desk, ticket, call.body, call.user)
    row = add_article(call.desk, ticket, call.body, call.user, save)
    return 201, views.article_view(call.desk, row)


def put(call: Call, key: str) -> Answer:
    """Only `internal` changes; the ticket's `updated_at` moves, and no trigger sees it."""
    article, ticket = _article(call, key, "change")
    if "internal" in call.body:
        after = call.body["internal"] in (True, "true")
        if after != article["internal"]:
            history.article_visibility(call.desk, call.user_id, article, article["internal"], after)
            article["internal"] = after
    article["updated_by_id"], article["updated_at"] = call.user_id, call.desk.stamp()
    touch(call.desk, ticket)
    return 200, views.article_view(call.desk, article)


def delete(call: Call, key: str) -> Answer:
    article, ticket = _article(call, key)
    own = article["created_by_id"] == call.user_id and article["type_id"] == type_id("note")
    if not own:
        raise forbidden("Not authorized (you can only delete your own notes)!")
    age = call.desk.now() - datetime.fromisoformat(article["created_at"])
    if age > NOTE_DELETABLE_WITHIN:
        raise forbidden("Not authorized (note is too old to be deleted)!")
    call.desk.articles_of[ticket["id"]].remove(article["id"])
    del call.desk.articles.rows[article["id"]]
    entries = call.desk.history_of[("Ticket", ticket["id"])]
    entries[:] = [e for e in entries if (e["object"], e["o_id"]) != ("Ticket::Article", article["id"])]
    ticket["article_count"] -= 1
    touch(call.desk, ticket)
    return 200, {}


def _disposition(kind: str, filename: str) -> dict[str, str]:
    """As Rails writes it: an ASCII name with the rest as question marks, then the whole name in UTF-8."""
    plain = quote("".join(c if ord(c) < 128 else "?" for c in filename), safe="!#$&+.^_`|~- ")
    return {"Content-Disposition": f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"}


def attachment(call: Call, ticket_key: str, article_key: str, key: str) -> Answer:
    desk = call.desk
    if desk.tickets.find(ticket_key) is None or desk.articles.find(article_key) is None:
        raise Refused(500, f"Error ID {desk.new_id()[:8]}: Please contact your administrator.", human=False)
    article, _ = _article(call, article_key)
    if int(key) not in desk.attachments_of.get(article["id"], ()):
        raise not_found("Store", key)
    store = desk.table("attachments").get(key)
    mime = store["preferences"].get("Mime-Type") or "application/octet-stream"
    inline = mime.startswith("image/") and call.query.get("view") == "inline"
    served = mime if inline or mime == "text/plain" else "application/octet-stream"
    kind = "inline" if inline else "attachment"
    return 200, Raw(desk.files[store["id"]], served, _disposition(kind, store["filename"]))


def plain(call: Call, key: str) -> Answer:
    article, ticket = _article(call, key)
    if article["id"] not in call.desk.raw_mails:
        raise not_found("Ticket::Article", key)
    name = f"ticket-{ticket['number']}-{article['id']}.eml"
    return 200, Raw(call.desk.raw_mails[article["id"]], "message/rfc822", _disposition("inline", name))


ROUTES: tuple[Route, ...] = (
    ("GET", "/ticket_articles/by_ticket/<key>", by_ticket), ("GET", "/ticket_articles/<key>", read),
    ("POST", "/ticket_articles", post), ("PUT", "/ticket_articles/<key>", put),
    ("DELETE", "/ticket_articles/<key>", delete),
    ("GET", "/ticket_attachment/<ticket_key>/<article_key>/<key>", attachment),
    ("GET", "/ticket_article_plain/<key>", plain),
)  # fmt: skip
