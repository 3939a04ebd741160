"""The ways in which the past may have gone, sorted by what they have in common."""

from collections.abc import Iterator
from typing import NamedTuple

from liverec.checker.zone import Zone

# the answered operations that are done although they have not ended (bits), and the state
Place = tuple[int, int]


class Way(NamedTuple):
    """What sets apart ways at one place: lost calls that were used (bits), readings that explain it, and times."""

    used: int
    readings: int
    zone: Zone

    def covers(self, other: "Way") -> bool:
        """Whether this way allows all that *other* allows, in the readings they share."""
        return self.used & ~other.used == 0 and self.zone.includes(other.zone)


Ways = dict[Place, list[Way]]


def keep(ways: Ways, place: Place, way: Way) -> Way | None:
    """Add *way* in the readings in which no other one covers it; return it as it was added, None if it was not."""
    listed = ways.get(place)
    if listed is None:
        ways[place] = [way]
        return way
    readings = way.readings
    for known in listed:
        if readings & known.readings and known.covers(way):
            readings &= ~known.readings
            if not readings:
                return None
    if readings != way.readings:
        way = way._replace(readings=readings)
    listed[:] = [known for known in listed if known.readings & ~readings or not way.covers(known)]
    listed.append(way)
    return way


def each(ways: Ways) -> Iterator[tuple[Place, Way]]:
    """Yield every way with its place."""
    for place, listed in ways.items():
        for way in listed:
            yield place, way


def readings_of(ways: Ways) -> int:
    """Return the readings in which any way is left."""
    readings = 0
    for listed in ways.values():
        for way in listed:
            readings |= way.readings
    return readings


def settle(listed: list[Way], now_from: int) -> list[Way]:
    """Unite what is one way but for the moment of the STOP, or for the readings; nothing happens before *now_from*."""
    united: list[Way] = []
    for way in listed:
        one = way._replace(zone=way.zone.settled(now_from))
        position = 0
        while position < len(united):
            union = _union(united[position], one)
            if union is None:
                position += 1
            else:
                one = union
                del united[position]
                position = 0
        united.append(one)
    return united


def _union(one: Way, other: Way) -> Way | None:
    if one.used != other.used:
        return None
    if one.zone == other.zone:
        return one._replace(readings=one.readings | other.readings)
    if one.readings != other.readings:
        return None
    zone = one.zone.joined(other.zone)
    return None if zone is None else one._replace(zone=zone)
