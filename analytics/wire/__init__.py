"""Pure decoders of wire framings: bytes in, values out, no IO. One framing, one file."""
