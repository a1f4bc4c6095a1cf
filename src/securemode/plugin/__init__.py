"""The pytest plug-in: `conftest.py` loads it and the step modules, nothing else.

Data flows one way: `options` and `session` read the command line and the environment, `collector`
and `guards` the features, `planning` what they will ask, `fixtures` makes the set-ups and the
observations, `ledger` takes down verdicts, `outcomes` writes the record.
"""

pytest_plugins = [
    "securemode.plugin.options",
    "securemode.plugin.session",
    "securemode.plugin.collector",
    "securemode.plugin.step_lookup",
    "securemode.plugin.tags",
    "securemode.plugin.fixtures",
    "securemode.plugin.baseline",
    "securemode.plugin.rejudging",
    "securemode.plugin.outcomes",
    "securemode.plugin.setups",
    "securemode.plugin.plan_only",
    "securemode.setups.fixtures",
]
