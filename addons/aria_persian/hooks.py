from .search import create_search_functions, drop_search_functions


def pre_init_hook(env):
    """Make the functions of searches before the first index needs them."""
    create_search_functions(env.cr)


def uninstall_hook(env):
    """Take the functions and the indexes that stand on them along."""
    drop_search_functions(env.cr)
