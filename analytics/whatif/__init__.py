"""The same traffic, called in other ways: what it would have cost under the providers' own rules."""
