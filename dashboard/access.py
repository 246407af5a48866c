"""What the person at the screen may see."""


def may_read_texts() -> bool:
    """Whether the texts of messages are shown. The dashboard listens on loopback: who reaches it owns the database."""
    return True


def may_set_budgets() -> bool:
    """Whether budgets can be changed here, for the same reason."""
    return True


def may_mute() -> bool:
    """Whether findings can be muted here, for the same reason."""
    return True
