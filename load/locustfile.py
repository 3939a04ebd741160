"""Load that also judges. Try: locust -f load/locustfile.py --host http://127.0.0.1:8080 (see load/README.md)."""

import sys

from liverec.assets import asset

sys.path.insert(0, str(asset("load")))  # a worker that gets this file from its master has no folder beside it

from liveload.lifecycle import RecordingUser

__all__ = ["RecordingUser"]
