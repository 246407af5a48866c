"""What runs inside mitmproxy: which hosts to decrypt, and a tee that copies model calls into the spool."""
