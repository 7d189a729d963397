"""What a run may cost at most, said before it starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from experiments.configs import Settings
from webpilot.budget import Limits
from webpilot.llm.settings import ModelSettings
from webpilot.policies import PolicySettings

__all__ = ["ceiling", "prices"]

SHOWN = ("llm_calls", "tokens_in", "tokens_out", "usd", "seconds")


def ceiling(settings: Settings) -> tuple[str, ...]:
    """Return the run's upper bounds and who receives its pages, a line each; none without a model.

    Where a price is known, dollars are bounded by tokens too.
    """
    policy = settings.policy
    if policy.name != "llm":
        return ()
    episodes = len(settings.episodes)
    found = {
        key: _bound(key, episodes, settings.episode_limits, settings.run_limits) for key in SHOWN
    }
    found["usd"] = _dollars(settings, found)
    bounds = [
        f"{'unlimited' if bound is None else f'{bound:,.10g}'} {key}"
        for key, bound in found.items()
        if bound is not None or key == "llm_calls"
    ]
    many = "episode" if episodes == 1 else "episodes"
    tape = policy.model.tape
    goes = tuple(
        f"the text of the pages is sent to {host} (model {', '.join(models)})"
        for host, models in policy.hosts.items()
    ) or (f"answers come from {tape.path}: nothing is sent to a model, nothing is paid",)
    return (f"at most {episodes} {many}, {', '.join(bounds)}", *goes)


def prices(policy: PolicySettings) -> Mapping[str, object]:
    """Return what dollars are counted with, as the record has it; ``None`` where they are not.

    ``roles`` has the models, and their prices, of the roles that ask one of their own.
    """

    def price(model: ModelSettings) -> Mapping[str, float] | None:
        known = model.known_price if policy.name == "llm" else None
        return None if known is None else asdict(known)

    told: dict[str, object] = {"price": price(policy.model)}
    if policy.name == "llm" and policy.model.roles:
        told["roles"] = {
            role: {"model": own.model, "price": price(own)}
            for role, own in policy.model.roles.items()
        }
    return told


def _dollars(settings: Settings, bounds: dict[str, float | None]) -> float | None:
    """Return what the run may cost: its limit, or the price of its tokens if that is less.

    Where roles ask several models, all tokens may be the dearest one's.
    """
    prices = [each.known_price for each in settings.policy.model.everyone.values()]
    tokens_in, tokens_out, limit = (bounds[key] for key in ("tokens_in", "tokens_out", "usd"))
    known = [price for price in prices if price is not None]
    if len(known) < len(prices) or tokens_in is None or tokens_out is None:
        return limit
    most = round(
        max(price.dollars(tokens_in, 0) for price in known)
        + max(price.dollars(0, tokens_out) for price in known),
        2,
    )
    return most if limit is None else min(limit, most)


def _bound(key: str, episodes: int, each: Limits, whole: Limits) -> float | None:
    """Return the smaller of the run's limit and all episodes' together; ``None`` without either."""
    one, run = getattr(each, key), getattr(whole, key)
    together = None if one is None else one * episodes
    return min((limit for limit in (together, run) if limit is not None), default=None)
