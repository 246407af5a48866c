"""What the person at the screen may see."""


def may_read_texts() -> bool:
    """Whether the texts of messages are shown. The dashboard listens on loopback: who reaches it owns the database."""
    return True
