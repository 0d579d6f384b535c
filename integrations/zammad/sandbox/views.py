"""Tickets and articles as answers show them: plain, with ids, expanded with names, and with assets."""

from collections.abc import Iterable

from integrations.zammad.sandbox import people
from integrations.zammad.sandbox.access import agents_of
from integrations.zammad.sandbox.groups import show_organization
from integrations.zammad.sandbox.seed import sender_name, type_name
from integrations.zammad.sandbox.state import Desk, Row

TICKET_PEOPLE = ("created_by_id", "updated_by_id", "owner_id", "customer_id")
ARTICLE_PEOPLE = ("created_by_id", "updated_by_id", "origin_by_id")


def with_ids(desk: Desk, ticket: Row) -> Row:
    return {
        **ticket,
        "article_ids": list(desk.articles_of[ticket["id"]]),
        "referencing_checklist_ids": referencing(desk, ticket["id"]),
        "ticket_time_accounting_ids": [],
    }


def referencing(desk: Desk, ticket_id: int) -> list[int]:
    """The checklists that have this ticket as an item."""
    items = desk.table("checklist_items")
    return [item["checklist_id"] for item in items if item["ticket_id"] == ticket_id] if len(items) else []


def expanded(desk: Desk, ticket: Row) -> Row:
    row = with_ids(desk, ticket) | {
        "group": desk.name_of("groups", ticket["group_id"]),
        "state": desk.name_of("ticket_states", ticket["state_id"]),
        "priority": desk.name_of("ticket_priorities", ticket["priority_id"]),
        "owner": desk.name_of("users", ticket["owner_id"], "login"),
        "customer": desk.name_of("users", ticket["customer_id"], "login"),
        "created_by": desk.name_of("users", ticket["created_by_id"], "login"),
        "updated_by": desk.name_of("users", ticket["updated_by_id"], "login"),
    }
    if ticket["create_article_type_id"]:
        row["create_article_type"] = type_name(ticket["create_article_type_id"])
        row["create_article_sender"] = sender_name(ticket["create_article_sender_id"])
    if ticket["organization_id"]:
        row["organization"] = desk.name_of("organizations", ticket["organization_id"])
    row |= {"ticket_time_accounting": [], "referencing_checklists": []}
    if not row["article_ids"]:
        row["articles"] = []
    return row


def attachments(desk: Desk, article: Row) -> list[Row]:
    stores = desk.table("attachments").rows
    return [{**stores[key], "store_file_id": key} for key in desk.attachments_of.get(article["id"], ())]


def article_asset(desk: Desk, article: Row) -> Row:
    return {**article, "attachments": attachments(desk, article)}


def article_view(desk: Desk, article: Row) -> Row:
    row = article_asset(desk, article) | {
        "created_by": desk.name_of("users", article["created_by_id"], "login"),
        "updated_by": desk.name_of("users", article["updated_by_id"], "login"),
        "type": type_name(article["type_id"]),
        "sender": sender_name(article["sender_id"]),
        "time_unit": None,
    }
    if article["origin_by_id"]:
        row["origin_by"] = desk.name_of("users", article["origin_by_id"], "login")
    return row


def assets(
    desk: Desk,
    tickets: Iterable[Row],
    *,
    articles: Iterable[Row] = (),
    users: Iterable[int] = (),
    checklists: bool = False,
) -> Row:
    """The `assets` of an answer: the tickets, some articles, and everybody whom they name."""
    keys: dict[int, None] = dict.fromkeys(users)
    found: Row = {"User": {}, "Ticket": {}}
    organizations: dict[int, None] = {}
    for ticket in tickets:
        found["Ticket"][str(ticket["id"])] = with_ids(desk, ticket)
        keys.update(dict.fromkeys(ticket[name] for name in TICKET_PEOPLE))
        if ticket["organization_id"]:
            organizations[ticket["organization_id"]] = None
        if checklists and ticket["checklist_id"]:
            _checklist(desk, ticket["checklist_id"], found)
    for article in articles:
        found.setdefault("TicketArticle", {})[str(article["id"])] = article_asset(desk, article)
        keys.update(dict.fromkeys(article[name] for name in ARTICLE_PEOPLE))
    found["User"] = people.assets(desk, keys)
    organizations.update(dict.fromkeys(row["organization_id"] for row in found["User"].values()
                                       if row["organization_id"]))  # fmt: skip
    for key in organizations:
        row = desk.table("organizations").rows[key]
        found.setdefault("Organization", {})[str(key)] = show_organization(desk, row)
        for person in found["Organization"][str(key)]["member_ids"]:
            found["User"].setdefault(str(person), people.show(desk, desk.users.rows[person]))
    return found


def _checklist(desk: Desk, key: int, found: Row) -> None:
    checklist = desk.table("checklists").rows[key]
    items = [item for item in desk.table("checklist_items") if item["checklist_id"] == key]
    found.setdefault("Checklist", {})[str(key)] = {**checklist, "item_ids": [item["id"] for item in items]}
    found.setdefault("ChecklistItem", {}).update({str(item["id"]): item for item in items})


def one_read(desk: Desk, ticket: Row, *, internal: bool = True) -> Row:
    """`GET /tickets/:id?all=true` without `form_meta`: ticket, articles, people, links, tags, mentions.

    internal  whether the reader sees internal articles.
    """
    rows = [desk.articles.rows[key] for key in desk.articles_of[ticket["id"]]]
    rows = [row for row in rows if internal or not row["internal"]]
    mentions = [row for row in desk.table("mentions") if row["mentionable_id"] == ticket["id"]]
    around = [user["id"] for user in agents_of(desk, ticket["group_id"])]
    around += [row["user_id"] for row in mentions]
    links = links_of(desk, ticket["id"])
    others = [desk.tickets.rows[link["link_object_value"]] for link in links]
    found = assets(desk, [ticket, *others], articles=rows, users=around, checklists=True)
    if mentions:
        found["Mention"] = {str(row["id"]): row for row in mentions}
    return {
        "ticket_id": ticket["id"], "ticket_article_ids": [row["id"] for row in rows], "assets": found, "links": links,
        "tags": list(desk.tags_of[ticket["id"]]), "mentions": [row["id"] for row in mentions], "time_accountings": [],
    }  # fmt: skip


OPPOSITE = {"parent": "child", "child": "parent", "normal": "normal"}


def links_of(desk: Desk, ticket_id: int) -> list[Row]:
    """The ticket's links, each named from this ticket's side."""
    found = []
    for row in desk.table("links"):
        kind = row["kind"]
        if row["link_object_source_value"] == ticket_id:
            found.append((OPPOSITE[kind], row["link_object_target_value"]))
        elif row["link_object_target_value"] == ticket_id:
            found.append((kind, row["link_object_source_value"]))
    return [{"link_type": kind, "link_object": "Ticket", "link_object_value": key} for kind, key in found]
