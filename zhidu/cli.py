"""The program `zhidu`. Help costs no more than this table: a command's module is imported when the command is used."""

import gc
import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

import click

from zhidu import exits, habits

COMMANDS: Mapping[str, tuple[str, str]] = {
    "due": ("zhidu.commands.due:due", "When a period ends, with the days it skipped."),
    "mask": ("zhidu.commands.mask:mask", "Personal data in a text, masked; what was found and why."),
    "classify": ("zhidu.commands.classify:classify", "What kind of ticket a text makes, and which phrases weighed."),
    "promises": ("zhidu.commands.promises:promises", "The promises in a reply and the instants they mean."),
    "lint": ("zhidu.commands.lint:lint", "What the conduct module says of a reply."),
    "clauses": ("zhidu.commands.clauses:clauses", "Each clause: status, module, rules, settings, rows."),
    "modules": ("zhidu.commands.modules:modules", "Policy modules: their order and conflicts; a new one."),
    "check": ("zhidu.commands.check:check", "Configuration, modules, golden rows, clause coverage."),
    "policy": ("zhidu.commands.policy:policy", "Versions of the policy: diff, publish, approve, log."),
    "explain": ("zhidu.commands.explain:explain", "Why a ticket is as it is: facts, rules, clauses, clocks."),
    "simulate": ("zhidu.commands.simulate:simulate", "The policy over past tickets, as it is or as proposed."),
    "init": ("zhidu.commands.init:init", "A commented configuration to start from."),
    "doctor": ("zhidu.commands.doctor:doctor", "Environment, configuration, store, Zammad; what to do about it."),
    "plan": ("zhidu.commands.plan:plan", "What differs between the modules' needs and Zammad."),
    "apply": ("zhidu.commands.apply:apply", "Zammad made to be what the modules need."),
    "adopt": ("zhidu.commands.adopt:adopt", "Takes older open tickets in, without a burst of messages."),
    "status": ("zhidu.commands.status:status", "What runs, what waits, what is late; the policy in force."),
    "inbox": ("zhidu.commands.inbox:inbox", "Deliveries: waiting, failed, dead; replay."),
    "corrections": ("zhidu.commands.corrections:corrections", "Kinds that agents corrected; what is learnt from them."),
    "finding": ("zhidu.commands.finding:finding", "Departures, with who waived them and why."),
    "vault": ("zhidu.commands.vault:vault", "Sealed originals: seen by two persons' consent, once."),
    "demo": ("zhidu.commands.demo:demo", "A small company's week: the whole product, nothing else installed."),
    "serve": ("zhidu.commands.serve:serve", "The service: HTTP, workers, timetable, in one process."),
    "sandbox": ("zhidu.commands.sandbox:sandbox", "The Zammad-compatible server alone, for trying things out."),
}


_SELDOM: Final = (100_000, 20, 100)
"""When garbage is looked for: what a start loads stays, and to look for it in between takes a fifth of the start."""


class _ReaderGone(Exception):
    """Whoever read our output went away (`zhidu … | head`); click would make the status of a "no" of it."""


class LazyGroup(click.Group):
    """A group whose commands are named in a table: name → (`module:attribute`, one line of help)."""

    def __init__(self, *, table: Mapping[str, tuple[str, str]], **attributes: Any) -> None:
        super().__init__(**attributes)
        self.table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.table:
            return None
        module, _, attribute = self.table[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return habits.give(command)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in self.table and not args[0].startswith("-"):
            from policies.kernel.problems import did_you_mean

            ctx.fail(f"there is no command {args[0]!r}{did_you_mean(args[0], self.table)}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            raise _ReaderGone from None
        return result

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(name, line) for name, (_, line) in self.table.items()]
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)


def _version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from importlib.metadata import version

        click.echo(f"zhidu {version('zhidu')}")
        ctx.exit()


@click.group(
    cls=LazyGroup,
    table=COMMANDS,
    params=habits.options(),
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit status: 0 done, 1 the answer is no, 2 wrong use or configuration, 3 helpdesk or store out of reach.",
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version and exit."
)
def cli() -> None:
    """A customer-service policy made to happen in Zammad, and proved.

    \b
    Example:
      zhidu demo --once
      zhidu due --help
    """


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command line and returns its exit status (see `zhidu.exits`); defects leave as they are, with traceback.

    argv   without the program's name; None: the process's own.
    """
    gc.set_threshold(*_SELDOM)
    try:
        result = cli.main(args=argv, prog_name="zhidu", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return exits.WRONG
    except click.ClickException as error:
        return _wrong(error)
    except (click.Abort, KeyboardInterrupt):
        return exits.INTERRUPTED
    except _ReaderGone:
        # The interpreter flushes stdout once more at its end, which must not fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exits.READER_GONE
    except Exception as error:
        status = exits.status_of(error)
        if status is None:
            raise
        _say(str(error))
        return status
    return result if isinstance(result, int) else exits.DONE


def _wrong(error: click.ClickException) -> int:
    ctx = error.ctx if isinstance(error, click.UsageError) else None
    if ctx is not None:
        click.echo(ctx.get_usage(), err=True)
        click.echo(f"Try '{ctx.command_path} --help' for help.\n", err=True)
    _say(f"Error: {error.format_message()}")
    return exits.WRONG


def _say(text: str) -> None:
    """In red on a terminal; nothing for an error without words."""
    if text:
        click.secho(text, fg="red", err=True)
