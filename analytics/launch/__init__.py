"""Starting things: where files live, the certificates, the environment of a routed process, and the processes."""
