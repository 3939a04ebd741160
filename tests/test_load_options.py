"""The options of a load run: read as they were chosen, refused by name, and where the files go."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

import pytest

from liveload.options import OptionRefused, declare, output_folder, read_settings

OF_LOCUST = {"num_users": 5, "run_time": 20, "headless": True}


class Parser(ArgumentParser):
    """Takes what Locust's parser takes."""

    def add_argument_group(self, *args: Any, **kwargs: Any) -> Any:
        group: Any = super().add_argument_group(*args, **kwargs)
        plain = group.add_argument

        def add_argument(*names: Any, env_var: str, **settings: Any) -> Any:
            assert env_var.startswith("LIVEREC_")
            return plain(*names, **settings)

        group.add_argument = add_argument
        return group


def chosen(*arguments: str, **of_locust: Any) -> Namespace:
    parser = Parser()
    declare(parser)
    return parser.parse_args(arguments, Namespace(**OF_LOCUST | of_locust))


def test_a_target_goes_before_the_host() -> None:
    options = chosen("--target", "mine.toml")

    assert read_settings(options, host="http://127.0.0.1:1").target == "mine.toml"
    assert read_settings(chosen(), host="http://127.0.0.1:1").target == "http://127.0.0.1:1"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("--seed", "-1"),
        ("--rate", "nan"),
        ("--max-seconds", "0"),
        ("--max-operations", "0"),
        ("--latency-limit", "-1"),
        ("--unanswered-limit", "2"),
    ],
)
def test_a_number_out_of_its_range_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(OptionRefused, match=f"{name}: expected a number from"):
        read_settings(chosen(name, value), host="")


def test_a_scenario_that_a_web_form_made_up_is_refused() -> None:
    options = chosen()
    options.scenario = "tango"

    with pytest.raises(OptionRefused, match="no scenario is called 'tango'; there are ping-pong, boundary"):
        read_settings(options, host="")


def test_runs_of_one_web_ui_do_not_meet_in_a_folder(tmp_path: Path) -> None:
    first = read_settings(chosen("--out", str(tmp_path), headless=False), host="")
    assert output_folder(first, "run-1") == tmp_path

    (tmp_path / "worker-0.ndjson").touch()

    assert output_folder(first, "run-2") == tmp_path / "run-2"


def test_without_a_name_each_run_has_a_folder_of_its_own() -> None:
    settings = read_settings(chosen(), host="")

    assert output_folder(settings, "run-1") != output_folder(settings, "run-2")
