"""The boundary between our code and somebody's traffic: what fails in here is logged and counted, never passed on."""

import logging
import traceback
from collections.abc import Callable, Coroutine

logger = logging.getLogger("tokenecho")


class Boundary:
    """Runs our code on behalf of the proxy, in one thread. The only place that catches everything."""

    def __init__(self) -> None:
        self.failures = 0
        self._seen: set[tuple[str, str]] = set()

    def run[**P, T](self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """The call's result, or None where it raised."""
        try:
            return call(*args, **kwargs)
        except Exception as error:
            self._note(error)
            return None

    async def attend(self, work: Coroutine[object, object, None]) -> None:
        """Do this work to its end, or to where it raises."""
        try:
            await work
        except Exception as error:
            self._note(error)

    def _note(self, error: Exception) -> None:
        """Log a failure with its traceback the first time it occurs at that line, and count it every time."""
        frames = traceback.extract_tb(error.__traceback__)
        at = (type(error).__name__, f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "")
        self.failures += 1
        known = at in self._seen
        self._seen.add(at)
        if not known:
            trace = "".join(traceback.format_tb(error.__traceback__))
            # Not the message: it may quote the traffic.
            logger.error("tokenecho failed with %s; traffic is not affected, repeats are counted.\n%s", at[0], trace)
