"""Contention: many users command few streams at the same moments, so that STARTs and STOPs race."""

from liveload.scenarios import coverage
from liveload.scenarios.scenario import Actor, Scenario, Sharing
from liverec.clock import NANOSECONDS
from liverec.history import Action

_SLOT_NS = NANOSECONDS // 5
_BUSY_NS = 3 * NANOSECONDS // 2
_GROUP = 6  # users that meet at one stream in one slot


def play(actor: Actor) -> None:
    """Meet some others at a stream, slot after slot, and send START or STOP."""
    streams = actor.streams()
    period = actor.interval_ns + _BUSY_NS
    while True:
        slot = actor.now() // _SLOT_NS + 1
        actor.sleep_until(slot * _SLOT_NS)
        # each stream is left alone for longer than the interval, so that it can be restarted in every dialect
        busy = [
            stream
            for number, stream in enumerate(streams)
            if (slot * _SLOT_NS + number * period // len(streams)) % period < _BUSY_NS
        ]
        if busy:
            stream = busy[(slot + actor.number // _GROUP) % len(busy)]
            actor.command(actor.random.choice((Action.START, Action.STOP)), stream)


SCENARIO = Scenario(
    name="contention",
    summary="many users race for a few streams",
    play=play,
    sharing=Sharing.EVERYBODY,
    conditions=(
        coverage.at_least(
            coverage.OVERLAP, per_user=4, advice="take 10 users or more, and let them run for 15 s or longer"
        ),
    ),
    users=18,
    spawn_rate=18,
    seconds=25,
    streams=24,
)
