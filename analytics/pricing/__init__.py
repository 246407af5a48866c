"""What a call cost: the provider's own figure, else the user's price file, else genai-prices; else unknown, and why."""
