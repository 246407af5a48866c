"""What Gemini CLI asks its Code Assist backend for besides model calls."""

from tests.upstream.answers import Answer, Call, Json, whole

TIER: Json = {"id": "standard-tier", "name": "Gemini Code Assist", "isDefault": True}


def load(call: Call) -> Answer:
    """`POST /v1internal:loadCodeAssist`: a user who has been here before."""
    return whole({"currentTier": TIER, "allowedTiers": [TIER], "cloudaicompanionProject": "test-project"})


def accept(call: Call) -> Answer:
    """Metrics, experiments, quotas: nothing to say."""
    return whole({})
