"""The ways that the past may have gone at a moment at which nothing is under way.

What matters of them then, where all that comes begins later than all that was has ended, is the state, and the bounds
of the last STOP's moment.
"""

from liverec.checker.moves import KEPT
from liverec.checker.ways import Way, Ways, each, keep
from liverec.checker.zone import NO_END, Zone, at_some_moment, without_stop

Track = tuple[int, int, int]  # the state, and the bounds of the last STOP's moment
Tracks = dict[Track, int]  # with the readings in which it is so
NO_STOP = (-NO_END, NO_END)


def tracks_of(ways: Ways, ended: int) -> Tracks:
    """Return the tracks before operations of which the first one ended then; the last STOP came before it."""
    tracks: Tracks = {}
    for (_, state), way in each(ways):
        zone = at_some_moment(way.zone, completed=ended)
        if zone is not None:
            track = (state, zone.stopped_from, zone.stopped_until if state % 3 == KEPT else NO_END)
            tracks[track] = tracks.get(track, 0) | way.readings
    return tracks


def ways_of(tracks: Tracks, now_from: int) -> Ways:
    """Return the ways, after which nothing happens before *now_from*."""
    ways: Ways = {}
    for (state, stopped_from, stopped_until), readings in tracks.items():
        zone = Zone(stopped_from, stopped_until, now_from, 0) if state % 3 == KEPT else without_stop(now_from)
        keep(ways, (0, state), Way(0, readings, zone))
    return ways


def joined(tracks: Tracks) -> Tracks:
    """Return the tracks, with those made one that differ in bounds alone and leave no gap between."""
    if len(tracks) == 1:
        return tracks
    spans: list[list[int]] = []
    for readings, state, stopped_from, stopped_until in sorted(
        (readings, *track) for track, readings in tracks.items()
    ):
        if spans and spans[-1][:2] == [readings, state] and stopped_from <= spans[-1][3]:
            spans[-1][3] = max(spans[-1][3], stopped_until)
        else:
            spans.append([readings, state, stopped_from, stopped_until])
    united: Tracks = {}
    for readings, state, stopped_from, stopped_until in spans:
        track = (state, stopped_from, stopped_until)
        united[track] = united.get(track, 0) | readings
    return united
