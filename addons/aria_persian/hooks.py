from .search import create_search_function, drop_search_function


def pre_init_hook(env):
    """Make the function of searches before the first index needs it."""
    create_search_function(env.cr)


def uninstall_hook(env):
    """Take the function and the indexes that stand on it along."""
    drop_search_function(env.cr)
