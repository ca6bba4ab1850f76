"""Working time between two moments, from work intervals that were read once. Plain Python."""

from bisect import bisect_left, bisect_right
from datetime import timedelta
from itertools import accumulate


class WorkingTime:
    """Sums of working seconds over sorted, disjoint intervals.

    :param intervals: iterable of (start, stop), comparable moments, in order
    """

    def __init__(self, intervals):
        pairs = [(start, stop) for start, stop in intervals]
        self._starts = [start for start, _stop in pairs]
        self._stops = [stop for _start, stop in pairs]
        lengths = [(stop - start).total_seconds() for start, stop in pairs]
        self._before = [0.0, *accumulate(lengths)]

    def _until(self, moment):
        """Return the working seconds before ``moment``."""
        index = bisect_right(self._starts, moment)
        if not index:
            return 0.0
        last = index - 1
        end = min(moment, self._stops[last])
        return self._before[last] + (end - self._starts[last]).total_seconds()

    def seconds(self, start, stop):
        """Return the working seconds from ``start`` to ``stop``; 0 when ``stop`` is not later."""
        return max(0.0, self._until(stop) - self._until(start))

    def shift(self, moment, seconds):
        """Return when ``seconds`` of working time after ``moment`` have passed; negative: before it.

        :return: a moment, or None when the intervals do not reach so far
        """
        if not seconds:
            return moment
        target = self._until(moment) + seconds
        if not 0 <= target <= self._before[-1]:
            return None
        find = bisect_left if seconds > 0 else bisect_right
        index = min(max(find(self._before, target) - 1, 0), len(self._starts) - 1)
        return self._starts[index] + timedelta(seconds=target - self._before[index])
