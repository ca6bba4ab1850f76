"""Sentences that are kept and read later, by people of either language: each in Persian and in English."""

from odoo.exceptions import UserError

LANGUAGES = (("fa", "fa_IR"), ("en", "en_US"))


def in_both(env, tell):
    """Return ``{"fa": …, "en": …}`` of a sentence.

    :param tell: function of an environment that returns the sentence in its language
    """
    return {name: tell(env(context={**env.context, "lang": lang})) for name, lang in LANGUAGES}


class Told(UserError):
    """A refusal that may be kept with a record: ``fa`` and ``en``, beside the text in the user's own language."""

    def __init__(self, env, tell):
        # EXTENDS 'odoo'
        super().__init__(tell(env))
        texts = in_both(env, tell)
        self.fa, self.en = texts["fa"], texts["en"]


class Unfit(Exception):
    """An invoice that cannot be put into the form at all; ``fa`` and ``en`` say why, ``path`` where."""

    def __init__(self, env, tell, path=""):
        # EXTENDS 'Exception'
        texts = in_both(env, tell)
        super().__init__(texts["en"])
        self.fa, self.en, self.path = texts["fa"], texts["en"], path
