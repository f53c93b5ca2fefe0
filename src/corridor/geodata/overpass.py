"""An Overpass server, asked until it answers: patience, whole answers only, and a folder that keeps them."""

from __future__ import annotations

import ipaddress
import json
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

from corridor.errors import Fault, InputError, MissingExtraError, UsageError

Answer = TypeVar("Answer")

OVERPASS_URL = "https://overpass-api.de/api"
NOMINATIM_URL = "https://nominatim.openstreetmap.org"

SERVER_S = 180  # part of the query, so of its name in the cache: another patience must find the same answers
_STALE_S = 86_400.0


class Patience(NamedTuple):
    """When to ask a server again, and when to stop.

    Attributes
    ----------
    timeout_s
        Longest silence of the server before a question counts as unanswered, s.
    attempts
        Most times that one question is asked.
    back_off_s
        Wait after the first failure, s; doubled after each further one. A longer wait that the server demands counts.
    total_s
        Longest time for the whole download, s; looked at when an answer comes and before each wait.
    """

    timeout_s: float = 200.0
    attempts: int = 5
    back_off_s: float = 5.0
    total_s: float = 3600.0


PATIENCE = Patience()


def server(url: str) -> str:
    """URL of a server without a slash at its end, once it is seen to be one."""
    try:
        parts = urlsplit(url)
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 0) >= 0
    except ValueError:  # a port or an address that cannot be
        sound = False
    if not sound:
        raise UsageError(f'"{url}" is no URL of a server, such as {OVERPASS_URL}.')
    return url.rstrip("/")


def is_private(url: str) -> bool:
    """Whether a server is on this machine or in its own network, as far as its URL tells."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:  # a name
        return "." not in host or host.endswith((".local", ".internal", ".lan"))


class _AnswerError(Exception):
    """A question was not answered as it should be."""

    def __init__(self, url: str | None, message: str, *, again: bool = True, wait_s: float = 0.0) -> None:
        super().__init__(f"{(url or 'The server').partition('?')[0]} {message}")
        self.again = again
        self.wait_s = wait_s


class _Watch:
    """Looks at each answer before osmnx does.

    osmnx waits 55 s after a refusal, asks again without end, uses an answer that broke off halfway, and may keep what
    is none. It hands ``requests_kwargs`` on to requests, which calls a hook with each response: the way in.
    """

    def __init__(self, staged: Path, kept: Path, end_s: float, progress: Callable[[str], object]) -> None:
        self._staged = staged
        self._kept = kept
        self._end_s = end_s
        self._progress = progress
        self.answers = 0

    def __call__(self, response: Any, **_: object) -> None:
        _keep(self._staged, self._kept)  # all answers before this one are written by now
        if response.is_redirect:
            return
        try:
            self._look(response)
        except Exception:
            response.close()  # requests leaves that to whoever collects the garbage
            raise

    def _look(self, response: Any) -> None:
        if time.monotonic() > self._end_s:
            raise _AnswerError(response.url, "took too long in all", again=False)
        parts = urlsplit(response.url)
        if parts.path.endswith("/status"):
            return
        if not response.ok:
            busy = response.status_code == 429 or response.status_code >= 500  # noqa: PLR2004  # HTTP's numbers
            wait_s = _seconds(response.headers.get("Retry-After", ""))
            status = f"{response.status_code} {response.reason}"
            raise _AnswerError(response.url, f"answered {status}", again=busy, wait_s=wait_s)
        try:
            answer = response.json()
        except ValueError:
            raise _AnswerError(response.url, "answered something that is not JSON") from None
        if problem := _problem(answer, list if parts.path.endswith("/search") else dict):
            raise _AnswerError(response.url, problem)
        self.answers += 1
        self._progress(f"{parts.hostname}: {len(response.content) / 1e6:.1f} MB received")


def _problem(answer: Any, kind: type = object) -> str | None:
    """What is wrong with an answer of Overpass (a dict) or Nominatim (a list), if anything."""
    if isinstance(answer, list) and issubclass(list, kind):
        known = all(
            isinstance(place, dict) and {"geojson", "boundingbox", "importance"} <= {*place} for place in answer
        )
        return None if known else "answered something that is not a list of places"
    if not isinstance(answer, dict) or not issubclass(dict, kind) or not isinstance(answer.get("elements"), list):
        return f"answered something that has no {'places' if kind is list else 'elements'}"
    if "remark" in answer:
        return f"broke off halfway: {answer['remark']}"
    try:
        nodes = {one["id"]: one["lat"] + one["lon"] for one in answer["elements"] if one["type"] == "node"}
        whole = all(nodes.keys() >= {*one["nodes"]} for one in answer["elements"] if one["type"] == "way")
    except (KeyError, TypeError):
        return "answered elements that have no place"
    return None if whole else "answered ways without their nodes"


def _seconds(retry_after: str) -> float:
    return float(retry_after) if retry_after.isdecimal() else 0.0  # a date there is rare, and our own wait does


def persist(
    ask: Callable[[], Answer],
    folder: Path,
    settings: Mapping[str, object],
    patience: Patience,
    progress: Callable[[str], object],
) -> Answer:
    """Ask until there is an answer or patience ends; what was answered is in ``folder`` the next time."""
    import requests

    end_s = time.monotonic() + patience.total_s
    failures = 0
    while True:
        left_s = max(end_s - time.monotonic(), 1.0)
        watch = None
        try:
            with _staged(folder, progress) as staged:
                watch = _Watch(staged, folder, end_s, progress)
                now = {
                    "cache_folder": staged,
                    "requests_kwargs": {"hooks": {"response": watch}},
                    "requests_timeout": min(patience.timeout_s, left_s),
                }
                with _osmnx_settings({**settings, **now}):
                    return ask()
        except _AnswerError as error:
            fault = error
        except requests.RequestException as error:
            slow = isinstance(error, requests.Timeout)
            message = f"did not answer within {patience.timeout_s:g} s" if slow else "cannot be reached"
            fault = _AnswerError(str(error.request.url) if error.request else None, message)
        except OSError as error:  # after requests' own, which are OSErrors too
            message = f"answers cannot be kept here: {error.strerror or error}."
            raise InputError([Fault(str(folder), None, None, message)]) from None
        failures = 1 if watch and watch.answers else failures + 1  # attempts are for one question, not for all
        wait_s = max(patience.back_off_s * 2 ** (failures - 1), fault.wait_s)
        late = wait_s > end_s - time.monotonic()
        if not fault.again or failures >= patience.attempts or late:
            end = f"; no more within {patience.total_s:g} s" if late else ""
            raise MissingExtraError(
                f"{fault} (attempt {failures} of {patience.attempts}{end}). "
                f"What was received is kept in {folder}: run again to go on from there, or name another server."
            )
        progress(f"{fault}; attempt {failures + 1} of {patience.attempts} in {wait_s:g} s")
        time.sleep(wait_s)


_LOCK = threading.RLock()


@contextmanager
def _osmnx_settings(values: Mapping[str, object]) -> Iterator[None]:
    """Hold osmnx's settings, which are global, at these values, then put back what was there."""
    import osmnx

    with _LOCK:
        before = {name: getattr(osmnx.settings, name) for name in values}
        resolve = socket.getaddrinfo
        try:
            for name, value in values.items():
                setattr(osmnx.settings, name, value)
            yield
        finally:
            for name, value in before.items():
                setattr(osmnx.settings, name, value)
            socket.getaddrinfo = resolve  # osmnx ties the server's name to one address, for the whole process


