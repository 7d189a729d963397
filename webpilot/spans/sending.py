"""Spans handed to OpenTelemetry's own packages: written as OTLP-JSON lines, or sent."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import yaml  # type: ignore[import-untyped]  # its stubs are no dependency of ours

from webpilot.errors import ConfigError
from webpilot.records.reading import EpisodeRecord, load_run
from webpilot.spans.reading import Span, spans_of
from webpilot.spans.telling import Settings

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.trace.export import SpanExporter

    from webpilot.llm.store import TapeStore

__all__ = ["exported", "sender", "writer"]

MISSING = "OpenTelemetry's packages are not installed: `make setup` installs them (extra otel)"


def writer(stream: IO[str]) -> SpanExporter:
    """Return what writes spans to ``stream`` as OTLP-JSON, one line an episode.

    Raises:
        ConfigError: the extra is not installed.
    """
    try:
        from opentelemetry.exporter.otlp.json.file import FileSpanExporter
    except ImportError:
        raise ConfigError(MISSING) from None
    return FileSpanExporter(stream=stream)


def sender(endpoint: str | None = None) -> SpanExporter:
    """Return what sends spans over HTTP to a collector.

    Args:
        endpoint: full address, such as ``http://127.0.0.1:4318/v1/traces``; ``None`` is what the
            environment's ``OTEL_EXPORTER_OTLP_*`` say.

    Raises:
        ConfigError: the extra is not installed.
    """
    try:
        from opentelemetry.exporter.otlp.json.http.trace_exporter import OTLPSpanExporter
    except ImportError:
        raise ConfigError(MISSING) from None
    return OTLPSpanExporter(endpoint=endpoint)


def exported(
    run: Path, exporter: SpanExporter, *, content: bool = False, tape: TapeStore | None = None
) -> Iterator[tuple[str, int]]:
    """Export the finished episodes of a run; yield folder and number of spans of each.

    An unfinished episode has none. The same episode has the same identifiers each time.

    Args:
        run: its folder.
        exporter: where spans go; it is shut down in the end.
        content: see :class:`~webpilot.spans.telling.Settings`.
        tape: see there.

    Raises:
        ConfigError: there is no run, or its spans could not be delivered.
    """
    record = load_run(run)
    config = yaml.safe_load(record.config) or {}
    versions = record.summary["run"].get("versions", {})
    about = {
        "service.name": "webpilot",
        "service.version": versions.get("webpilot", "unknown"),
        "service.instance.id": run.resolve().name,
        "webpilot.run": run.resolve().name,
    }
    settings = Settings(model=config.get("llm") or {}, content=content, tape=tape)
    try:
        for folder in sorted((run / "episodes").glob("*")):
            journal = EpisodeRecord(folder=folder, row=None).journal()
            spans = spans_of(journal, settings)
            if spans and not _delivered(exporter, _finished(spans, _began(folder, journal), about)):
                raise ConfigError(
                    f"the spans of {folder.name} could not be delivered: check the address, and "
                    "that a collector takes OTLP over HTTP with JSON there"
                )
            yield folder.name, len(spans)
    finally:
        exporter.shutdown()


def _began(folder: Path, journal: Sequence[Mapping[str, Any]]) -> float:
    """Return when an episode began, in seconds since 1970."""
    head, last = journal[0], journal[-1]
    if "began" in head:
        return float(head["began"])
    # Journals of version 0.2.0 do not say. The file was last written with its last line.
    return (folder / "journal.jsonl").stat().st_mtime - float(last["at"])


def _delivered(exporter: SpanExporter, spans: Sequence[ReadableSpan]) -> bool:
    from opentelemetry.sdk.trace.export import SpanExportResult

    return exporter.export(spans) is SpanExportResult.SUCCESS


def _finished(
    spans: Sequence[Span], began: float, about: Mapping[str, str]
) -> tuple[ReadableSpan, ...]:
    """Return an episode's spans as OpenTelemetry's, begun and ended when they were."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import SpanLimits, TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
    from opentelemetry.sdk.trace.id_generator import IdGenerator
    from opentelemetry.sdk.trace.sampling import ALWAYS_ON
    from opentelemetry.trace import SpanKind, Status, StatusCode, set_span_in_context

    class Identifiers(IdGenerator):
        """Derived from the episode, so that exporting it again makes no second one."""

        def __init__(self) -> None:
            told = spans[0].attributes
            named = (about["webpilot.run"], told["webpilot.task"], told["webpilot.seed"], began)
            self._episode = hashlib.sha256(repr(named).encode()).digest()
            self._made = 0

        def generate_trace_id(self) -> int:
            return int.from_bytes(self._episode[:16])

        def generate_span_id(self) -> int:
            self._made += 1
            made = hashlib.sha256(self._episode + self._made.to_bytes(8)).digest()
            return int.from_bytes(made[:8])

    def moment(seconds: float) -> int:
        # Nanoseconds since 1970 are more than a float holds.
        return round(began * 1e3) * 10**6 + round(seconds * 1e9)

    kept = InMemorySpanExporter()
    provider = TracerProvider(
        sampler=ALWAYS_ON,
        resource=Resource.create(about),
        shutdown_on_exit=False,
        id_generator=Identifiers(),
        span_limits=SpanLimits(max_events=10_000),
    )
    provider.add_span_processor(SimpleSpanProcessor(kept))
    tracer = provider.get_tracer("webpilot", about["service.version"])
    begun: list[Any] = []
    for span in spans:
        inside = None if span.parent is None else set_span_in_context(begun[span.parent])
        made = tracer.start_span(
            span.name,
            context=inside,
            kind=SpanKind.CLIENT if span.remote else SpanKind.INTERNAL,
            attributes=span.attributes,
            start_time=moment(span.start),
        )
        for event in span.events:
            made.add_event(event.name, event.attributes, timestamp=moment(event.at))
        if span.error is not None:
            made.set_status(Status(StatusCode.ERROR, span.error))
        begun.append(made)
    for span, made in zip(spans, begun, strict=True):
        made.end(moment(span.end))
    return kept.get_finished_spans()
