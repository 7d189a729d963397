"""What is written for WebArena-Verified's packager, and what is refused of what it made."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from env.sites.scrubbing import scrubbed
from env.verified.package import HAR, RESPONSE, Output, check_package, lay_out, pack
from env.verified.sample_requests import har, page
from webpilot.errors import ConfigError
from webpilot.responses import TypedResponse

SAID = TypedResponse(task_type="RETRIEVE", retrieved_data=("Ada", 3, {"month": "May"}))
REQUESTS = har(page("http://127.0.0.1:40001/", cookies={"sessionid": "canary"}))


def output(folder: Path, number: int, *, response: Any = None, requests: Any = None) -> Output:
    folder.mkdir(exist_ok=True)
    said, sent = folder / f"{number}.json", folder / f"{number}.har"
    said.write_text(json.dumps(SAID.to_dict() if response is None else response))
    sent.write_text(json.dumps(REQUESTS if requests is None else requests))
    return Output(task_id=number, response=said, har=sent)


def archive(file: Path, ids: list[int], **changed: bytes | None) -> Path:
    """Write what the packager would write, some of it changed or left out."""
    said = json.dumps(SAID.to_dict()).encode()
    sent = json.dumps(scrubbed(REQUESTS)).encode()
    summary = json.dumps({"packaged_tasks": {"task_ids": ids}}).encode()
    parts: dict[str, bytes | None] = {"summary.json": summary}
    for number in ids:
        parts |= {f"{number}/{RESPONSE}": said, f"{number}/{HAR}": sent}
    with tarfile.open(file, "w:gz") as made:
        for number in ids:
            folder = tarfile.TarInfo(str(number))
            folder.type = tarfile.DIRTYPE
            made.addfile(folder)
        for name, data in (parts | changed).items():
            if data is not None:
                member = tarfile.TarInfo(name)
                member.size = len(data)
                made.addfile(member, io.BytesIO(data))
    return file


def test_every_task_gets_its_two_files(tmp_path: Path) -> None:
    outputs = [output(tmp_path / "run", number) for number in (7, 107)]
    lay_out(outputs, tmp_path / "out")
    files = sorted(one.relative_to(tmp_path / "out").as_posix() for one in _files(tmp_path / "out"))
    assert files == [f"107/{RESPONSE}", f"107/{HAR}", f"7/{RESPONSE}", f"7/{HAR}"]
    said = json.loads((tmp_path / "out" / "107" / RESPONSE).read_text())
    assert said == {
        "task_type": "RETRIEVE",
        "status": "SUCCESS",
        "retrieved_data": ["Ada", 3, {"month": "May"}],
        "error_details": None,
    }


def test_neither_a_cookie_nor_a_named_secret_is_in_what_is_laid_out(tmp_path: Path) -> None:
    said = SAID.to_dict() | {"retrieved_data": ["the key is sk-very-secret"]}
    lay_out(
        [output(tmp_path / "run", 7, response=said)], tmp_path / "out", secrets=["sk-very-secret"]
    )
    written = b"".join(one.read_bytes() for one in _files(tmp_path / "out"))
    assert b"canary" not in written
    assert b"sk-very-secret" not in written


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"response": {"task_type": "LOOK", "status": "SUCCESS"}}, "no typed response"),
        ({"response": {"task_type": "RETRIEVE", "status": "SUCCESS"}}, "retrieved_data"),
        ({"response": ["RETRIEVE"]}, "no typed response"),
        ({"requests": {"log": {"entries": []}}}, "holds no request"),
        ({"requests": {}}, "HAR file"),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_refused(
    tmp_path: Path, changed: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ConfigError, match=complaint):
        lay_out([output(tmp_path / "run", 7, **changed)], tmp_path / "out")


def test_a_file_that_is_torn_is_refused(tmp_path: Path) -> None:
    torn = output(tmp_path / "run", 7)
    torn.har.write_text('{"log": {"entr')
    with pytest.raises(ConfigError, match=r"7\.har cannot be read"):
        lay_out([torn], tmp_path / "out")


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(ConfigError, match="--name"):
        lay_out([], tmp_path / "out")
    for name in ("out", "made"):
        (tmp_path / "made.tar.gz").touch()
        with pytest.raises(ConfigError, match="exists: remove it, or choose another --name"):
            pack([], tmp_path, name)


@pytest.mark.parametrize("name", ["", "a b", "a/b", "a.b", "ä"])
def test_a_name_that_the_packager_refuses_is_refused_at_once(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="cannot name a package"):
        pack([], tmp_path, name)
    assert list(tmp_path.iterdir()) == []


def test_where_packing_fails_nothing_is_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WEBPILOT_HOME", str(tmp_path / "nothing here"))
    with pytest.raises(ConfigError, match="make verified"):
        pack([output(tmp_path / "run", 7)], tmp_path / "out", "mine")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_package_laid_out_as_it_must_be_is_accepted(tmp_path: Path) -> None:
    assert check_package(archive(tmp_path / "a.tar.gz", [107, 7]), [107, 7]) == (7, 107)


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({f"7/{HAR}": None}, "not laid out"),
        ({"7/cookies.json": b"{}"}, "not laid out"),
        ({"summary.json": None}, "not laid out"),
        ({f"7/{HAR}": b"{}"}, "no requests of task 7"),
        ({f"7/{HAR}": b"{"}, "cannot be read"),
        ({f"7/{RESPONSE}": b'{"task_type": "RETRIEVE"}'}, "no typed response"),
        ({"summary.json": b'{"packaged_tasks": {"task_ids": [8]}}'}, "names other tasks"),
    ],
)
def test_a_package_that_is_not_whole_is_refused(
    tmp_path: Path, changed: dict[str, bytes | None], complaint: str
) -> None:
    file = archive(tmp_path / "a.tar.gz", [7], **changed)
    with pytest.raises(ConfigError, match=complaint):
        check_package(file, [7])


def test_a_package_of_other_tasks_is_refused(tmp_path: Path) -> None:
    file = archive(tmp_path / "a.tar.gz", [7])
    with pytest.raises(ConfigError, match="not laid out"):
        check_package(file, [7, 8])


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.tar.gz"
    file.write_bytes(b"no archive")
    with pytest.raises(ConfigError, match="cannot be read as a package"):
        check_package(file, [7])


def _files(folder: Path) -> list[Path]:
    return [one for one in folder.rglob("*") if one.is_file()]
