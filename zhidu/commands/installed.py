"""Which modules the configuration has, for commands that show the policy rather than run it."""

from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path

from policies.kernel.clauses import ClauseTable, load_clauses
from policies.kernel.config import read
from policies.kernel.discovery import BUILT_IN, ENTRY_POINTS, Discovery, discover
from policies.kernel.modules import ModuleSet, load_modules
from zhidu.habits import Habits
from zhidu.settings import Settings, load_settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """The settings, the clauses and the modules that were found.

    folder   the configuration's; None: the shipped defaults
    paths    `modules_path`, absolute
    """

    folder: Path | None
    settings: Settings
    paths: tuple[Path, ...]
    clauses: ClauseTable
    discovery: Discovery

    @property
    def idle(self) -> list[str]:
        """The modules that are there but not enabled."""
        enabled = self.settings.config.modules
        left = [name for name in self.discovery.found if enabled is not None and name not in enabled]
        return sorted([*left, *self.discovery.offered])

    def modules(self) -> ModuleSet:
        """The enabled modules, loaded, with what is wrong with those that did not."""
        return load_modules(
            self.discovery,
            self.clauses,
            enabled=self.settings.config.modules,
            overrides=self.folder and self.folder / "policies",
            texts=self.folder and self.folder / "texts",
        )


def installed(habits: Habits) -> Installed:
    """What there is; no module is imported. raises ConfigErrors – zhidu.yaml itself is wrong."""
    settings = load_settings(habits.directory)
    paths = tuple(settings.path(path) for path in settings.config.modules_path)
    found = discover(paths=paths, entry_points=entry_points(group=ENTRY_POINTS), enabled=settings.config.modules or ())
    clauses = load_clauses(read(BUILT_IN / "clauses.yaml", shown="policies/clauses.yaml"))
    return Installed(folder=habits.directory, settings=settings, paths=paths, clauses=clauses, discovery=found)
