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


def test_what_is_put_again_takes_its_room_once() -> None:
    recent: Recent[str, int] = Recent(ROOM)
    recent.put("other", 1, 5)
    for value in range(9):
        recent.put("same", value, 5)
    assert (recent.get("same"), recent.get("other")) == (8, 1)


def test_what_takes_more_than_there_is_room_for_is_not_kept_and_drives_nothing_out() -> None:
    recent: Recent[str, int] = Recent(ROOM)
    recent.put("small", 1, 5)
    recent.put("grown", 2, 5)
    recent.put("huge", 3, 11)
    recent.put("grown", 4, 11)
    assert (recent.get("small"), recent.get("huge"), recent.get("grown")) == (1, None, None)
    recent.put("other", 5, 5)  # in the place of the one that had grown
    assert (recent.get("small"), recent.get("other")) == (1, 5)
