"""What is asked of a run, in a form that other processes take: folders, files, the period."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

from zhidu import compose
from zhidu.people_file import load_people
from zhidu.policy import Policy, load_policy
from zhidu.settings import load_settings
from zhidu.simulating.replaying import Desk, Period, Variant
from zhidu.simulating.sources import ExportFile, ExportSurvey, Helpdesk, live_leads
from zhidu.simulating.workbook import Workbook
from zhidu.versions import published


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A run as it was asked for.

    today      the folder of the installation's configuration; None: the shipped defaults
    proposed   the folder of the one to compare with; None: nothing is compared
    files      exports to read instead of the helpdesk
    """

    today: Path | None
    proposed: Path | None = None
    files: tuple[Path, ...] = ()
    period: Period

    def variants(self) -> tuple[Variant, ...]:
        """Today's policy, and the proposed one if there is one. raises ConfigErrors"""
        proposed = () if self.proposed is None else (_variant(self.proposed, None),)
        return (_variant(self.today, self.published()), *proposed)

    def published(self) -> Policy | None:
        """The version of the policy in force; None while nothing was published, or where no store can be asked: today's
        policy is the folder's then. raises ConfigErrors"""
        return published(load_settings(self.today), compose.real_outside())

    def stamp(self, variants: tuple[Variant, ...]) -> dict[str, str]:
        """What a run that goes on must have in common with the one before."""
        files = [(path.resolve(), path.stat().st_size, path.stat().st_mtime_ns) for path in self.files]
        names = ("policy", "proposed policy")
        found = dict.fromkeys(names, "") | {
            name: f"{variant.policy.digest} {variant.people.config.model_dump_json()}"
            for name, variant in zip(names, variants, strict=False)
        }
        begins, until = (at.astimezone(UTC).isoformat() for at in (self.period.begins, self.period.until))
        return {**found, "period": f"{begins} {until}", "source": ";".join(map(str, files)) or "helpdesk"}

    def survey(self, book: Workbook, variants: tuple[Variant, ...]) -> int:
        """Find out which tickets there are; how many. raises UnreadableExport, ZammadError, ConfigErrors, OSError"""
        until = self.period.until
        if self.files:
            survey = ExportSurvey(self.files, variants[0].people.config.post_by_login())
            return book.survey(lambda: survey.leads(until), survey.cast)
        with self._live(variants) as live:
            return book.survey(
                lambda: live_leads(live.pool.client(), live.names, self.period.begins, until), lambda: "{}"
            )

    @contextmanager
    def desk(self, book: Workbook, variants: tuple[Variant, ...]) -> Iterator[Desk]:
        """The source of the surveyed tickets, closed at the end. raises ZammadError, ConfigErrors"""
        if self.files:
            with closing(ExportFile(self.files, book.cast)) as export:
                yield Desk(source=export, names=export.names, staff=export.staff, me=export.me)
            return
        with self._live(variants) as live:
            yield Desk(
                source=Helpdesk(client=live.pool.client),
                names=live.names,
                staff=lambda: compose.staff(live.pool),
                me=live.pool.client().me().id,
            )

    @contextmanager
    def _live(self, variants: tuple[Variant, ...]) -> Iterator[compose.Helpdesk]:
        settings = load_settings(self.today)
        settings.helpdesk  # noqa: B018 - refuses, with file and line, where none is named
        helpdesk = compose.helpdesk_of(settings.config, settings.token(), variants[0].people, compose.real_outside())
        try:
            yield helpdesk
        finally:
            helpdesk.pool.close()


def _variant(folder: Path | None, policy: Policy | None) -> Variant:
    """policy   to take in place of the folder's"""
    if policy is None:
        settings = load_settings(folder)
        paths = [settings.path(path) for path in settings.config.modules_path]
        policy = load_policy(folder, enabled=settings.config.modules, modules_path=paths)
    return Variant(policy=policy, people=load_people(folder))
