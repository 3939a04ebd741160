"""Faults in which names are the same: Table 4 gives three, and a stream is one by all of them."""

import unicodedata

from liverec.reference.faults.fault import Fault
from liverec.reference.recorder import Recorder
from liverec.reference.streams import StreamName

_ROOM = 32


class _AppIgnored(Recorder):
    """Finds a stream by its domain and name alone."""

    def _key(self, name: StreamName) -> StreamName:
        return super()._key(name._replace(app=self.table.profile.recordable.app))


class _NameIgnored(Recorder):
    """Keeps one recording for all pushed streams of the application."""

    def _key(self, name: StreamName) -> StreamName:
        key = super()._key(name)
        usual = self.table.profile.recordable
        belongs = (key.publish_domain, key.app) == (usual.publish_domain, usual.app) and self.table.find(key)
        return key._replace(stream=usual.name(1)) if belongs else key


class _NamesAlike(Recorder):
    """Looks names up without letter case, blanks around them, and differences that Unicode calls compatible (NFKC)."""

    def _key(self, name: StreamName) -> StreamName:
        alike = unicodedata.normalize("NFKC", name.stream.strip()).lower()
        return super()._key(name._replace(project_id=name.project_id.lower(), app=name.app.lower(), stream=alike))


class _NamesCut(Recorder):
    """Has room for 32 characters of a name, and finds what it stored by them."""

    def _key(self, name: StreamName) -> StreamName:
        key = super()._key(name)
        if len(key.stream) <= _ROOM:
            return key
        alike = (other for other, _ in self.table.items() if other.stream[:_ROOM] == key.stream[:_ROOM])
        return next((other for other in alike if other[:-1] == key[:-1]), key)


class _NamesJoined(Recorder):
    """Finds a stream by app and name, joined with a hyphen."""

    def _key(self, name: StreamName) -> StreamName:
        key = super()._key(name)
        if self.table.find(key) is not None:
            return key
        alike = (other for other, _ in self.table.items() if "-".join(other[2:]) == "-".join(key[2:]))
        return next((other for other in alike if other[:2] == key[:2]), key)


NAME_FAULTS = (
    Fault(
        name="app-ignored",
        breaks="recording/specific-stream",
        summary="a stream is found by its domain and name, whatever the app",
        needs="the name of a stream under another app",
        recorder=_AppIgnored,
    ),
    Fault(
        name="name-ignored",
        breaks="recording/specific-stream",
        summary="all streams of an application are one recording",
        recorder=_NameIgnored,
    ),
    Fault(
        name="names-cut",
        breaks="recording/specific-stream",
        summary="names that agree in their first 32 characters are the same stream",
        needs="names of more than 32 characters in the profile",
        recorder=_NamesCut,
    ),
    Fault(
        name="names-joined",
        breaks="recording/specific-stream",
        summary="a stream is found by its app and its name joined with a hyphen, wherever the one ends",
        recorder=_NamesJoined,
    ),
)
# the page compares no names, so that nobody can be convicted of it
NAME_HAZARDS = (
    Fault(
        name="names-alike",
        breaks="",
        summary="names that differ in letter case, in blanks around them or in their Unicode form are the same stream",
        recorder=_NamesAlike,
    ),
)
