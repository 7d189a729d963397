"""One greedy and seven light episodes on one model server: who is served how, by which scheduler.

    python -m experiments.bench.fairness --json fairness.json

The server is simulated: four places of a fixed rate. Calls go the way of a run's: budget, further
attempts, turn. The greedy episode keeps 64 long calls outstanding. The light ones

* `flooding`: keep eight short calls outstanding each, so that all have calls waiting all the time;
* `asking`: ask one short call after the other, as an episode does that waits for its answers;
* `pausing`: ask for half of their fair share, a short call at fixed times.

Service is compared with max-min fair shares in windows of a minute. The gap is the largest
difference of service between two episodes that both have calls waiting, over any interval; its
bound is twice a question and an answer a place, of full length, and is claimed for `flooding`.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import random
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from experiments.bench.simulated import SPREAD, Client, FixedRateLLM, Served, simulate
from experiments.bench.tables import save, table
from webpilot.llm.fairness import max_min_shares, quantile
from webpilot.llm.limiter import Limiter
from webpilot.llm.retrying import RetryingLLM
from webpilot.llm.scheduling import SCHEDULERS, weighed
from webpilot.records.statistics import jain

__all__ = ["LOADS", "Outcome", "main", "play", "summary"]

PLACES, RATE = 4, 1000.0
"""Calls that the server takes at once; weighted tokens a second in each place."""
WINDOW, WINDOWS = 60.0, 10
"""Seconds of a window, and how many are looked at, after a first one to warm up."""
LIGHTS = tuple(f"light {number}" for number in range(1, 8))
GREEDY = "greedy"
SHORT, LONG = (500, 100), (2000, 300)
"""Mean tokens of question and answer."""
LOADS = {"flooding": (8, None), "asking": (1, None), "pausing": (1, 0.5)}
"""Calls that a light episode keeps outstanding, or the share of its fair share it asks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one scheduler served one load."""

    load: str
    scheduler: str
    jain: float
    """The smallest of all windows, of service over max-min fair share."""
    jain_mean: float
    greedy: float
    """Service of the greedy episode over its max-min fair share, all windows together."""
    lightest: float
    """The same of the light episode that got least."""
    gap: float | None
    """Weighted tokens, between any two episodes over any interval; ``None`` where light episodes
    want less than their share, so that no bound is claimed."""
    bound: float
    busy: float
    """Share in [0, 1] of the server's places that worked while calls waited."""
    light_p50_s: float
    """Median wait for a turn of the light episodes' calls, in seconds."""
    light_p99_s: float


def play(load: str, scheduler: str, *, seed: int = 0) -> Outcome:
    """Return how ``scheduler`` (key of :data:`SCHEDULERS`) serves ``load`` (key of LOADS)."""
    server, clients = simulate(_play(load, scheduler, seed))
    windows = [(WINDOW * each, WINDOW * (each + 1)) for each in range(1, WINDOWS + 1)]
    shares = [_shares(server.served, clients, LOADS[load][1], *window) for window in windows]
    begin, end = windows[0][0], windows[-1][1]
    whole = _shares(server.served, clients, LOADS[load][1], begin, end)
    worked = sum(_service(server.served, name, begin, end) for name in clients)
    waits = [wait for name in LIGHTS for wait in clients[name].waits]
    return Outcome(
        load=load,
        scheduler=scheduler,
        jain=min(jain(each.values()) for each in shares),
        jain_mean=sum(jain(each.values()) for each in shares) / len(shares),
        greedy=whole[GREEDY],
        lightest=min(whole[name] for name in LIGHTS),
        gap=_gap(server.served, begin) if LOADS[load][1] is None else None,
        bound=_bound(),
        busy=worked / (PLACES * RATE * (end - begin)),
        light_p50_s=quantile(waits, 0.5),
        light_p99_s=quantile(waits, 0.99),
    )


