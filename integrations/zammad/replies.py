"""How a text reaches the customer from the ticket: as a mail where both sides have an address, else not by itself."""

from __future__ import annotations

from collections.abc import Collection

from markupsafe import Markup

from integrations.zammad.names import Names, UnknownName
from integrations.zammad.notes import Draft, NoteWriter
from integrations.zammad.notices import article_key
from integrations.zammad.wire import OneRead
from integrations.zammad.writes import ArticleWrite
from policies.kernel.decisions import Decision, Reply
from policies.kernel.evaluate import Verdict


def sent_and_drafted(
    verdict: Verdict, read: OneRead, known: Collection[str], names: Names, notes: NoteWriter
) -> tuple[list[tuple[Decision, ArticleWrite]], list[Draft]]:
    """The replies that leave by themselves, and those that lie ready in the note; `known` are keys that stand there."""
    sent: list[tuple[Decision, ArticleWrite]] = []
    drafts: list[Draft] = []
    for decision in verdict.decisions:
        action = decision.action
        if not isinstance(action, Reply) or action.send == "off":
            continue
        text = notes.reply_text(decision, verdict.facts)
        key = article_key(read.ticket.id, action.key)
        article = reply_to(read, text, key, names) if action.send == "auto" else None
        if article is None:
            drafts.append(Draft(decision=decision, text=text))
        elif key not in known:
            sent.append((decision, article))
    return sent, drafts


def reply_to(read: OneRead, text: str, key: str, names: Names) -> ArticleWrite | None:
    """The mail that Zammad sends; None where the group has no address (it would answer 500) or the customer none.

    `text` is plain; what leaves is HTML of the same lines.
    """
    customer = read.users.get(read.ticket.customer_id)
    if customer is None or not customer.email or not sends_mail(read.ticket.group_id, names):
        return None
    last = next((a for a in reversed(read.articles) if a.message_id and not a.internal), None)
    return ArticleWrite(
        body=str(Markup("<br>").join(text.splitlines())),
        internal=False,
        key=key,
        type="email",
        sender="Agent",
        to=customer.email,
        subject=read.ticket.title,
        in_reply_to=None if last is None else last.message_id,
    )


def sends_mail(group_id: int, names: Names) -> bool:
    """Whether tickets of the group can send mails: it has an address."""
    try:
        return names.group(group_id).email_address_id is not None
    except UnknownName:
        return False
