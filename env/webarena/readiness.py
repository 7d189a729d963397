"""Whether a run may start on a WebArena instance, and what ``webpilot doctor`` says of it.

Nothing here starts a browser; whether an account can log in is seen by the world that opens the
pages (see :mod:`env.webarena.logins`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from urllib.parse import urlsplit

from env.webarena.catalogue import INSTALL, WebArenaTask, tasks_file
from env.webarena.fetching import Fetcher
from env.webarena.instance import HEADERS, RESET, TODO, Instance
from env.webarena.marks import MARKS, recognised
from env.webarena.sites import HOMEPAGE, SITES, variable
from env.webarena.tokenizer import DOWNLOAD, found
from webpilot.checks import Check
from webpilot.errors import ConfigError, SiteDown

__all__ = [
    "JUDGE_MODEL",
    "KEY",
    "READY",
    "SITE_TIMEOUT",
    "TASKS",
    "checks",
    "doctor_checks",
    "refuse",
]

KEY = "OPENAI_API_KEY"
TASKS = "WebArena tasks"
"""Name of the check whether the benchmark is installed."""
JUDGE_MODEL = "gpt-4-1106-preview"
"""The model that libwebarena asks, whatever is configured."""
READY = "Ready for duty!"
"""What the reset server says while nothing is being reset."""
SITE_TIMEOUT = 30.0
"""Seconds a site gets to answer; Magento and GitLab may take ten after a restart."""
SHOWN = 60
"""Characters of a strange answer that are shown."""


def checks(
    instance: Instance, tasks: Sequence[WebArenaTask], *, timeout: float = SITE_TIMEOUT
) -> list[Check]:
    """Return what a run of these tasks needs, and whether it is there; asks every site once.

    Args:
        instance: where the sites are.
        tasks: what is to be run.
        timeout: seconds each site gets.
    """
    try:
        headers = instance.headers()
    except ConfigError as error:
        mend = f"correct {HEADERS}, or unset it"
        return [Check(name="WebArena headers", ok=False, detail=str(error), mend=mend)]
    needed = {site for task in tasks for site in task.sites}
    asking: list[Callable[[], Check]] = [
        partial(_site, instance, site, needed, Fetcher(headers=headers), timeout)
        for site in (*SITES, HOMEPAGE)
    ]
    asking.append(partial(_reset_server, instance, Fetcher(headers=headers), timeout))
    with ThreadPoolExecutor(len(asking)) as pool:
        answers = [pool.submit(ask) for ask in asking]
    found_there = [answer.result() for answer in answers]
    return [_installed(), *found_there, *_judging(instance.environ, tasks)]


def refuse(found_out: Sequence[Check]) -> None:
    """Return ``None`` if a run may start.

    Raises:
        ConfigError: something it needs is missing; everything that is, each with its mend.
    """
    wrong = [check for check in found_out if check.required and not check.ok]
    if wrong:
        told = "; ".join(f"{check.name}: {check.detail} ({check.mend})" for check in wrong)
        raise ConfigError(f"this WebArena instance is not ready: {told}")


def doctor_checks(environ: Mapping[str, str]) -> tuple[Check, ...]:
    """Return what ``webpilot doctor`` says of WebArena; the default job needs none of it.

    The sites are asked only where ``environ`` names them.
    """
    instance = Instance.from_environment(environ)
    if not instance.named:
        nothing = Check(
            name="WebArena",
            ok=False,
            detail="skipped: no WebArena instance",
            mend="export WA_SHOPPING=http://HOST:PORT, and so on for the other sites",
        )
        found_out = [_installed(), nothing]
    else:
        found_out = checks(instance, ())
    return tuple(replace(check, required=False) for check in found_out)


def _installed() -> Check:
    try:
        return Check(name=TASKS, ok=True, detail=str(tasks_file()))
    except ConfigError:
        detail = "libwebarena is not installed"
        return Check(name=TASKS, ok=False, detail=detail, mend=INSTALL)


def _site(
    instance: Instance, site: str, needed: Collection[str], fetcher: Fetcher, timeout: float
) -> Check:
    """Return whether a site answers, as itself."""
    name, address = f"WebArena {site}", instance.addresses.get(site, "")
    export = f"export {variable(site)}=http://HOST:PORT"
    if not address:
        return Check(name=name, ok=False, detail=f"{variable(site)} is not set", mend=export)
    if address == TODO and site not in needed:
        return Check(name=name, ok=True, detail="not there, and no chosen task needs it")
    if not _is_address(address):
        detail = f"{variable(site)}={address} is no http address"
        return Check(name=name, ok=False, detail=detail, mend=export)
    wrong = _wrong(site, address, fetcher, timeout)
    if wrong:
        mend = f"start it, or correct {variable(site)}"
        return Check(name=name, ok=False, required=site != HOMEPAGE, detail=wrong, mend=mend)
    who = f" answers as {MARKS[site].application}" if site in MARKS else " answers"
    return Check(name=name, ok=True, detail=address + who)


def _wrong(site: str, address: str, fetcher: Fetcher, timeout: float) -> str:
    """Return what is wrong with what answers at an address, or the empty string."""
    mark = MARKS.get(site)
    try:
        page = fetcher.get(address + (mark.path if mark else ""), timeout=timeout)
        if urlsplit(page.url).netloc != urlsplit(address).netloc:
            return f"{address} sends on to {page.url}: its own base address is another one"
        who = recognised(page.text)
        if page.status < 400 and (mark is None or who == site):
            return ""
        if who is None and mark is not None and mark.path not in ("", "/"):
            who = recognised(fetcher.get(address + "/", timeout=timeout).text)
    except SiteDown as error:
        return str(error)
    if mark is not None and who not in (site, None):
        answers = f"{MARKS[str(who)].application}, which is {who}"
        return f"{address} answers as {answers}, not as {mark.application}"
    if page.status >= 400:
        return f"{page.url} answers with status {page.status}"
    return f"{address} does not answer as {mark.application if mark else 'a site'}"


def _reset_server(instance: Instance, fetcher: Fetcher, timeout: float) -> Check:
    """Return whether the reset server is ready."""
    name, url = "WebArena reset", instance.reset_url
    if not url:
        detail = f"{RESET} is not set: nothing can be put back after a task that changed a site"
        mend = f"export {RESET}=http://HOST:PORT"
        return Check(name=name, ok=False, required=False, detail=detail, mend=mend)
    mend = f"wait for it, start it, or correct {RESET}"
    if not _is_address(url):
        return Check(name=name, ok=False, detail=f"{RESET}={url} is no http address", mend=mend)
    try:
        said = fetcher.get(f"{url}/status", timeout=timeout)
    except SiteDown as error:
        return Check(name=name, ok=False, detail=str(error), mend=mend)
    if said.status != 200 or said.text.strip() != READY:
        detail = f"{url}/status says {said.text.strip()[:SHOWN]!r} with status {said.status}"
        return Check(name=name, ok=False, detail=detail, mend=mend)
    return Check(name=name, ok=True, detail=f"{url} is ready")


def _judging(environ: Mapping[str, str], tasks: Sequence[WebArenaTask]) -> Iterator[Check]:
    """Yield whether the evaluators have what they need beside the sites."""
    tokenizer, need = found(environ), sum(task.tokenized for task in tasks)
    fits = not need or (tokenizer is not None and tokenizer.trained)
    yield Check(
        name="WebArena tokens",
        ok=fits,
        detail=f"{tokenizer.name if tokenizer else 'no punkt_tab'} is here; "
        f"{need} of the chosen tasks need the trained one",
        mend="" if fits else DOWNLOAD,
    )
    asking, keyed = sum(task.needs_model for task in tasks), bool(environ.get(KEY))
    fits = keyed or not asking
    where = environ.get("OPENAI_BASE_URL") or "OpenAI"
    yield Check(
        name="WebArena judge",
        ok=fits,
        detail=f"{asking} of the chosen tasks may ask {JUDGE_MODEL} at {where}; "
        f"{KEY} is {'set' if keyed else 'not set'}",
        mend="" if fits else f"export {KEY}=..., or choose subset=no_judge_model",
    )


def _is_address(text: str) -> bool:
    """Return whether a text is the address of a site, and safe to stand in a task's JSON."""
    try:
        place = urlsplit(text)
        whole = place.scheme in ("http", "https") and bool(place.hostname) and place.port != 0
    except ValueError:
        return False
    return whole and not set(text) & set("\"'<>\\ ")
