"""Fetching a response that ran in the background: `GET /v1/responses/{id}`.

https://platform.openai.com/docs/api-reference/responses/get

The fetched response repeats the usage of the call that made it, once for every poll. It is no new spending, so it
stays out of this exchange's usage and is kept in the details, under the response's id, for the call that made it:
see analytics/background.py.
"""

from dataclasses import replace

from analytics.dialects.call import Call
from analytics.dialects.exchange import ResponseReading, Usage
from analytics.dialects.openai_responses import OpenAIResponses


class OpenAIRetrieve(OpenAIResponses):
    """A poll for a background response."""

    def read_response(self, call: Call) -> ResponseReading:
        read = super().read_response(call)
        details = read.details | ({"retrieved_usage": read.usage_raw} if read.usage_raw else {})
        return replace(read, reply=(), usage=Usage(), usage_raw=None, details=details)
