"""Calls and prompt tokens a node of both presets on one page, as a table for the documentation.

python tests/experiments/side_by_side.py
"""

from __future__ import annotations

from form_model import form_model

import webpilot as wp

AROUND = {"task_expectation", "answer_phrase", "describe_page", "describe", "plan", "refine"}
ENDS = {"complete", "completeness"}


def measured(preset: str, seeds: range) -> tuple[int, int, int, int, int]:
    """Nodes, calls and tokens of the searches, calls and tokens around them."""
    nodes = calls = tokens = others = other_tokens = 0
    for seed in seeds:
        llm = wp.ScriptedLLM(form_model)
        result = wp.solve_sync(
            "miniwob.enter-text", seed=seed, preset=preset, policy="llm", llm=llm
        )
        assert result.success
        nodes += sum(len(attempt.nodes) - 1 for attempt in result.tree.attempts)
        for request in llm.requests:
            size = sum(len(message.content.encode()) for message in request.messages) // 4
            inside = request.purpose not in AROUND | ENDS
            calls, tokens = calls + inside, tokens + size * inside
            others, other_tokens = others + (not inside), other_tokens + size * (not inside)
    return nodes, calls, tokens, others, other_tokens


def main() -> None:
    print(
        "preset    nodes  calls a node  prompt tokens a node  calls and tokens around, an episode"
    )
    for preset in ("paper", "webpilot"):
        seeds = range(5)
        nodes, calls, tokens, others, other_tokens = measured(preset, seeds)
        print(
            f"{preset:9} {nodes:5}  {calls / nodes:12.1f}  {tokens / nodes:20.0f}"
            f"  {others / len(seeds):.0f}, {other_tokens / len(seeds):.0f}"
        )


if __name__ == "__main__":
    main()
