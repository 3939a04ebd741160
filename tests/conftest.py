"""What holds for every test."""

import signal

pytest_plugins = ["pytester"]

# A shell has what it runs in the background ignore Ctrl-C, and children inherit that: tests send it to theirs.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
