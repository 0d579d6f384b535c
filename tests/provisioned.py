"""A helpdesk of the tests made ready, as `zhidu apply` does it; the embedded server is not gone after a migration."""

from datetime import date

from integrations.zammad.client import Client
from integrations.zammad.objects import migrate
from integrations.zammad.provision.record import Forgetful
from integrations.zammad.provision.wanted import Hook, Site
from integrations.zammad.provision.whole import provision
from policies.kernel.provisioning import Needs
from policies.kernel.texts import Language


def site(hook: Hook, tongue: Language = "en", groups: tuple[str, ...] = ()) -> Site:
    return Site(tongue=tongue, hook=hook, groups=groups, calendars={}, today=date(2026, 5, 6))


def at_once(client: Client, away: bool) -> None:
    migrate(client, quiet=0)


def made_ready(client: Client, hook: Hook, needs: Needs) -> None:
    provision(client, needs, site(hook), Forgetful(), at_once)
