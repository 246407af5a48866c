"""Server-side state: who keeps a conversation between calls, and on what terms."""
