"""`python caller.py ADDRESS NAME CA`: one chat call to that address as NAME, without any proxy setting.

Prints one line of JSON: who signed the certificate that it was shown, and the answer.
"""

import http.client
import json
import socket
import ssl
import sys

QUESTION = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Which way did this go?"}]}


def call(address: str, name: str, ca: str) -> dict[str, object]:
    """The certificate's issuer, the status and the body."""
    connection = http.client.HTTPSConnection(name)
    trust = ssl.create_default_context(cafile=ca)
    with trust.wrap_socket(socket.create_connection((address, 443), 10), server_hostname=name) as tls:
        connection.sock = tls
        headers = {"content-type": "application/json", "authorization": "Bearer sk-test"}
        connection.request("POST", "/v1/chat/completions", json.dumps(QUESTION), headers)
        response = connection.getresponse()
        issuer = dict(pair[0] for pair in (tls.getpeercert() or {})["issuer"])  # type: ignore[misc]  # typeshed's union
        return {"issuer": issuer, "status": response.status, "body": response.read().decode()}


if __name__ == "__main__":
    print(json.dumps(call(*sys.argv[1:])))
