"""Tests of the proxy side."""

import warnings

# mitmproxy calls pyparsing by names that are deprecated, once, when this module is first imported.
with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
    import mitmproxy.addons  # noqa: F401