async def _play(load: str, scheduler: str, seed: int) -> tuple[FixedRateLLM, dict[str, Client]]:
    """Return server and clients after all windows have passed."""
    server = FixedRateLLM(PLACES, RATE)
    clock = asyncio.get_running_loop().time
    limiter = Limiter(PLACES, SCHEDULERS[scheduler](), clock=clock)
    llm = RetryingLLM(server, retries=0, limiter=limiter, rng=random.Random(seed))
    clients = {name: Client(name, llm, SHORT, seed) for name in LIGHTS}
    clients[GREEDY] = Client(GREEDY, llm, LONG, seed)
    outstanding, share = LOADS[load]
    # Seconds between two calls that together are this share of what would be fair.
    pause = weighed(*SHORT) * len(clients) / (PLACES * RATE * (share or 1))
    try:
        # A call longer, so that what is under way at the last window's end is known.
        async with asyncio.timeout(WINDOW * (WINDOWS + 2)), asyncio.TaskGroup() as group:
            group.create_task(clients[GREEDY].keep(64))
            for name in LIGHTS:
                light = clients[name]
                group.create_task(light.keep(outstanding) if share is None else light.every(pause))
    except TimeoutError:
        pass
    return server, clients


def _service(served: Sequence[Served], account: str, begin: float, end: float) -> float:
    """Return the weighted tokens that an account's calls were worked on in an interval."""
    return RATE * sum(
        max(0.0, min(call.ended, end) - max(call.began, begin))
        for call in served
        if call.account == account
    )


def _shares(
    served: Sequence[Served],
    clients: dict[str, Client],
    asked_for: float | None,
    begin: float,
    end: float,
) -> dict[str, float]:
    """Return each client's service in an interval over its max-min fair share of the server's.

    Who keeps asking demands without bound; who asks at fixed times demands what it had asked for
    by the end and had not got by the beginning.
    """
    got = {name: _service(served, name, begin, end) for name in clients}
    demands = dict.fromkeys(clients, float("inf"))
    if asked_for is not None:
        for name in LIGHTS:
            total = sum(tokens for time, tokens in clients[name].asked if time < end)
            demands[name] = total - _service(served, name, 0.0, begin)
    fair = max_min_shares(demands, sum(got.values()))
    return {name: got[name] / fair[name] for name in clients}


def _gap(served: Sequence[Served], begin: float) -> float:
    """Return the largest difference in service between two accounts over any interval.

    Counted as the source does: a question when it is sent, an answer when it is made.
    """
    events = [
        event
        for call in served
        for event in (
            (call.began, call.account, weighed(call.tokens_in, 0)),
            (call.ended, call.account, weighed(0, call.tokens_out)),
        )
        if event[0] >= begin
    ]
    events.sort(key=lambda event: event[0])
    widest = 0.0
    for one, other in itertools.combinations((GREEDY, *LIGHTS), 2):
        ahead = low = high = 0.0
        for _, account, tokens in events:
            ahead += tokens if account == one else -tokens if account == other else 0.0
            low, high = min(low, ahead), max(high, ahead)
        widest = max(widest, high - low)
    return widest


def _bound() -> float:
    """Return the bound on the gap of accounts that have calls waiting all the time."""
    longest = [mean * (1 + SPREAD) for mean in LONG]
    return 2 * (weighed(longest[0], 0) + PLACES * weighed(0, longest[1]))


def summary(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Return the worst window's index of each load and scheduler, and the gap over its bound."""
    found = {f"jain_{each.load}_{each.scheduler}": round(each.jain, 4) for each in outcomes}
    for each in outcomes:
        if each.load == "flooding" and each.gap is not None:
            found[f"gap_over_bound_{each.scheduler}"] = round(each.gap / each.bound, 4)
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """Simulate, print and write; return the exit status."""
    parser = argparse.ArgumentParser(prog="experiments.bench.fairness", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--seed", type=int, default=0, help="draws the lengths of calls")
    parser.add_argument("--loads", nargs="+", choices=LOADS, default=list(LOADS), help="which")
    parser.add_argument("--json", type=Path, help="where to write summary and rows")
    arguments = parser.parse_args(sys.argv[1:] if argv is None else argv)
    outcomes = [
        play(load, scheduler, seed=arguments.seed)
        for load in arguments.loads
        for scheduler in SCHEDULERS
    ]
    plain = [asdict(each) for each in outcomes]
    shown = [["-" if cell is None else cell for cell in row.values()] for row in plain]
    print(table(list(plain[0]), shown))
    print()
    print(table(("summary", ""), [list(item) for item in summary(outcomes).items()]))
    save(arguments.json, summary(outcomes), plain)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
