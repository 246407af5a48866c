#!/bin/sh
# Sends this network namespace's outgoing TLS connections to the proxy that listens in it, then runs COMMAND.
#
#   redirect.sh [COMMAND …]     needs NET_ADMIN; doing it twice is the same as once
#   redirect.sh --check         whether the rules are there
#
# The proxy's own connections are told from the app's by its user id, or they would come back to it for ever.
set -eu

proxy_uid=${TOKENECHO_PROXY_UID:-10801}
proxy_port=${TOKENECHO_PORT:-8080}
ports=${TOKENECHO_REDIRECT_PORTS:-443} # with blanks between several

# rule COMMAND ACTION PORT: ACTION is -A or -C. Loopback stays as it is: that is the app talking to itself.
rule() {
    "$1" -w -t nat "$2" OUTPUT ! -o lo -p tcp --dport "$3" \
        -m owner ! --uid-owner "$proxy_uid" -j REDIRECT --to-ports "$proxy_port"
}

present() {
    for port in $ports; do
        rule "$1" -C "$port" 2>/dev/null || return 1
    done
}

install() {
    for port in $ports; do
        rule "$1" -C "$port" 2>/dev/null || rule "$1" -A "$port" || return 1
    done
}

# Whether a connection can leave here over IPv6: some address is of global scope.
has_ipv6() {
    [ -r /proc/net/if_inet6 ] && awk '$4 == "00" { found = 1 } END { exit !found }' /proc/net/if_inet6
}

if [ "${1:-}" = --check ]; then
    present iptables
    ! has_ipv6 || present ip6tables
    exit
fi

install iptables
if ! install ip6tables; then
    # Without the rule, calls over IPv6 would pass by unseen.
    ! has_ipv6 || { echo "redirect: this namespace has IPv6 and no IPv6 rule could be made" >&2; exit 1; }
    echo "redirect: no IPv6 rules, and no IPv6 address that would need them" >&2
fi
echo "redirect: outgoing TCP port(s) $ports to $proxy_port, except those of uid $proxy_uid"
[ $# -eq 0 ] || exec "$@"
