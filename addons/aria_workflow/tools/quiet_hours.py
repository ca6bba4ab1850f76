"""When somebody may be told something: outside quiet hours and days off. Plain Python."""

from datetime import datetime, time, timedelta

SEARCHED_DAYS = 60


def to_time(hour):
    """Return the clock time of a decimal hour, 7.5 for half past seven."""
    minutes = round(hour * 60) % (24 * 60)
    return time(minutes // 60, minutes % 60)


def is_quiet(clock, start, stop):
    """Return whether the clock time lies in [start, stop), which may reach over midnight."""
    if start == stop:
        return False
    if start < stop:
        return start <= clock < stop
    return clock >= start or clock < stop


def next_moment(local, start, stop, is_day_off):
    """Return the first moment, from the naive local datetime ``local`` on, that is neither quiet nor off.

    :param time start: begin of the quiet hours
    :param time stop: their end; equal to ``start``: there are none
    :param is_day_off: callable of a date
    """
    for _day in range(SEARCHED_DAYS):
        if is_day_off(local.date()):
            local = datetime.combine(local.date() + timedelta(days=1), time.min)
        elif is_quiet(local.time(), start, stop):
            passed = local.time() >= stop
            local = datetime.combine(local.date() + timedelta(days=passed), stop)
        else:
            break
    return local
