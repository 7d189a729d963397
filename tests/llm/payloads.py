"""Answers of endpoints and models, by the row of docs/mechanisms/bad-answers.md they belong to.

The answer asked for is ``{"reasoning": text, "score": 0 to 10, "done": bool}``.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from typing import Any

from webpilot.llm.faults import FAULTS, Fault
from webpilot.llm.protocol import ModelReply
from webpilot.llm.wire import envelope

GOOD = {"reasoning": "it is there", "score": 5, "done": True}
TEXT = json.dumps(GOOD)


def says(text: str = TEXT, **reply: Any) -> Fault:
    return Fault(body=json.dumps(envelope(ModelReply(text=text, **reply))).encode())


def answers(**changes: Any) -> Fault:
    return says(json.dumps({**GOOD, **changes}))


def sends(body: bytes | object) -> Fault:
    return Fault(body=body if isinstance(body, bytes) else json.dumps(body).encode())


def chosen(choice: object, **more: object) -> Fault:
    return sends({"choices": [choice], **more})


ENVELOPE = json.dumps(envelope(ModelReply(text=TEXT))).encode()
MESSAGE = {"role": "assistant", "content": TEXT}
HTML = b"<!DOCTYPE html><html><body>welcome</body></html>"

GOOD_ANSWERS = {
    "as asked": says(),
    "white space around it": says(f"\n\t {TEXT} \r\n"),
    "indented": says(json.dumps(GOOD, indent=8)),
    "keys in another order": says(json.dumps(dict(reversed(GOOD.items())))),
    "a decimal": answers(score=7.25),
    "nought": answers(score=0),
    "minus nought": answers(score=-0.0),
    "ten": answers(score=10),
    "an exponent": says(TEXT.replace("5", "0.5e1")),
    "a number as a text": answers(score="5"),
    "a flag as a text": answers(done="false"),
    "no reasons": answers(reasoning=""),
    "long reasons": answers(reasoning="x" * 100_000),
    "reasons in every script": answers(reasoning="grün 漢字 عربى 🙂\u2028\u0000"),
    "escaped": says(json.dumps({**GOOD, "reasoning": "漢字"}, ensure_ascii=True)),
    "half a surrogate pair": says('{"reasoning": "\\ud800", "score": 5, "done": true}'),
    "page text that looks like JSON": answers(reasoning='{"score": 11}'),
    "without a reason to stop": chosen({"message": MESSAGE}),
    "a null reason to stop": chosen({"message": MESSAGE, "finish_reason": None}),
    "without usage": chosen({"message": MESSAGE, "finish_reason": "stop"}),
    "null usage": chosen({"message": MESSAGE}, usage=None),
    "usage below nought": chosen({"message": MESSAGE}, usage={"prompt_tokens": -9}),
    "usage beyond belief": chosen({"message": MESSAGE}, usage={"prompt_tokens": 10**400}),
    "usage of nobody": chosen({"message": MESSAGE}, usage={"tokens": 3}),
    "null details of usage": chosen({"message": MESSAGE}, usage={"prompt_tokens_details": None}),
    "a null refusal": chosen({"message": {**MESSAGE, "refusal": None}}),
    "two choices": sends({"choices": [{"message": MESSAGE}, {"message": {"content": "other"}}]}),
    "fields of the endpoint's own": chosen({"message": {**MESSAGE, "x": [1]}, "y": {}}, z=None),
    "an error beside it": chosen({"message": MESSAGE}, error={"message": "ignored"}),
    "as plain text": Fault(body=ENVELOPE, headers={"Content-Type": "text/plain"}),
    "as HTML": Fault(body=ENVELOPE, headers={"Content-Type": "text/html"}),
    "compressed": Fault(body=gzip.compress(ENVELOPE), headers={"Content-Encoding": "gzip"}),
    "status 201": Fault(status=201, body=ENVELOPE),
}

NO_ENVELOPE = {
    "nothing": sends(b""),
    "HTML": sends(HTML),
    "HTML that says it is JSON": Fault(body=HTML, headers={"Content-Type": "application/json"}),
    "a word": sends(b"OK"),
    "null": sends(b"null"),
    "a list": sends(b"[]"),
    "a number": sends(b"42"),
    "a text": sends(b'"welcome"'),
    "no UTF-8": sends(b"\xff\xfe" + ENVELOPE),
    "UTF-16": sends(ENVELOPE.decode().encode("utf-16")),
    "a stream of events": sends(b"data: " + ENVELOPE + b"\n\ndata: [DONE]\n\n"),
    "two envelopes": sends(ENVELOPE * 2),
    "an envelope and more": sends(ENVELOPE + b"</html>"),
    "single quotes": sends(ENVELOPE.replace(b'"', b"'")),
    "a comma too many": sends(ENVELOPE[:-1] + b",}"),
    "compressed, but does not say so": sends(gzip.compress(ENVELOPE)),
    "not compressed, but says so": Fault(body=ENVELOPE, headers={"Content-Encoding": "gzip"}),
    "binary": sends(bytes(range(256)) * 20),
    "nothing but noughts": sends(b"\0" * 1_000),
    "ten thousand brackets": sends(b"[" * 10_000),
    "ten thousand objects": sends(b'{"choices":' * 10_000),
    "null choices": sends({"choices": None}),
    "choices by name": sends({"choices": {"0": {"message": MESSAGE}}}),
    "choices as a text": sends({"choices": TEXT}),
    "a null choice": chosen(None),
    "a choice that is a text": chosen(TEXT),
    "a choice that is a list": chosen([MESSAGE]),
    "a choice without a message": chosen({}),
    "a choice of the older kind": chosen({"text": TEXT}),
    "a null message": chosen({"message": None}),
    "a message that is a text": chosen({"message": TEXT}),
    "a message that is a list": chosen({"message": [MESSAGE]}),
    "content that is a number": chosen({"message": {"content": 3}}),
    "content that is an object": chosen({"message": {"content": GOOD}}),
    "content in parts": chosen({"message": {"content": [{"type": "text", "text": TEXT}]}}),
    "content that is a flag": chosen({"message": {"content": True}}),
    "a refusal that is an object": chosen({"message": {"content": "", "refusal": {}}}),
    "a reason to stop that is a number": chosen({"message": MESSAGE, "finish_reason": 3}),
    "usage that is a text": chosen({"message": MESSAGE}, usage="little"),
    "usage that is a list": chosen({"message": MESSAGE}, usage=[1, 2]),
    "usage in halves": chosen({"message": MESSAGE}, usage={"prompt_tokens": 1.5}),
    "a model that is a number": chosen({"message": MESSAGE}, model=4),
    "more than can be read": FAULTS["endless"],
    **{f"cut at byte {at}": sends(ENVELOPE[:at]) for at in range(1, len(ENVELOPE), 18)},
}

NO_CHOICES = {
    "no fields": sends(b"{}"),
    "empty choices": sends({"choices": []}),
    "an error with status 200": sends({"error": {"message": "busy", "code": 502}}),
    "only usage": sends({"usage": {"prompt_tokens": 3, "completion_tokens": 4}}),
    "another protocol": sends({"content": [{"type": "text", "text": TEXT}]}),
    "an answer without its envelope": sends(GOOD),
}

STATUSES = {
    f"status {status}": Fault(status=status, body=body)
    for status in (408, 429, 500, 501, 502, 503, 504, 507, 520, 522, 524, 529, 599)
    for body in (b"{}",)
} | {
    "429 that asks for a second": FAULTS["busy for a second"],
    "429 that asks for no number": Fault(status=429, headers={"Retry-After": "soon"}, body=b""),
    "500 without a body": Fault(status=500),
    "500 with HTML": Fault(status=500, body=HTML),
    "500 with a good answer": Fault(status=500, body=ENVELOPE),
    "503 with brackets": Fault(status=503, body=b"[" * 10_000),
    "500 with no UTF-8": Fault(status=500, body=b"\xff\xfe"),
    "500 whose error is a text": Fault(status=500, body=b'{"error": "no"}'),
    "500 whose error is a list": Fault(status=500, body=b'{"error": [1]}'),
}

OTHER_STATUSES = {
    f"status {status}": Fault(status=status, body=b'{"error": {"message": "no"}}')
    for status in (300, 301, 302, 303, 307, 308, 400, 401, 402, 403, 404, 405, 406, 409, 410)
} | {
    f"status {status} with HTML": Fault(status=status, body=HTML)
    for status in (400, 401, 404, 415, 418, 421, 422, 423, 424, 425, 426, 428, 431, 451)
}

TOO_LONG = {
    "OpenAI's words": FAULTS["too long"],
    "status 413": Fault(status=413, body=HTML),
    "vLLM's words": Fault(
        status=400,
        body=b'{"object": "error", "message": "This model\'s maximum context length is 4096 tokens"'
        b', "type": "BadRequestError", "code": 400}',
    ),
    "llama.cpp's words": Fault(
        status=400,
        body=b'{"error": {"code": 400, "type": "exceed_context_size_error", "message": "the request'
        b' exceeds the available context size"}}',
    ),
}

BROKEN_OFF = {f"after {sent} bytes": Fault(sent=sent) for sent in (0, 1, 20, 100, 200)}

REFUSALS = {
    "in its own field": says("", refusal="I will not."),
    "beside an answer": says(TEXT, refusal="I would rather not."),
    "in another script": says("", refusal="我不能"),
    "very long": says("", refusal="no " * 10_000),
}

CUT_OFF = {
    "half an answer": says(TEXT[:30], finish_reason="length"),
    "a whole answer": says(TEXT, finish_reason="length"),
    "nothing": says("", finish_reason="length"),
    "white space": says('{"score": ' + " " * 4_000, finish_reason="length"),
}

ENDED_EARLY = {
    reason: says(TEXT, finish_reason=reason)
    for reason in ("content_filter", "tool_calls", "function_call", "error", "STOP", "length ")
}

NO_OBJECT = {
    "nothing": says(""),
    "white space": says(" \n\t "),
    "null content": chosen({"message": {"content": None}}),
    "no content": chosen({"message": {}}),
    "prose": says("I would click the button."),
    "prose before it": says(f"Here is my answer: {TEXT}"),
    "prose behind it": says(f"{TEXT} I hope this helps!"),
    "a code fence": says(f"```json\n{TEXT}\n```"),
    "thoughts before it": says(f"<think>hm</think>{TEXT}"),
    "two objects": says(TEXT * 2),
    "an object a line": says(f"{TEXT}\n{TEXT}"),
    "null": says("null"),
    "a flag": says("true"),
    "a number": says("5"),
    "a text": says(json.dumps(TEXT)),
    "a list": says(f"[{TEXT}]"),
    "an empty list": says("[]"),
    "single quotes": says(TEXT.replace('"', "'")),
    "no quotes": says("{reasoning: x, score: 5, done: true}"),
    "a comma too many": says(TEXT[:-1] + ",}"),
    "a comment": says(TEXT[:-1] + "/* x */}"),
    "Python": says(str(GOOD)),
    "XML": says("<score>5</score>"),
    "YAML": says("score: 5\ndone: true"),
    "a byte order mark": says("\ufeff" + TEXT),
    "a control character in a text": says('{"reasoning": "a\nb", "score": 5, "done": true}'),
    "a broken escape": says('{"reasoning": "\\x41", "score": 5, "done": true}'),
    "a number with a leading nought": says(TEXT.replace("5", "05")),
    "a number with a plus": says(TEXT.replace("5", "+5")),
    "a hexadecimal number": says(TEXT.replace("5", "0x5")),
    "a number with ten thousand digits": says(TEXT.replace("5", "5" * 10_000)),
    "ten thousand brackets": says("[" * 10_000),
    "ten thousand objects": says('{"reasoning":' * 10_000),
    "ten thousand brackets in a field": says(TEXT.replace("5", "[" * 10_000 + "]" * 10_000)),
    "noughts": says("\0\0\0"),
    **{f"cut at character {at}": says(TEXT[:at]) for at in range(1, len(TEXT), 9)},
}

TWICE = {
    "the same value": says('{"reasoning": "", "score": 5, "score": 5, "done": true}'),
    "another value": says('{"reasoning": "", "score": 1, "score": 9, "done": true}'),
    "a flag and its opposite": says('{"reasoning": "", "done": false, "score": 5, "done": true}'),
}

KEYS: Mapping[str, object] = {
    "no keys": {},
    "a key missing": {"reasoning": "", "score": 5},
    "a key too many": {**GOOD, "confidence": 1},
    "another name": {"reasoning": "", "rating": 5, "done": True},
    "another case": {"Reasoning": "", "score": 5, "done": True},
    "a key with white space": {"reasoning ": "", "score": 5, "done": True},
    "wrapped": {"answer": GOOD},
    "an error of the model's": {"error": "I cannot see the page"},
    "the schema": {"type": "object", "properties": {}},
    "a key of its own kind": {**GOOD, "__proto__": {}},
}
OTHER_KEYS = {name: says(json.dumps(told)) for name, told in KEYS.items()}

OTHER_KINDS = {
    "null for a number": answers(score=None),
    "null for a text": answers(reasoning=None),
    "null for a flag": answers(done=None),
    "a word for a number": answers(score="high"),
    "a share for a number": answers(score="5/10"),
    "an empty text for a number": answers(score=""),
    "a list for a number": answers(score=[5]),
    "an object for a number": answers(score={"value": 5}),
    "a number for a text": answers(reasoning=5),
    "a list for a text": answers(reasoning=["it is there"]),
    "an object for a text": answers(reasoning={}),
    "a word for a flag": answers(done="maybe"),
    "a number for a flag": answers(done=7),
    "a list for a flag": answers(done=[]),
    "an object for a flag": answers(done={"value": True}),
}

OUT_OF_RANGE = {
    "eleven": answers(score=11),
    "a little above ten": answers(score=10.000001),
    "below nought": answers(score=-1),
    "a little below nought": answers(score=-1e-9),
    "a hundred": answers(score=100),
    "eleven as a text": answers(score="11"),
    "NaN": says(TEXT.replace("5", "NaN")),
    "infinity": says(TEXT.replace("5", "Infinity")),
    "minus infinity": says(TEXT.replace("5", "-Infinity")),
    "NaN as a text": answers(score="NaN"),
    "infinity as a text": answers(score="inf"),
    "beyond all numbers": says(TEXT.replace("5", "1e999")),
    "beyond all whole numbers": says(TEXT.replace("5", "9" * 400)),
}

PAYLOADS: Mapping[str, Mapping[str, Fault]] = {
    "a good answer": GOOD_ANSWERS,
    "a connection that breaks off": BROKEN_OFF,
    "silence, or a drip, beyond `llm.timeout_s`": {
        "silence": FAULTS["silent"],
        "a drip": FAULTS["dripping"],
    },
    "status 408, 429 or 5xx": STATUSES,
    "status 429 for want of credit": {"OpenAI's words": FAULTS["no credit"]},
    "any other status": OTHER_STATUSES,
    "a question too long for the model": TOO_LONG,
    "something other than an envelope": NO_ENVELOPE,
    "an envelope without choices": NO_CHOICES,
    "a refusal": REFUSALS,
    "an answer cut off at `llm.max_tokens`": CUT_OFF,
    "an answer that ended for another reason": ENDED_EARLY,
    "other than one JSON object": NO_OBJECT,
    "a key twice": TWICE,
    "other keys than the schema's": OTHER_KEYS,
    "values of another kind": OTHER_KINDS,
    "values out of range, or no numbers": OUT_OF_RANGE,
}
"""What an endpoint sends, by row and name. `no connection` has no payload."""
