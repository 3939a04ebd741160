"""Which ways need not be kept where a piece ends, because another one leads to them at once."""

from liverec.checker.effects import Effects
from liverec.checker.ordering import Ordering
from liverec.checker.underway import Underway
from liverec.checker.ways import Place, Way, Ways
from liverec.checker.zone import Zone


class Spare:
    """Knows a way to be spare if one with fewer effects covers it after the others happen, without consequence.

    Whatever follows the spare way can follow that one too, which is kept: nothing is lost.
    """

    def __init__(self, ordering: Ordering, effects: Effects, underway: Underway) -> None:
        self._ordering = ordering
        self._effects = effects
        self._underway = underway

    def readings(self, ways: Ways, place: Place, way: Way) -> int:
        """Return the readings in which *way* is spare beside *ways*."""
        done, state = place
        spare = 0
        for (fewer, same), listed in ways.items():
            if same == state and fewer != done and not fewer & ~done:
                for known in listed:
                    common = known.readings & way.readings & ~spare
                    # what happens makes its zone no larger
                    if common and not known.used & ~way.used and known.zone.includes(way.zone):
                        spare |= self._covered(known.zone, way.zone, state, done & ~fewer, common)
        return spare

    def _covered(self, known: Zone, zone: Zone, state: int, others: int, readings: int) -> int:
        """Return the readings in which *known* includes *zone* once the *others* have happened, at once."""
        reached = known.between(zone.stopped_from, zone.stopped_until)
        for number in self._underway.left(~others):
            kind = self._ordering.kinds[number]
            move = next((one for one in self._effects.table[kind][state] if one.idle and one.readings & readings), None)
            if move is None or reached is None:
                return 0
            readings &= move.readings
            invoked, completed = self._ordering.invoked[number], self._ordering.completed[number]
            reached = self._effects.zone_after(reached, move, invoked, completed)
        return readings if reached is not None and reached.includes(zone) else 0
