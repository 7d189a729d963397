"""Primitives that give a page files, out of folders that the caller has opened for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import MappingProxyType

from env.act.aiming import frames_of
from env.act.elements import click
from env.act.hands import Failed, number_of, strings_of
from env.act.points import mouse_click
from env.act.reach import Reach
from env.link.calls import Waiter
from env.link.page_session import PageSession
from env.link.session import Reply
from webpilot.errors import StepTimeout
from webpilot.types import Argument

__all__ = ["FILE_PRIMITIVES"]

METHOD = "FileChooser.set_files"
OPENED = "Page.fileChooserOpened"
EMPTIED = """function () {
  this.files = new DataTransfer().files;
  this.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
  this.dispatchEvent(new Event("change", { bubbles: true }));
}"""
"""DevTools gives files, but takes none away."""

STEP_SECONDS = 0.05
"""Real time, and page time, between two looks for a file chooser."""


def _upload_file(reach: Reach, bid: Argument, file: Argument) -> None:
    frames_of(reach.hands, bid)
    _upload(reach, file, lambda: click(reach.hands, bid))


def _mouse_upload_file(reach: Reach, x: Argument, y: Argument, file: Argument) -> None:
    for side in (x, y):
        number_of(side, reach.scale)
    _upload(reach, file, lambda: mouse_click(reach.hands, x, y))


def _upload(reach: Reach, file: Argument, ask: Callable[[], None]) -> None:
    """Give files to whatever asks for them after ``ask``; nothing is asked if they are refused."""
    names = strings_of(METHOD, "localPaths[{}]", file)
    paths = [_allowed(name, reach.uploads) for name in names]
    session = reach.session
    with _choosing(session) as opened:
        ask()
        chooser = _await(reach, opened)
        if len(paths) > 1 and chooser["mode"] != "selectMultiple":
            raise Failed(
                f"Error: {METHOD}: Error: Non-multiple file input can only accept single file"
            )
        for name, path in zip(names, paths, strict=True):
            if not path.exists():
                raise Failed(f"Error: {METHOD}: ENOENT: no such file or directory, access '{name}'")
        _give(session, chooser["backendNodeId"], paths)


def _give(session: PageSession, node: int, paths: Sequence[Path]) -> None:
    if paths:
        files = [str(path) for path in paths]
        session.send("DOM.setFileInputFiles", {"files": files, "backendNodeId": node})
        return
    found = session.send("DOM.resolveNode", {"backendNodeId": node})["object"]["objectId"]
    session.send("Runtime.callFunctionOn", {"functionDeclaration": EMPTIED, "objectId": found})


@contextmanager
def _choosing(session: PageSession) -> Iterator[Waiter]:
    """Yield a waiter for the file chooser that the body makes the page open."""
    switch = "Page.setInterceptFileChooserDialog"
    session.send(switch, {"enabled": True})
    try:
        # A chooser without a node belongs to a script that wants handles of files, not an upload.
        with session.expect(OPENED, lambda params: "backendNodeId" in params) as opened:
            yield opened
    finally:
        if not session.closed:
            session.send(switch, {"enabled": False})


def _await(reach: Reach, opened: Waiter) -> Reply:
    due = time.monotonic() + reach.timeout
    while True:
        try:
            return opened.wait(STEP_SECONDS)
        except StepTimeout:
            if time.monotonic() >= due:
                milliseconds = round(reach.timeout * 1000)
                raise Failed(
                    f"TimeoutError: Timeout {milliseconds}ms exceeded while waiting for event "
                    '"filechooser"'
                ) from None
            reach.wait(STEP_SECONDS * 1000)


def _allowed(name: str, folders: Sequence[Path]) -> Path:
    """Return the path of a file inside one of the folders, links resolved; there may be none."""
    inside = []
    for folder in folders:
        with suppress(OSError, ValueError):  # a name no file can have
            root = folder.resolve()
            path = (root / name).resolve()
            if path.is_relative_to(root) and not path.is_dir():
                inside.append(path)
    if inside:
        return next((path for path in inside if path.exists()), inside[0])
    shown = name if len(name) <= 60 else f"{name[:59]}…"
    why = "it is no file in the folders for that" if folders else "no folder is given for that"
    raise Failed(f"Error: {METHOD}: {shown!r} may not be uploaded: {why}")


FILE_PRIMITIVES: Mapping[str, Callable[..., None]] = MappingProxyType(
    {"upload_file": _upload_file, "mouse_upload_file": _mouse_upload_file}
)
"""By name; each takes its reach and the action's arguments."""
