"""Ready-made configurations: Locust takes every option that they hold, and finds the user in them."""

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from liverec.assets import asset
from liverec.profile_file import load_profile
from liverec_process import PATIENCE_S, environment

LOAD = asset("load")
LOCUST = (sys.executable, "-m", "locust")
CONFIGURATIONS = sorted((LOAD / "conf").glob("*.conf"))

pytestmark = pytest.mark.slow


def listed(*arguments: str, cwd: Path = LOAD.parent) -> subprocess.CompletedProcess[str]:
    """Have Locust read its options, and list what it would run instead of running it."""
    return subprocess.run(
        [*LOCUST, *arguments, "--list"],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env=environment(),
        timeout=PATIENCE_S,
    )


def documents(path: Path) -> dict[str, Any]:
    """Return the documents of a manifest by their kind."""
    return {one["kind"]: one for one in yaml.safe_load_all(path.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("path", CONFIGURATIONS, ids=lambda path: path.stem)
def test_a_configuration_is_read(path: Path) -> None:
    read = listed("--config", str(path))

    assert read.returncode == 0, read.stderr
    assert "RecordingUser" in read.stdout


def test_an_option_that_does_not_exist_would_be_noticed(tmp_path: Path) -> None:
    text = CONFIGURATIONS[0].read_text(encoding="utf-8")
    (tmp_path / "wrong.conf").write_text(f"{text}scenarios = many\n", encoding="utf-8")

    assert listed("--config", str(tmp_path / "wrong.conf")).returncode != 0


@pytest.mark.parametrize("service", ["master", "worker"])
def test_the_services_of_compose_call_locust_with_options_that_it_knows(service: str) -> None:
    text = (LOAD / "docker-compose.yml").read_text(encoding="utf-8")
    script = yaml.safe_load(text)["services"][service]["command"][2]
    called = script.partition("exec locust ")[2].replace('"$$(liverec locustfile)"', str(LOAD / "locustfile.py"))

    read = listed(*shlex.split(re.sub(r"\$\$\([^)]*\)", "now", called)))

    assert read.returncode == 0, read.stderr


def test_what_the_operator_mounts_is_a_locustfile_and_a_profile_that_its_options_name(tmp_path: Path) -> None:
    found = documents(LOAD / "kubernetes" / "locusttest.yaml")
    spec = found["LocustTest"]["spec"]
    for name, text in found["ConfigMap"]["data"].items():
        (tmp_path / name).write_text(text, encoding="utf-8")

    read = listed(*shlex.split(spec["args"].replace("/home/locust", str(tmp_path))), cwd=tmp_path)

    assert spec["locustfile"]["configMap"]["name"] == found["ConfigMap"]["metadata"]["name"]
    assert (read.returncode, "RecordingUser" in read.stdout) == (0, True), read.stderr
    assert load_profile(tmp_path / "profile.toml", environ={"CLOUD_SDK_AK": "a", "CLOUD_SDK_SK": "b"}).allow
