"""A recorder that dies at once over a message with `poison` in it."""

import os
import signal

from proxy_addons import recorder
from proxy_addons.message import Message
from proxy_addons.recording import Recording

working = Recording._made


def made(self: Recording, message: Message) -> object:
    if b"poison" in message.request:
        os.kill(os.getpid(), signal.SIGKILL)
    return working(self, message)


if __name__ == "__main__":
    Recording._made = made  # type: ignore[method-assign, assignment]  # it is there to break something
    recorder.main()
