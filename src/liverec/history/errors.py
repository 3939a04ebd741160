"""What the reading of histories refuses."""


class HistoryError(Exception):
    """What was given is no history that can be judged; the message says where, what was expected and what was found."""
