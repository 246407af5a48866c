"""Print, as JSON, what this Python is and which HTTP libraries it has. It runs in the user's Python, 3.6 or later."""

# mypy: disable-error-code="no-untyped-def, no-untyped-call"

import importlib.util
import json
import platform
import sys


def version(name):
    try:
        from importlib.metadata import version as found
    except ImportError:  # Python 3.6 and 3.7
        return ""
    return found(name)


if __name__ == "__main__":
    names = [name for name in sys.argv[1:] if importlib.util.find_spec(name)]
    about = {
        "version": platform.python_version(),
        "prefix": sys.prefix,
        "libraries": {name: version(name) for name in names},
    }
    print(json.dumps(about))