@contextmanager
def _staged(kept: Path, progress: Callable[[str], object]) -> Iterator[Path]:
    """A folder for osmnx to write to, with what is kept; new answers that are whole are kept.

    osmnx writes an answer in place, so a full disk or a kill leaves half of it under the right name. Here it is under
    that name in a folder that nobody else reads.
    """
    kept.mkdir(parents=True, exist_ok=True)
    for leftover in kept.glob(".part-*"):
        if time.time() - leftover.stat().st_mtime > _STALE_S:  # a younger one may be at work
            shutil.rmtree(leftover, ignore_errors=True)
    with TemporaryDirectory(prefix=".part-", dir=kept) as name:
        staged = Path(name)
        for path in sorted(kept.glob("*.json")):
            if _is_whole(path):
                _link(path, staged / path.name)
            else:
                progress(f"{path} is damaged: removed, to be fetched again")
                path.unlink(missing_ok=True)
        try:
            yield staged
        finally:
            _keep(staged, kept)


def _keep(staged: Path, kept: Path) -> None:
    for path in staged.glob("*.json"):
        target = kept / path.name
        if not target.exists() and _is_whole(path):
            _link(path, target)


def _is_whole(path: Path) -> bool:
    try:
        return _problem(json.loads(path.read_text("utf-8"))) is None
    except ValueError:  # not JSON, or not even text
        return False


def _link(source: Path, target: Path) -> None:
    try:
        target.hardlink_to(source)
    except OSError:  # not every disk knows links
        part = target.with_name(f".{target.name}.part")
        try:
            shutil.copyfile(source, part)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)


def quiet(_: str) -> None:
    """Progress that nobody is told of."""
