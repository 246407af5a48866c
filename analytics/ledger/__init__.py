"""The billed ledger: what of each call's reported input was resent, echoed, new or remembered, and what it cost."""
