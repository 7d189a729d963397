"""A second reader of a run's record: spans for tools that speak OpenTelemetry.

It is in no call's path, nothing needs it, and it works on what is written: :mod:`.reading` makes
spans of a journal, :mod:`.telling` says what they tell, :mod:`.sending` alone knows OpenTelemetry's
packages (extra ``otel``).
"""

from __future__ import annotations

from webpilot.spans.reading import Span, SpanEvent, spans_of
from webpilot.spans.telling import Settings

__all__ = ["Settings", "Span", "SpanEvent", "spans_of"]
