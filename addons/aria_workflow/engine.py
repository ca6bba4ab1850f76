"""The private token that opens the engine's fields and append-only tables.

It is compared by identity: nothing that arrives over RPC, in a context or an import can equal it.
Only :class:`aria.engine.mixin` and :class:`aria.append.only.mixin` look at it.
"""

TOKEN = object()
CONTEXT_KEY = "aria_engine_token"


def holds_token(env):
    """Return whether the environment was opened by the engine itself."""
    return env.context.get(CONTEXT_KEY) is TOKEN


def with_token(records):
    """Return ``records`` as superuser, for one write or create of the engine."""
    # sudo: the engine writes what no user may; its callers have checked the rights
    return records.sudo().with_context(**{CONTEXT_KEY: TOKEN})


def without_token(records):
    """Return ``records`` with the token taken out of the context, so that nothing below inherits it."""
    return without_context(records, lambda key: key == CONTEXT_KEY)


def without_context(records, drops):
    """Return ``records`` with those keys of the context taken out for which ``drops(key)`` holds."""
    kept = {key: value for key, value in records.env.context.items() if not drops(key)}
    return records.with_context(kept)  # pylint: disable=context-overridden
