"""URI: POST /v1/{project_id}/record/control, and Table 1."""

import pytest

from liverec.conformance.ledger import Kind
from liverec.conformance.trial import Trial
from liverec.conformance.verdicts import answered, must_be_refused
from liverec.history import Action

NOBODYS = "f" * 32


@pytest.mark.requirement("uri/project-id")
@pytest.mark.parametrize("project_id", ["{project_id}", "no-such-project"])
def test_project_that_nobody_has_is_refused(trial: Trial, project_id: str) -> None:
    stream = trial.streams.recordable()
    exchange = trial.variant(Kind.STRANGER, Action.START, stream, project_id=project_id)

    must_be_refused("uri/project-id", f"a START under project {project_id}", exchange)


@pytest.mark.requirement("uri/foreign-project")
def test_credentials_do_not_serve_another_project(trial: Trial) -> None:
    stream = trial.streams.recordable()
    exchange = trial.variant(Kind.STRANGER, Action.START, stream, project_id=NOBODYS)
    trial.observe("open/foreign-project-answer", answered(exchange), exchange)

    must_be_refused("uri/foreign-project", "a START under another project", exchange)
