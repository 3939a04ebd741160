"""A load run's verdict in words: what it means, and what to do about it."""

from collections.abc import Mapping
from dataclasses import dataclass

from liveload.phase import Phase
from liverec.report.text import counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """What stands on top; ``tone`` is the colour: kept, broken, undecided, error, running or idle."""

    title: str
    sentence: str
    advice: str
    tone: str


# By exit code, as the design fixes them.
_ENDS: Mapping[int, Headline] = {
    0: Headline(
        title="The contract is kept",
        sentence="Every answer in the histories can be explained by one reading of the page.",
        advice="Nothing to do. The histories below can be judged again at any time, without the target.",
        tone="kept",
    ),
    1: Headline(
        title="Kept, but requests failed",
        sentence="The histories keep the contract; Locust counted failures all the same.",
        advice="Look at the Failures tab: what failed there is not judged by the contract.",
        tone="undecided",
    ),
    10: Headline(
        title="The contract is broken",
        sentence="The histories hold answers that no single reading of the page explains.",
        advice="Begin with the first finding: its operations are the fewest that contradict one another, and their "
        "request ids lead to the server's own logs.",
        tone="broken",
    ),
    11: Headline(
        title="The history is incomplete",
        sentence="Something that happened was not recorded, so nothing can be called kept.",
        advice="See which worker's history breaks off, let every worker reach its end, and run again.",
        tone="undecided",
    ),
    12: Headline(
        title="Inconclusive",
        sentence="The run did not exercise what its scenario is for.",
        advice="Meet the conditions below: usually more users, more streams or a longer run.",
        tone="undecided",
    ),
    13: Headline(
        title="The load was not delivered",
        sentence="Commands left too late or not at all, so this was not the load that was asked for.",
        advice="Give the generator more workers or processor time, or ask for a lower rate.",
        tone="undecided",
    ),
    14: Headline(
        title="Beyond a threshold",
        sentence="The contract is kept, but latency or failures went beyond what was allowed.",
        advice="Compare the percentiles over time with what the target was doing then.",
        tone="broken",
    ),
    64: Headline(
        title="Refused",
        sentence="The run was not begun: its target or its options are not allowed.",
        advice="Follow the reason above; nothing was sent.",
        tone="error",
    ),
    70: Headline(
        title="The harness failed",
        sentence="This says nothing about the target.",
        advice="See the reason and the log; the histories up to that moment are intact.",
        tone="error",
    ),
    130: Headline(
        title="Ended by the operator",
        sentence="The run was cut short, so its histories are judged only as far as they reach.",
        advice="Run again to the end for a verdict.",
        tone="undecided",
    ),
}
_UNKNOWN_END = Headline(
    title="Ended without a verdict",
    sentence="The run ended in a way that has no name.",
    advice="See the log.",
    tone="error",
)
_UNDER_WAY: Mapping[Phase, tuple[str, str]] = {
    Phase.RUNNING: ("Running", "No answer has broken the contract so far; the histories are judged at the end."),
    Phase.DRAINING: ("Draining", "No new commands are sent; those under way are waited for."),
    Phase.JUDGING: ("Judging", "The load is over; the histories are being judged."),
}


def headline(phase: Phase, exit_code: int | None, broken: Mapping[str, int]) -> Headline:
    """Say where a run stands; *broken* counts what was seen broken while it ran, by requirement."""
    if phase is Phase.READY:
        return Headline(
            title="Ready",
            sentence="Nothing has run yet. Once a run begins, this page follows it by itself.",
            advice="",
            tone="idle",
        )
    if phase is Phase.ENDED:
        return _UNKNOWN_END if exit_code is None else _ENDS.get(exit_code, _UNKNOWN_END)
    title, sentence = _UNDER_WAY[phase]
    if not any(broken.values()):
        return Headline(title=title, sentence=sentence, advice="", tone="running")
    worst = ", ".join(f"{name} ({number})" for name, number in sorted(broken.items(), key=lambda item: -item[1]))
    return Headline(
        title=f"{title}, and broken already",
        sentence=f"{counted(sum(broken.values()), 'answer')} broke the contract: {worst}.",
        advice="The run goes on; the histories are judged at the end.",
        tone="broken",
    )
