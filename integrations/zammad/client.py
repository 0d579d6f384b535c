"""Zammad's REST interface as typed calls, for one thread. All of them raise `errors.ZammadError`."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from integrations.zammad import wire
from integrations.zammad.calls import Calls
from integrations.zammad.errors import NotFound
from integrations.zammad.objects import Kind, Objects
from integrations.zammad.paging import by_time
from integrations.zammad.transport import Params
from integrations.zammad.writes import ArticleWrite, TicketWrite, Value, Where, plain

_SEARCH_PAGE = 200


class Client(Calls):
    """What zhidu asks of Zammad and tells it; how it is built and closed: see `Calls`."""

    # Tickets

    def ticket(self, id: int) -> wire.OneRead:
        """Everything about a ticket but its history, in one read. raises NotFound"""
        return self.get(wire.one_read, f"tickets/{id}", {"all": "true"})

    def history(self, id: int) -> wire.History:
        """Who changed what when. raises NotFound"""
        return self.get(wire.history, f"ticket_history/{id}")

    def articles(self, ticket_id: int) -> list[wire.Article]:
        """The articles of a ticket, oldest first, with the names of their types and senders."""
        return self.get(wire.ARTICLE.many, f"ticket_articles/by_ticket/{ticket_id}", {"expand": "true"})

    def create_ticket(self, write: TicketWrite, *, on_behalf_of: int | str | None = None) -> wire.Ticket:
        """A new ticket. `fields` holds at least title, group and customer; here, and only here, also tags ("a,b")."""
        return self.send(wire.TICKET.one, "POST", "tickets", write.json(), on_behalf_of)

    def update_ticket(self, id: int, write: TicketWrite, *, on_behalf_of: int | str | None = None) -> wire.Ticket:
        """One PUT, one transaction, one delivery. The answer is the ticket as it became, which may not be as asked:
        Zammad drops an owner without access, an unknown field or a nonsense value without a word. Compare it.

        raises AnswerLost – it may have happened; Refused – nothing of it happened.
        """
        return self.send(wire.TICKET.one, "PUT", f"tickets/{id}", write.json(), on_behalf_of)

    def add_article(
        self, ticket_id: int, article: ArticleWrite, *, on_behalf_of: int | str | None = None
    ) -> wire.Article:
        """An article of its own. Of `type="email"`, Zammad sends it seconds later. raises AnswerLost, Refused"""
        json = {"ticket_id": ticket_id, **article.json()}
        return self.send(wire.ARTICLE.one, "POST", "ticket_articles", json, on_behalf_of)

    def set_internal(self, article_id: int, internal: bool) -> wire.Article:
        """Shows an article to the customer or hides it: all that can be changed of an article."""
        return self.send(wire.ARTICLE.one, "PUT", f"ticket_articles/{article_id}", {"internal": internal})

    def delete_ticket(self, id: int) -> None:
        """Erases ticket, articles, raw mails and history; needs an administrator's token."""
        self.call("DELETE", f"tickets/{id}")

    def attachment(self, ticket_id: int, article_id: int, attachment_id: int) -> bytes:
        """A file as it was sent. raises NotFound; Transient – Zammad answers 500 for what was erased."""
        return self.call("GET", f"ticket_attachment/{ticket_id}/{article_id}/{attachment_id}").body

    def raw_mail(self, article_id: int) -> bytes:
        """The mail an article came from, headers and all. raises NotFound – it came by other ways."""
        return self.call("GET", f"ticket_article_plain/{article_id}").body

    def add_link(self, ticket_id: int, other_number: str, kind: str = "normal") -> None:
        """Links two tickets: the one of that number becomes `parent`, `child` or `normal` to this one.

        No delivery comes of it, but `updated_at` of both moves. raises NotFound, Refused
        """
        source = {"link_object_source": "Ticket", "link_object_source_number": other_number}
        target = {"link_object_target": "Ticket", "link_object_target_value": ticket_id}
        self.call("POST", "links/add", json={"link_type": kind, **source, **target})

    def tags(self, ticket_id: int) -> tuple[str, ...]:
        """The tags alone; the one read has them too."""
        return self.get(wire.tags, "tags", {"object": "Ticket", "o_id": str(ticket_id)})

    def add_tag(self, ticket_id: int, tag: str) -> None:
        """Idempotent; no delivery comes of it, but `updated_at` moves."""
        self.call("POST", "tags/add", json={"object": "Ticket", "o_id": ticket_id, "item": tag})

    def remove_tag(self, ticket_id: int, tag: str) -> None:
        """Idempotent; `updated_at` moves even if the tag was not there."""
        self.call("DELETE", "tags/remove", json={"object": "Ticket", "o_id": ticket_id, "item": tag})

    def begin_checklist(self, ticket_id: int) -> wire.Begun:
        """A checklist on a ticket that has none. raises Refused – it has one, or checklists are switched off"""
        return self.send(wire.begun, "POST", "checklists", {"ticket_id": ticket_id})

    def add_line(self, checklist_id: int, text: str) -> None:
        """A line at the end of a checklist; no delivery comes of it, but `updated_at` of the ticket moves."""
        self.call("POST", "checklist_items", json={"checklist_id": checklist_id, "text": text, "checked": False})

    def write_line(self, item_id: int, text: str) -> None:
        """Another text in a line of a checklist."""
        self.call("PUT", f"checklist_items/{item_id}", json={"text": text})

    def remove_line(self, item_id: int) -> None:
        """A line of a checklist goes. raises NotFound"""
        self.call("DELETE", f"checklist_items/{item_id}")

    # Searching

    def changed_since(self, at: datetime) -> Iterator[wire.Ticket]:
        """Tickets changed at or after `at` (aware), by time of change, to the end; nothing is skipped when tickets
        change meanwhile, and one that does is given again. Needs no search index."""
        return self._by_time("updated_at", at, ())

    def search(self, *where: Where, created_since: datetime) -> Iterator[wire.Ticket]:
        """Tickets that meet all conditions, created at or after the time given, oldest first, to the end."""
        return self._by_time("created_at", created_since, where)

    def with_message(self, message_id: str) -> list[wire.Ticket]:
        """Tickets that have an article of this Message-ID, whatever has become of them since."""
        where = Where(field="article.message_id", operator="is", value=message_id)
        return self.find(wire.TICKET.many, "tickets/search", {"condition": _condition((where,))})

    def count(self, *where: Where) -> int:
        """How many tickets meet all conditions."""
        json = {"condition": _condition(where), "only_total_count": True}
        return self.find(wire.total_count, "tickets/search", json)

    def _by_time(self, field: str, since: datetime, where: tuple[Where, ...]) -> Iterator[wire.Ticket]:
        if any(condition.field == f"ticket.{field}" for condition in where):
            raise ValueError(f"ticket.{field} is what the search pages by")

        def page(at: datetime, number: int) -> list[wire.Ticket]:
            after = Where(field=f"ticket.{field}", operator="after (absolute)", value=at)
            json = {
                "condition": _condition((*where, after)),
                "sort_by": [field, "id"],
                "order_by": ["asc", "asc"],
                "per_page": _SEARCH_PAGE,
                "page": number,
            }
            return self.find(wire.TICKET.many, "tickets/search", json)

        return by_time(page, lambda ticket: ticket.updated_at if field == "updated_at" else ticket.created_at, since)

    # People and names

    def me(self) -> wire.User:
        """Whom the token belongs to. raises Refused of kind `credentials`"""
        return self.get(wire.USER.one, "users/me")

    def version(self) -> str:
        """`6.5.0`."""
        return self.get(wire.version, "version")

    def user(self, id: int) -> wire.User:
        """raises NotFound"""
        return self.get(wire.USER.one, f"users/{id}")

    def users(self, ids: Iterable[int]) -> dict[int, wire.User]:
        """The users with these ids, a read each; ids unknown to Zammad are left out."""
        return {user.id: user for id in dict.fromkeys(ids) if (user := self._user_if_any(id)) is not None}

    def people(self, role_ids: tuple[int, ...]) -> list[wire.User]:
        """Everybody who has one of these roles, inactive people too."""
        params: Params = {"query": "*", "role_ids[]": [str(id) for id in role_ids]}
        return self.listed(wire.USER, "users/search", params)

    def update_user(self, id: int, fields: Mapping[str, Value]) -> wire.User:
        """Changes fields of a user. `group_ids` and `preferences` are replaced as a whole: read, change, write back."""
        return self.send(wire.USER.one, "PUT", f"users/{id}", {name: plain(value) for name, value in fields.items()})

    def create_user(self, fields: Mapping[str, Value]) -> wire.User:
        """raises Refused – the e-mail address is taken."""
        return self.send(wire.USER.one, "POST", "users", {name: plain(value) for name, value in fields.items()})

    def groups(self) -> list[wire.Group]:
        return self.listed(wire.GROUP, "groups")

    def roles(self) -> list[wire.Role]:
        return self.listed(wire.ROLE, "roles")

    def states(self) -> list[wire.State]:
        """With the names of their types."""
        return self.listed(wire.STATE, "ticket_states", {"expand": "true"})

    def priorities(self) -> list[wire.Priority]:
        return self.listed(wire.PRIORITY, "ticket_priorities")

    def object_attributes(self) -> list[wire.ObjectAttribute]:
        """The fields of all objects, those that wait for a migration too."""
        return self.get(wire.ATTRIBUTE.many, "object_manager_attributes")

    def objects(self, kind: Kind) -> Objects:
        """List, create, change and delete what Zammad's administrator sets up: `client.objects("triggers").list()`."""
        return Objects(self, kind)

    def _user_if_any(self, id: int) -> wire.User | None:
        try:
            return self.user(id)
        except NotFound:
            return None


def _condition(where: tuple[Where, ...]) -> dict[str, object]:
    condition: dict[str, object] = {each.field: each.json() for each in where}
    if len(condition) < len(where):
        raise ValueError("two conditions on one field")
    return condition
