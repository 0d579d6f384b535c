"""The policy as the configuration has it, for commands that show it rather than run it."""

from policies.kernel.problems import Problem
from zhidu.habits import Habits
from zhidu.policy import Policy, read_policy
from zhidu.settings import Settings, load_settings


def installed(habits: Habits) -> tuple[Settings, Policy, tuple[Problem, ...]]:
    """The settings, what loaded of the policy, and what is wrong with the rest.

    raises   ConfigErrors – zhidu.yaml itself is wrong
    """
    settings = load_settings(habits.directory)
    config = settings.config
    paths = [settings.path(path) for path in config.modules_path]
    policy, problems = read_policy(habits.directory, enabled=config.modules, modules_path=paths)
    return settings, policy, problems
