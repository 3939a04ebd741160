"""What this group installs and builds: every thing in a folder of its own below ``.interop``, made once."""

import fcntl
import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "openapi" / "record-control.yaml"
CACHE = ROOT / ".interop"
JAVA = ("java", "-XX:TieredStopAtLevel=1")  # short runs: the second compiler would cost more than it gains
# no lock file: manifests name exact versions
NPM_INSTALL = ("npm", "install", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
MAVEN = ("mvn", "-B", "-ntp", "-q")
MAVEN_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1"
JAVAC = ("javac", "-version")  # a step of its own, so that a machine without it is told from one where it fails
# the jars that a pom.xml names, as the text of a class path
MAVEN_CLASSPATH = (*MAVEN, f"{MAVEN_PLUGIN}:build-classpath", "-Dmdep.outputFile=classpath.txt")
PATIENCE_S = 540.0
_TOLD = 3000

Command = Sequence[str]
# the fixtures ``installs``, of a name, sources and steps, and ``generates``, of a language, a folder and options
Installs = Callable[[str, Mapping[str, Path], Sequence[Command]], Path]
Generates = Callable[..., Command]


class InstallationError(Exception):
    """A step failed although its program is there; the message says which, and what it printed last."""


def installed(
    name: str,
    sources: Mapping[str, Path],
    steps: Sequence[Command],
    *,
    announce: Callable[[str], None],
) -> Path:
    """Return the folder in which *sources* (by the name that they get there) were copied and *steps* run.

    It is made anew when sources or steps have changed (all versions stand there), or Python, or its place.

    Raises:
        InstallationError: a step failed.
    """
    folder = CACHE / f"{name}-{_key(sources, steps)}"
    ready = folder / ".ready"
    with locked(name):
        if not ready.exists():
            for old in CACHE.glob(f"{name}-{'[0-9a-f]' * 12}"):
                shutil.rmtree(old)
            folder.mkdir()
            for target, source in sources.items():
                (folder / target).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, folder / target)
            announce(f"setting up {name} with {', '.join(dict.fromkeys(Path(step[0]).name for step in steps))} ...")
            began = time.monotonic()
            for step in steps:
                run_step(step, folder)
            announce(f"{name} ready after {time.monotonic() - began:.0f} s")
            ready.touch()
    return folder


def run_step(step: Command, folder: Path) -> None:
    """Run one command in *folder*, while no other step of the same program runs.

    Raises:
        InstallationError: it failed.
    """
    with locked(Path(step[0]).name):
        ended = subprocess.run(
            step,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
            env=os.environ | _caches(),
            timeout=PATIENCE_S,
        )
    if ended.returncode:
        raise InstallationError(
            f"`{shlex.join(step)}` ended with {ended.returncode}; what it said last:\n{ended.stdout[-_TOLD:]}"
        )


def _caches() -> dict[str, str]:
    return {
        "MAVEN_OPTS": f"{JAVA[1]} -Dmaven.repo.local={CACHE / 'maven'}",
        "GOMODCACHE": str(CACHE / "go" / "modules"),
        "GOCACHE": str(CACHE / "go" / "build"),
        # or `make clean` could not remove what Go has downloaded
        "GOFLAGS": "-modcacherw -buildvcs=false",
    }


def _key(sources: Mapping[str, Path], steps: Sequence[Command]) -> str:
    whole = hashlib.sha256(repr((steps, sys.version, ROOT)).encode())  # some of what is made names its place
    for target, source in sorted(sources.items()):
        whole.update(f"\0{target}\0".encode())
        whole.update(source.read_bytes())
    return whole.hexdigest()[:12]


@contextmanager
def locked(name: str) -> Generator[None]:
    """Keep other processes of this group away; the lock ends with the process, however that ends."""
    CACHE.mkdir(exist_ok=True)
    with (CACHE / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
