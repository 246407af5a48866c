"""What can be checked of docker/ without a Docker engine."""
