"""What Codex asks chatgpt.com for besides model calls: the models, and where its workspace's calls go."""

from tests.upstream.answers import Answer, Call, Json, whole
from tests.upstream.openai_chat import headers


def models(call: Call) -> Answer:
    """`GET /backend-api/codex/models`: none that Codex does not know by itself."""
    return whole({"models": []}, headers(call.world))


def accounts(call: Call) -> Answer:
    """`GET /backend-api/wham/accounts/check`: the account that asks is the only one, at the usual address."""
    name = call.headers.get("chatgpt-account-id", "account-1")
    account: Json = {"id": name, "structure": "personal", "plan_type": "plus", "can_access_with_session": True}
    account |= {"workspace_backend_origin": "NO_CONSTRAINT", "account_routing_override": "NO_CONSTRAINT"}
    listed = {"account_ordering": [name], "accounts": [account], "default_account_id": name}
    return whole(listed, headers(call.world))
