"""What the page asks of the recording itself: START and STOP, the wait between them, and one way of reading both."""

from liverec.requirements.requirement import Source, harness, must, on_page

_RECORDING = (
    "recording/start",
    "recording/stop",
    "recording/specific-stream",
    "recording/interruption",
    "recording/short-interruption",
    "recording/no-resume",
)
_RESTART = ("restart/too-soon", "restart/after-interval", "restart/same-stream")

BEHAVIOUR_ROWS = (
    must(
        "recording/start",
        "START of a pushed stream that is idle and outside every restart interval is accepted, and the stream is"
        " recording afterwards.",
        on_page("Table 2, action, START"),
        "recording/specific-stream",
        "restart/same-stream",
        "authentication/token",
        "authentication/signature",
        "status/200",
        "http/whole-body",
        "http/answered",
    ),
    must(
        "recording/stop",
        "STOP of a recording stream is accepted, and the recording has ended afterwards.",
        on_page("Table 2, action, STOP"),
        "recording/start",
        "status/200",
        "http/answered",
    ),
    must(
        "recording/specific-stream",
        "A command is about one stream and changes no other, not even one that differs in a single part of its name.",
        on_page("Function; Table 2, action, STOP"),
        "http/own-answer",
    ),
    must(
        "recording/interruption",
        "When the push is interrupted for longer than the threshold, the recording ends.",
        on_page("Table 2, action, START"),
        "recording/start",
        "recording/stop",
    ),
    must(
        "recording/short-interruption",
        "An interruption of the push that stays below the threshold does not end the recording.",
        on_page("Table 2, action, START"),
        "recording/start",
        "recording/stop",
    ),
    must(
        "recording/no-resume",
        "After an interruption has ended a recording, a resumed push does not begin it again by itself.",
        on_page("Table 2, action, START"),
        "recording/interruption",
    ),
    must(
        "restart/too-soon",
        "START of a stream is not accepted until more than the restart interval (ten seconds on the page) has passed"
        " since its STOP took effect.",
        on_page("Table 2, action"),
        "recording/start",
        "recording/stop",
    ),
    must(
        "restart/after-interval",
        "START of a stream more than the restart interval after its STOP is not refused on account of that STOP.",
        on_page("Table 2, action"),
        "recording/start",
        "recording/stop",
        "status/no-effect",
    ),
    must(
        "restart/same-stream",
        "The restart interval concerns the stream that was stopped; every other stream may be started at once.",
        on_page("Table 2, action"),
        "recording/specific-stream",
    ),
    harness(
        "consistency/one-reading",
        "Where the page leaves a choice, the service makes the same choice every time: one reading explains all of its"
        " answers, also to commands that race.",
        Source(page="liverec", place="one reading"),
        *_RECORDING,
        *_RESTART,
        "status/no-effect",
    ),
)
