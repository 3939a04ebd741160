"""Whether the checker and brute force come to the same result."""

from dataclasses import asdict, replace

from brute_force import Reading, explaining_readings, is_or_becomes, unexplained_streams, verdict
from liverec.checker import CheckResult
from liverec.history import History


def agrees(history: History, result: CheckResult) -> bool:
    """Tell whether brute force finds the same verdict, the same dialects and the same streams to be broken."""
    readings, unexplained = explaining_readings(history), unexplained_streams(history)
    listed = {Reading(**asdict(dialect)) for dialect in result.dialects}
    beyond_the_page = {stream for found in result.findings if found.page_alone == "broken" for stream in found.streams}
    rest = [one for one in history.operations if one.stream not in unexplained]
    contradicting = bool(rest) and not explaining_readings(replace(history, operations=tuple(rest)))
    return (
        result.verdict == verdict(history)
        and beyond_the_page == set(unexplained)
        and any(found.page_alone == "kept" for found in result.findings) is contradicting
        and listed <= readings
        and (not listed or all(any(is_or_becomes(one, other) for one in listed) for other in readings))
    )
