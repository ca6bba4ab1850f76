"""The private token with which the addon writes what no user may: states, numbers, the log of submissions.

It is compared by identity: nothing that arrives over RPC, in a context or an import can equal it.
"""

TOKEN = object()
CONTEXT_KEY = "aria_moadian_token"


def holds_token(env):
    """Return whether the environment was opened by the addon itself."""
    return env.context.get(CONTEXT_KEY) is TOKEN


def with_token(records):
    """Return ``records`` as superuser, for writes of the addon itself."""
    # sudo: the addon writes what no user may; its callers have checked the rights
    return records.sudo().with_context(**{CONTEXT_KEY: TOKEN})
