"""Moments as the tax organisation counts them: Unix milliseconds, and the day of Tehran."""

from datetime import datetime, time, timedelta, timezone

# Iran has no summer time since 1401; older dates are never sent
TEHRAN = timezone(timedelta(hours=3, minutes=30))


def milliseconds(moment):
    """Return an aware datetime as Unix milliseconds."""
    return int(moment.timestamp() * 1000)


def issue_moment(date, now):
    """Return when something of a date happened: now if it is of today in Tehran, else noon of its day there."""
    if date == now.astimezone(TEHRAN).date():
        return now
    return datetime.combine(date, time(12), TEHRAN)
