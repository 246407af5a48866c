"""A dictionary that keeps what was used lately."""

from typing import Final

NOTHING: Final = None, 0


class Recent[K, V]:
    """Two generations, each up to `room`: what is not used while one fills is forgotten. None is no value.

    What takes more than a generation by itself is not kept at all.
    """

    def __init__(self, room: int) -> None:
        self._room, self._used = room, 0
        self._young: dict[K, tuple[V, int]] = {}
        self._old: dict[K, tuple[V, int]] = {}

    def get(self, key: K) -> V | None:
        """The value, which is now among the young."""
        found = self._young.get(key)
        if found is None:
            found = self._old.get(key)
            if found is None:
                return None
            self.put(key, *found)
        return found[0]

    def put(self, key: K, value: V, weight: int = 1) -> None:
        """Keep a value; `weight` is the room that it takes."""
        if weight > self._room:
            self._forget(key)
            return
        self._used += weight - self._young.get(key, NOTHING)[1]
        if self._used > self._room:
            self._old, self._young, self._used = self._young, {}, weight
        self._young[key] = value, weight

    def _forget(self, key: K) -> None:
        self._used -= self._young.pop(key, NOTHING)[1]
        self._old.pop(key, None)
