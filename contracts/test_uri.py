"""URI: POST /v1/{project_id}/record/control, and Table 1."""

import pytest

from liverec.command import command_path
from liverec.conformance.ledger import Kind
from liverec.conformance.refusals import differing, must_all_be_refused
from liverec.conformance.trial import Trial

NOBODYS = "f" * 32


@pytest.mark.requirement("uri/project-id", "status/no-effect")
def test_project_that_nobody_has_is_refused(trial: Trial) -> None:
    proof = {"credentials": trial.client.credential_kinds[0]}  # a token, if there is one: it names no project
    must_all_be_refused(
        trial,
        "uri/project-id",
        {
            "under the project {project_id}": differing(project_id="{project_id}"),
            "under the project no-such-project": differing(project_id="no-such-project"),
            "under a longer project": lambda _, stream: {**proof, "project_id": f"{stream.project_id}0"},
            "under a shorter project": lambda _, stream: {**proof, "project_id": stream.project_id[:-1]},
            "under the beginning of a project": lambda _, stream: {**proof, "project_id": stream.project_id[:8]},
        },
        kind=Kind.STRANGER,
    )


@pytest.mark.requirement("uri/foreign-project", "status/no-effect")
def test_credentials_do_not_serve_another_project(trial: Trial) -> None:
    elsewhere = command_path(trial.document, NOBODYS)
    wrong = {
        f"under another project with a {kind}": differing(credentials=kind, project_id=NOBODYS)
        for kind in trial.client.credential_kinds
    }
    wrong["under a project with another last digit"] = lambda _, stream: {
        "credentials": trial.client.credential_kinds[0],
        "project_id": f"{stream.project_id[:-1]}{'1' if stream.project_id[-1] == '0' else '0'}",
    }
    if "signature" in trial.client.credential_kinds:
        wrong["signed under another project, with its own in X-Project-Id"] = differing(
            credentials="signature", path=elsewhere
        )
        wrong["signed under another project, without X-Project-Id"] = differing(
            credentials="signature", path=elsewhere, headers={"X-Project-Id": None}
        )

    must_all_be_refused(trial, "uri/foreign-project", wrong, kind=Kind.STRANGER, answer="open/foreign-project-answer")
