"""What a run may cost at most, said before it starts."""

from __future__ import annotations

from experiments.configs import Settings
from webpilot.budget import Limits

__all__ = ["ceiling"]

SHOWN = ("llm_calls", "tokens_in", "tokens_out", "usd", "seconds")


def ceiling(settings: Settings) -> tuple[str, ...]:
    """Return the run's upper bounds and who receives its pages, a line each; none without a model.

    An episode's last call may pass its limit on tokens by what one call holds.
    """
    host = settings.policy.host
    if host is None:
        return ()
    episodes = len(settings.episodes)
    bounds = [
        f"{'unlimited' if bound is None else f'{bound:,.10g}'} {key}"
        for key in SHOWN
        if (bound := _bound(key, episodes, settings.episode_limits, settings.run_limits))
        is not None
        or key == "llm_calls"
    ]
    many = "episode" if episodes == 1 else "episodes"
    return (
        f"at most {episodes} {many}, {', '.join(bounds)}",
        f"the text of the pages is sent to {host} (model {settings.policy.model.model})",
    )


def _bound(key: str, episodes: int, each: Limits, whole: Limits) -> float | None:
    """Return the smaller of the run's limit and all episodes' together; ``None`` without either."""
    one, run = getattr(each, key), getattr(whole, key)
    together = None if one is None else one * episodes
    return min((limit for limit in (together, run) if limit is not None), default=None)
