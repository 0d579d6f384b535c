"""The program's frame: a quick help, names that resolve, exit statuses, errors without traceback."""

import importlib
import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import zhidu.commands
from policies.kernel.problems import ConfigErrors, Problem
from zhidu import cli, exits, habits

HEAVY = {"sqlalchemy", "flask", "pydantic", "requests", "rich", "yaml", "apscheduler", "alembic", "structlog"}
COMMAND_FILES = [
    path.stem
    for path in Path(zhidu.commands.__path__[0]).glob("*.py")
    if re.search(r"^@click\.(command|group)\b", path.read_text(encoding="utf-8"), re.MULTILINE)
]


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys, zhidu.cli; status = zhidu.cli.main(['--help']);"
        f"print(status, sorted({HEAVY!r}.intersection(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 – ours
    assert done.stdout.splitlines()[-1] == "0 []"


def below(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    """The command and, of a group, all below it, each with its full name."""
    yield path, command
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from below(inner, f"{path} {name}")


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_a_listed_command_is_there_and_shows_an_example(name: str) -> None:
    """Its example, and those of the commands below it, name it."""
    context = click.Context(cli.cli)
    command = cli.cli.get_command(context, name)
    assert command is not None
    for path, one in below(command, f"zhidu {name}"):
        text = one.get_help(click.Context(one, info_name=path))
        assert "Example" in text, path
        assert path in text.partition("Example")[2], path


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_a_listed_command_takes_the_common_options(name: str) -> None:
    command = cli.cli.get_command(click.Context(cli.cli), name)
    assert command is not None
    taken = {option for param in command.params for option in param.opts}
    assert {"--config", "--json", "--quiet"} <= taken


@pytest.mark.parametrize("name", COMMAND_FILES)
def test_every_command_is_listed(name: str) -> None:
    modules = {target.partition(":")[0] for target, _ in cli.COMMANDS.values()}
    assert f"zhidu.commands.{name}" in modules


@pytest.mark.parametrize(("module", "name"), [(module, name) for module, name, _ in exits.STATUSES])
def test_an_error_with_a_status_exists(module: str, name: str) -> None:
    assert issubclass(getattr(importlib.import_module(module), name), Exception)


ENDS = {
    # what the command does               status  said on stderr
    "nothing": (None, 0, ""),
    "answer is no": (exits.NotOk("2 rows failed"), 1, "2 rows failed\n"),
    "no, and said": (exits.NotOk(), 1, ""),
    "wrong use": (exits.WrongUse("name a ticket"), 2, "name a ticket\n"),
    "out of reach": (exits.Unreachable("no helpdesk at http://x.invalid"), 3, "no helpdesk at http://x.invalid\n"),
    "configuration": (
        ConfigErrors([Problem(path="a.yaml", line=3, field="b", what="bad"), Problem(path="c.yaml", what="gone")]),
        2,
        "a.yaml:3: b: bad\nc.yaml: gone\n",
    ),
    "bad parameter": (click.BadParameter("too small"), 2, "Error: Invalid value: too small\n"),
    "interrupted": (KeyboardInterrupt(), 130, "\n"),
}


@pytest.fixture
def ending(monkeypatch: pytest.MonkeyPatch) -> list[BaseException | None]:
    """Makes `zhidu try` end with what is put into the list."""
    how: list[BaseException | None] = []

    @click.command("try")
    def command() -> None:
        """Ends as told."""
        error = how.pop()
        if error is not None:
            raise error

    monkeypatch.setattr(habits, "stand_in", command, raising=False)
    monkeypatch.setattr(cli.cli, "table", {"try": ("zhidu.habits:stand_in", "ends as told")})
    return how


@pytest.mark.parametrize(("error", "status", "said"), ENDS.values(), ids=ENDS)
def test_end(
    error: BaseException | None,
    status: int,
    said: str,
    ending: list[BaseException | None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Expected errors become a status and a sentence, in no colour where there is no terminal."""
    ending.append(error)
    assert cli.main(["try"]) == status
    err = capsys.readouterr().err
    assert err.endswith(said) if said else not err
    assert "\x1b" not in err


def test_a_defect_keeps_its_traceback(ending: list[BaseException | None]) -> None:
    ending.append(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        cli.main(["try"])


def test_unknown_commands_are_guessed(ending: list[BaseException | None], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["tri"]) == 2
    assert "there is no command 'tri'; did you mean `try`?" in capsys.readouterr().err


def test_an_exit_status_of_a_command_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    @click.command()
    @click.pass_context
    def command(ctx: click.Context) -> None:
        """Says no."""
        ctx.exit(1)

    monkeypatch.setattr(habits, "stand_in", command, raising=False)
    monkeypatch.setattr(cli.cli, "table", {"no": ("zhidu.habits:stand_in", "says no")})
    assert cli.main(["no"]) == 1


PLACES = {
    "before": ["--json", "--quiet", "--config", "{dir}", "group", "show"],
    "after": ["group", "show", "--json", "--quiet", "--config", "{dir}"],
    "between": ["--quiet", "group", "--json", "show", "--config", "{dir}"],
}


@pytest.mark.parametrize("words", PLACES.values(), ids=PLACES)
def test_common_options_anywhere(words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They mean the same before a command's name, after it, and within a group of commands."""
    seen: list[habits.Habits] = []

    @click.group()
    def group() -> None:
        """A group."""

    @group.command()
    @click.pass_obj
    def show(obj: habits.Habits) -> None:
        """Shows."""
        seen.append(obj)

    monkeypatch.setattr(habits, "stand_in", group, raising=False)
    monkeypatch.setattr(cli.cli, "table", {"group": ("zhidu.habits:stand_in", "a group")})
    assert cli.main([word.format(dir=tmp_path) for word in words]) == 0
    assert seen == [habits.Habits(config=tmp_path, json=True, quiet=True)]


def test_the_default_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """./config when there is one, else none: the shipped defaults."""
    monkeypatch.chdir(tmp_path)
    assert habits.Habits().directory is None
    (tmp_path / "config").mkdir()
    assert habits.Habits().directory == Path("config")


def test_a_reader_that_went_away_is_no_error() -> None:
    """`zhidu … | head` ends quietly."""
    code = (
        "import sys, click, zhidu.cli, zhidu.habits\n"
        "@click.command()\n"
        "def many():\n    for number in range(100_000): click.echo(number)\n"
        "zhidu.habits.stand_in = many\n"
        "zhidu.cli.cli.table = {'many': ('zhidu.habits:stand_in', '')}\n"
        "sys.exit(zhidu.cli.main(['many']))"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:  # noqa: S603 – ours
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"0\n"
        process.stdout.close()
        assert (process.wait(), process.stderr.read()) == (141, b"")
