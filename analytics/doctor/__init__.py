"""`tokenecho doctor`: is what is here in order, and is a call captured from each runtime found on this machine?"""
