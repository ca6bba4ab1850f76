from . import snooze
