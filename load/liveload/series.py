"""How a run went over time: throughput and latency percentiles, second by second or in longer steps."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

from liveload.tally import Latencies

SHARES = (0.5, 0.95, 0.99)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What came back within a stretch of the run that begins at ``second``.

    ``rate`` is answers a second; ``latency_ms`` holds the percentiles of SHARES, None where nothing came.
    """

    second: int
    rate: float
    latency_ms: tuple[float | None, ...]


def percentiles(latencies: Latencies, shares: Sequence[float] = SHARES) -> tuple[float | None, ...]:
    """Return what ``Latencies.percentile`` says for each of the ascending *shares*, in one pass; milliseconds."""
    total = latencies.buckets.total()
    found: list[float | None] = []
    seen = 0
    for bucket, count in sorted(latencies.buckets.items()):
        seen += count
        while len(found) < len(shares) and seen >= shares[len(found)] * total:
            found.append(bucket / 1000)
    return (*found, *[None] * (len(shares) - len(found)))


def points(per_second: Mapping[int, Latencies], *, since: int = 0, most: int = 300) -> tuple[Point, ...]:
    """Return points from second *since* to the last one counted, a stall included: a second without answers is one.

    If that would be more than *most*, each point stands for several seconds.
    """
    if not per_second:
        return ()
    last = max(per_second)
    step = max(1, ceil((last + 1 - since) / most))
    return tuple(_point(per_second, second, min(step, last + 1 - second)) for second in range(since, last + 1, step))


def _point(per_second: Mapping[int, Latencies], second: int, width: int) -> Point:
    buckets: Counter[int] = Counter()
    for each in range(second, second + width):
        if (latencies := per_second.get(each)) is not None:
            buckets.update(latencies.buckets)
    return Point(second=second, rate=buckets.total() / width, latency_ms=percentiles(Latencies(buckets)))
