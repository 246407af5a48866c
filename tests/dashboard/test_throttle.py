"""Guessing gets slower."""

from dashboard.throttle import FORGOTTEN_S, LONGEST_S, MOST_NAMES, Throttle


def test_each_wrong_guess_doubles_the_wait_up_to_a_limit() -> None:
    throttle, now, waits = Throttle(), 1_000.0, []
    for _ in range(8):
        throttle.failed("ada", now)
        waits.append(throttle.wait("ada", now))
    assert waits == [1, 2, 4, 8, 16, LONGEST_S, LONGEST_S, LONGEST_S]


def test_a_wait_passes() -> None:
    throttle = Throttle()
    throttle.failed("ada", 1_000.0)
    assert [throttle.wait("ada", 1_000.0 + later) for later in (0.0, 0.25, 1.0, 5.0)] == [1.0, 0.75, 0.0, 0.0]


def test_nobody_waits_for_anothers_guesses() -> None:
    throttle = Throttle()
    throttle.failed("ada", 1_000.0)
    assert throttle.wait("ben", 1_000.0) == 0


def test_the_right_password_and_time_wipe_the_slate() -> None:
    throttle = Throttle()
    for _ in range(5):
        throttle.failed("ada", 1_000.0)
    throttle.failed("ada", 1_000.0 + FORGOTTEN_S + 1)
    assert throttle.wait("ada", 1_000.0 + FORGOTTEN_S + 1) == 1.0
    throttle.passed("ada")
    throttle.failed("ada", 3_000.0)
    assert throttle.wait("ada", 3_000.0) == 1.0


def test_what_is_remembered_is_bounded() -> None:
    throttle = Throttle()
    for number in range(MOST_NAMES + 1):
        throttle.failed(f"name {number}", 1_000.0)
    assert throttle.wait("name 0", 1_000.0) == 0
    assert throttle.wait("name 1", 1_000.0) == 1
