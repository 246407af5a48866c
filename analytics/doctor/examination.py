"""The whole examination, in the order in which it is read."""

import os
import subprocess
from dataclasses import replace

from analytics.doctor.capture_state import capture_checks
from analytics.doctor.check import Check
from analytics.doctor.installation import authority_check, file_checks, version_checks
from analytics.doctor.private_proxy import ProxyDidNotStart
from analytics.doctor.probes import filled_in, prove
from analytics.doctor.runtimes import found_runtimes
from analytics.doctor.shell import shell_checks
from analytics.launch.places import Places


def examine(at: Places) -> list[Check]:
    """Every check. The runtimes are tried first, since a first proxy makes the authority that is checked after."""
    runtimes = runtime_checks(at)
    return [
        *version_checks(),
        *file_checks(at),
        authority_check(at),
        *capture_checks(at),
        *shell_checks(os.environ, at),
        *runtimes,
    ]


def runtime_checks(at: Places) -> list[Check]:
    """A call by each runtime; one failure where the proxy that they need does not start."""
    probes, notes = found_runtimes()
    known = [replace(note, remedy=filled_in(note.remedy, at)) for note in notes]
    try:
        return [*prove(probes, at), *known]
    except (ProxyDidNotStart, OSError, subprocess.CalledProcessError) as error:
        return [
            Check("runtime", "proxy", "failure", f"did not start: {error}", "Without it nothing is captured."),
            *known,
        ]
