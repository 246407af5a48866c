"""A memory that forgets what was not used lately."""

from analytics.recent import Recent

ROOM = 10


def test_what_is_used_stays_and_what_is_not_goes() -> None:
    recent: Recent[str, int] = Recent(ROOM)
    recent.put("used", 1, 5)
    recent.put("unused", 2, 5)
    for other in range(6):
        recent.put(f"other {other}", 3, 4)
        assert recent.get("used") == 1
    assert recent.get("unused") is None
