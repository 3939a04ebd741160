"""The wiring: which of Locust's events lead to what, in a master, in a worker, and in one process that is both."""

import logging
import os
import re
import signal
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from pathlib import Path
from time import time
from typing import Any

import gevent
from locust import events
from locust.env import Environment
from locust.runners import STATE_RUNNING, STATE_SPAWNING, LocalRunner, MasterRunner, WorkerRunner
from locust.web import WebUI

from liveload.crew import Crew, LocalCrew, RemoteCrew
from liveload.exit_code import LoadExit
from liveload.leader import Leader, guarded
from liveload.load_report import with_section
from liveload.mail import answer_mail, tell_time
from liveload.observer import AnswerOverdue, RequirementBroken
from liveload.options import OptionRefused, Settings, declare, read_settings
from liveload.parcel import part
from liveload.plan import plan_of
from liveload.scenarios import SCENARIOS
from liveload.station import Station
from liveload.user import RecordingUser
from liveload.web import LoginMissing, install, loopback_by_default
from liverec.profile_file import ProfileError
from liverec.report.atomic_file import write_whole
from liverec.target import TargetRefused

__all__ = ["RecordingUser"]

logger = logging.getLogger("liverec")
_MASTER_LOST_S = 10  # without a heartbeat
_OURS = f"{RequirementBroken.__name__}|{AnswerOverdue.__name__}"


def listen(hook: Any, listener: Callable[[], None]) -> None:
    """Have *listener* called whenever the event comes; what Locust tells with it is not needed."""

    def called(**_: Any) -> None:
        listener()

    hook.add_listener(called)


def _declare(parser: ArgumentParser, **_: Any) -> None:
    declare(parser)
    loopback_by_default(parser)


def _begin_process(environment: Environment, runner: Any, web_ui: WebUI | None, **_: Any) -> None:
    if isinstance(runner, WorkerRunner):
        _Follower(environment, runner)
        return
    _defaults(environment)
    _Lead(environment, runner, web_ui)


def _settings(environment: Environment) -> Settings:
    assert environment.parsed_options is not None, "Locust parses its options first"
    return read_settings(environment.parsed_options, host=environment.host)


def _defaults(environment: Environment) -> None:
    """Take the scenario's own users and length where none were given; refuse now what can be refused now."""
    options = environment.parsed_options
    assert options is not None, "Locust parses its options first"
    scenario = SCENARIOS[options.scenario]
    options.num_users = options.num_users or scenario.users
    options.spawn_rate = options.spawn_rate or scenario.spawn_rate
    if options.headless:
        options.run_time = options.run_time or scenario.seconds
        try:
            guarded(_settings(environment))
        except (OptionRefused, TargetRefused, ProfileError) as refused:
            logger.error("refused: %s", refused)  # noqa: TRY400  # a user's mistake needs no traceback
            raise SystemExit(int(LoadExit.REFUSED)) from None


class _Lead:
    """The master, or the one process that is master and worker."""

    def __init__(self, environment: Environment, runner: LocalRunner | MasterRunner, web_ui: WebUI | None) -> None:
        self._environment = environment
        self._runner = runner
        self._leader = Leader(
            self._crew(environment, runner),
            settings=lambda: _settings(environment),
            end=self._end,
            locust_failures=self._failures_of_locust,
        )
        listen(environment.events.test_start, self._leader.begin)
        listen(environment.events.test_stopping, self._leader.drain)
        listen(environment.events.test_stop, self._leader.conclude)
        # registered after the runner's own, and the event runs backwards: this comes first, and _quit last
        listen(environment.events.quitting, self._signalled)
        _LAST.append(self._quit)
        listen(environment.events.quit, self._extend_html)
        if web_ui is not None:
            self._install(web_ui)

    def _install(self, web_ui: WebUI) -> None:
        options: Any = self._environment.parsed_options
        try:
            install(web_ui, options, self._leader.state)
        except LoginMissing as missing:
            logger.error("refused: %s", missing)  # noqa: TRY400  # a user's mistake needs no traceback
            raise SystemExit(int(LoadExit.REFUSED)) from None

    def _extend_html(self) -> None:
        """Put a section into the page that --html asked Locust for; by now it is written."""
        options = self._environment.parsed_options
        page = Path(options.html_file) if options is not None and options.html_file else None
        if page is not None and page.exists() and self._leader.report is not None:
            write_whole(page, with_section(page.read_text(encoding="utf-8"), self._leader.report))

    def _crew(self, environment: Environment, runner: LocalRunner | MasterRunner) -> Crew:
        if isinstance(runner, MasterRunner):
            return RemoteCrew(runner, abort=self._abort)
        RecordingUser.station = Station(environment, allow=_settings(environment).allow, abort=self._abort)
        return LocalCrew(RecordingUser.station)

    def _abort(self, why: str) -> None:
        self._leader.abort(why)

    def _end(self) -> None:
        assert self._environment.parsed_options is not None, "Locust parses its options first"
        if self._environment.parsed_options.headless:
            self._runner.quit()
        else:
            self._runner.stop()

    def _signalled(self) -> None:
        """Note that Locust ends although nobody ended the run: Ctrl-C or SIGTERM."""
        if self._runner.state in {STATE_RUNNING, STATE_SPAWNING}:
            self._leader.ended_by_operator()
            self._runner.quit()

    def _quit(self) -> None:
        self._leader.join()
        if self._leader.exit_code is not None:
            self._environment.process_exit_code = self._leader.exit_code

    def _failures_of_locust(self) -> int:
        """Count what Locust calls failures, but for those that we told it of."""
        # an exception in this process, its repr if it came from a worker
        errors = [error for error in self._runner.errors.values() if not re.search(_OURS, repr(error.error))]
        return sum(error.occurrences for error in errors) + len(self._runner.exceptions)


_LAST: list[Callable[[], None]] = []


def _quitting(**_: Any) -> None:
    """Run last of all: by now the run has been ended, whoever ended it, and the exit code is about to be read."""
    for last in _LAST:
        last()


class _Follower:
    """A worker process: does what the master's messages say."""

    def __init__(self, environment: Environment, runner: WorkerRunner) -> None:
        self._runner = runner
        self._station = Station(
            environment,
            allow=_settings(environment).allow,
            abort=lambda why: runner.send_message("liverec_abort", {"why": why}),
        )
        RecordingUser.station = self._station
        self._history = Path(os.devnull)  # of the run that has ended
        locust: Any = runner  # its messages have no types
        answer_mail(runner, {"time": tell_time, "plan": self._on_plan, "part": self._on_part})
        locust.register_message("liverec_drain", self._on_drain, concurrent=True)
        hook: Any = environment.events.report_to_master
        hook.add_listener(self._report)
        listen(environment.events.test_stopping, self._drain)
        listen(environment.events.quitting, self._drain)
        options: Any = environment.parsed_options
        # Ctrl-C in a terminal reaches a master's own workers, too; the first time it is the master who says when to end
        self._patience = int(bool(options.processes) and "--worker" not in sys.argv)
        gevent.signal_handler(signal.SIGINT, self._interrupted)
        gevent.spawn(self._watch_master, os.getppid())

    def _interrupted(self) -> None:
        if self._patience > 0:
            self._patience -= 1
            return
        self._drain()
        self._runner.quit()

    def _on_plan(self, question: Mapping[str, Any]) -> Mapping[str, Any]:
        return self._station.begin(plan_of(question)).as_message()

    def _on_part(self, question: Mapping[str, Any]) -> Mapping[str, Any]:
        return part(self._history, question["begin"])

    def _on_drain(self, **_: Any) -> None:
        self._drain()

    def _report(self, data: dict[str, Any], **_: Any) -> None:
        report = self._station.take_report()
        if report is not None:
            data["liverec"] = report

    def _drain(self) -> None:
        final = self._station.drain()
        report = self._station.take_report()
        if final is not None and report is not None:
            self._history = Path(final.file)
            self._runner.send_message("liverec_final", {"final": final.as_message(), "tally": report})
            self._station.dismiss()

    def _watch_master(self, parent: int) -> None:
        """End in order when the master is gone: nobody else would say so for a minute."""
        while True:
            gevent.sleep(1)
            heard = self._runner.last_heartbeat_timestamp
            if os.getppid() != parent or (heard and time() - heard > _MASTER_LOST_S):
                logger.error("the master is gone: stopping what is recording, and ending")
                self._station.drain()
                self._runner.quit()
                os._exit(int(LoadExit.INCOMPLETE))


def _register(locust_events: Any) -> None:
    """Register with Locust, whose events have no types."""
    locust_events.init_command_line_parser.add_listener(_declare)
    locust_events.init.add_listener(_begin_process)
    locust_events.quitting.add_listener(_quitting)


_register(events)
