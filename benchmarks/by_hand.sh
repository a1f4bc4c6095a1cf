#!/bin/bash
# shellcheck disable=SC2016,SC2154 # $1 is of an inner shell; the values come from the file `site`
# What an engineer would run instead of the suite, for the facts that METHOD.md lists: nmap, curl, openssl, net-snmp,
# sipsak, dig, chronyd, ldapsearch, and sslyze or testssl.sh. It reads and writes nothing on the nodes. Everything
# goes to files in OUT; whoever ran it has to read and judge them, which is not part of what is measured.
#
#   by_hand.sh SITE OUT deployment|wire|sslyze|testssl
#
# SITE is a folder with `site` (values and credentials, as shell variables) and `nodes`, a line a node:
# name role ipv4 ipv6 fqdn. Many nodes are asked at a time, as many as make it faster on the machine.
# A tool that is missing is named on standard error, and so is a fact that was not read; the exit code is 1 then.
set -u

set -a # values and functions reach the shells that xargs starts
site=$1 out=$2 part=$3
mkdir -p "$out"
# shellcheck source=/dev/null
. "$site/site"
nodes=$site/nodes
waiting=24                # tools that mostly wait for an answer
computing=$((2 * $(nproc))) # tools that take a core and wait in between
web="curl --silent --insecure --max-time 5"
if [ -n "$client_certificate" ]; then
    as_administrator="$web --cert $client_certificate --key $client_key"
else
    as_administrator="$web --user $web_login"
fi
api=/api/admin
nowhere=/securemode-acceptance/no-such-page/

missing() {
    printf 'by_hand.sh: %s is not installed: its facts are not read\n' "$1" >&2
    : >"$out/incomplete"
}

has() { command -v "$1" >/dev/null || { missing "$1"; false; }; }

# every FUNCTION AT_ONCE [FILTER]: the function for each node's line, whose role may be asked for.
every() {
    grep -E "${3:-.}" "$nodes" | tr '\n' '\0' |
        xargs -0 -n 1 -P "$2" bash -c 'read -r name role ipv4 ipv6 fqdn <<<"$1"; '"$1" _
}

# expect WORD COUNT FILE...: each file of a fact has to have been written, and to hold something.
expect() {
    local what=$1 wanted=$2 found=0
    shift 2
    for file in "$@"; do [ -s "$file" ] && found=$((found + 1)); done
    printf '%-24s %s of %s\n' "$what" "$found" "$wanted"
    [ "$found" -ge "$wanted" ] || { printf 'by_hand.sh: %s: not read everywhere\n' "$what" >&2; : >"$out/incomplete"; }
}

# ---------------------------------------------------------------- once a deployment

read_configuration() { # one curl: the connection is kept
    local resources="global management_vm worker_vm system_location dns_server ntp_server syslog_server
        snmp_network_management_system tls_certificate ca_certificate authentication role permission
        role_mapping ldap_role conference autobackup"
    local arguments=()
    for resource in $resources; do
        arguments+=("https://$management$api/configuration/v1/$resource/?limit=5000" -o "$out/api.$resource")
    done
    arguments+=("https://$management$api/status/v1/worker_vm/?limit=5000" -o "$out/api.status")
    # shellcheck disable=SC2086 # words, not one argument
    $as_administrator --fail "${arguments[@]}"
    expect configuration 18 "$out"/api.*
}

ask_names() { # one dig a server: all questions from a file
    while read -r _ _ _ _ fqdn; do printf '%s A\n%s AAAA\n' "$fqdn" "$fqdn"; done <"$nodes" >"$out/questions"
    local server
    for server in $dns_servers; do
        dig @"$server" +tries=2 +time=2 +noall +answer -f "$out/questions" >"$out/dns.$server" &
    done
    wait
    # shellcheck disable=SC2086
    expect names "$(wc -w <<<"$dns_servers")" "$out"/dns.*
}

ask_time() { # address:id:key of each server; with its key, and with a wrong one
    local server address id key
    for server in $ntp_servers; do
        IFS=: read -r address id key <<<"$server"
        for given in "$key" 0000000000000000000000000000000000000000; do
            which=$([ "$given" = "$key" ] && echo right || echo wrong)
            sort=$([ ${#given} -gt 20 ] && echo HEX || echo ASCII) # an ASCII key has 20 characters at most
            printf '%s SHA1 %s:%s\n' "$id" "$sort" "$given" >"$out/ntp.$address.$which.keys"
            printf 'server %s iburst maxsamples 1 key %s\nkeyfile %s\ncmdport 0\nbindcmdaddress /\npidfile %s\n' "$address" \
                "$id" "$out/ntp.$address.$which.keys" "$out/ntp.$address.$which.pid" >"$out/ntp.$address.$which.conf"
            chronyd -Q -x -U -t 2 -u root -f "$out/ntp.$address.$which.conf" >"$out/ntp.$address.$which" 2>&1 &
        done
    done
    wait
    # shellcheck disable=SC2046 # a number of files that grep names
    expect time "$(wc -w <<<"$ntp_servers")" $(grep -l 'wrong by' "$out"/ntp.*.right)
}

ask_directory() {
    LDAPTLS_CACERT=$ca_file ldapsearch -LLL -x -o nettimeout=5 -H "ldaps://$ldap_address:$ldap_port" \
        -D "$ldap_bind" -w "$ldap_password" -b "$ldap_base" '(objectClass=group)' dn objectSid \
        >"$out/directory" 2>&1
    expect directory 1 "$out/directory"
}

knock() { # name certificate key: login page, start page and API with one client certificate, or with none
    local how=$web
    if [ -n "$2" ]; then how="$web --cert $2 --key $3"; else how="$web --user $web_login"; fi
    for door in /admin/login/ /admin/ $api/configuration/v1/global/; do
        # shellcheck disable=SC2086
        $how -o /dev/null -w "$door %{http_code} %{errormsg}\n" "https://$management$door"
    done >"$out/door.$1"
}

knock_everywhere() {
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=operator" -keyout "$out/forged.key" \
        -out "$out/forged.pem" 2>/dev/null
    knock none "" "" &
    knock administrator "$client_certificate" "$client_key" &
    knock self-signed "$out/forged.pem" "$out/forged.key" &
    for sort in $refused_certificates; do # name:certificate:key
        IFS=: read -r which certificate key <<<"$sort"
        knock "$which" "$certificate" "$key" &
    done
    wait
    expect "client certificates" "$((3 + $(wc -w <<<"$refused_certificates")))" "$out"/door.*
}

# ---------------------------------------------------------------- on the wire of every node

scan() { # label role family nmap's options: one nmap asks many hosts at a time
    local label=$1 whose=$2 family=$3 column=3
    shift 3
    [ "$family" = 6 ] && column=4
    awk -v role="$whose" -v column="$column" '$2 ~ role && $column != "-" {print $column}' "$nodes" >"$out/$label.hosts"
    [ -s "$out/$label.hosts" ] || return 0
    [ "$family" = 6 ] && set -- -6 "$@"
    nmap -n -Pn -T4 --max-retries 1 --min-hostgroup 100 --reason "$@" -iL "$out/$label.hosts" \
        -oA "$out/$label" >/dev/null
}

scan_ports() { # the families at the same time; the Management Node's TCP ports are a short list
    local family
    for family in 4 6; do
        {
            scan "tcp$family" conferencing "$family" -sS --min-rate "$packets_a_second" -p "$tcp_ports"
            scan "few$family" management "$family" -sS -p "$few_tcp_ports"
            scan "udp$family" . "$family" -sU -p "$udp_ports"
        } &
    done
    wait
    expect ports "$(find "$out" -name '*.hosts' -size +0 | wc -l)" "$out"/*.gnmap
}

ask_snmp() { # the station, everything less at once, the station again
    local up=1.3.6.1.2.1.1.3.0 to="-r 1 -t 0.5 $ipv4" right wrong=wrong-passphrase
    right="-v3 -u $snmp_user -a SHA -A $snmp_authentication -x AES -X $snmp_privacy"
    # shellcheck disable=SC2086
    {
        snmpget -l authPriv $right $to $up
        snmpget -v1 -c public $to $up &
        snmpget -v2c -c public $to $up &
        snmpget -v1 -c "$snmp_community" $to $up &
        snmpget -v2c -c "$snmp_community" $to $up &
        snmpget -v3 -u "$snmp_user" -l noAuthNoPriv $to $up &
        snmpget $right -l authNoPriv $to $up &
        snmpget $right -l authPriv -a MD5 $to $up &
        snmpget $right -l authPriv -x DES $to $up &
        snmpget $right -l authPriv -A $wrong $to $up &
        snmpget $right -l authPriv -X $wrong $to $up &
        wait
        snmpget -l authPriv $right $to $up
    } >"$out/snmp.$name" 2>&1
}

ask_web() { # headers of every sort of answer (and the Date), plain HTTP, IPv6; client API where there is one
    local how=$web plain="/ /api/client/v2/status /webapp/" paths="/ /webapp/ $nowhere /api/client/v2/status"
    local post=/ tls=()
    if [ "$role" = management ]; then
        paths="/ /admin/login/ $nowhere $api/configuration/v1/global/1/" post=/admin/login/
        plain="/ /admin/login/ $api/status/v1/licensing/" how=$as_administrator
    else
        for what in conferences registrations; do
            tls+=("https://$ipv4/api/client/v2/$what/nobody-of-this-name/request_token")
        done
    fi
    for path in $paths; do tls+=("https://$ipv4$path"); done
    [ "$ipv6" = - ] || tls+=("https://[$ipv6]/")
    # shellcheck disable=SC2086
    $how -D - "${tls[@]}" >"$out/web.$name"
    # shellcheck disable=SC2086
    $how -D - -X POST "https://$ipv4$post" >>"$out/web.$name"
    for path in $plain; do
        # shellcheck disable=SC2086
        $web --connect-timeout 2 -D - "http://$ipv4$path" >>"$out/web.$name" || break # silent: once is enough
    done
}

read_certificates() { # as served, verified to the site's authority; the responder is asked for the first
    local port chain
    for port in 443 $([ "$role" = management ] || echo 5061); do
        chain=$out/chain.$name.$port
        timeout 10 openssl s_client -connect "$ipv4:$port" -servername "$fqdn" -verify_hostname "$fqdn" \
            -CAfile "$ca_file" -showcerts </dev/null >"$chain" 2>&1
        openssl x509 -in "$chain" -noout -text -checkend 2592000 >"$chain.text" 2>&1
    done
    timeout 10 openssl ocsp -issuer "$intermediate_file" -CAfile "$ca_file" -cert "$out/chain.$name.443" \
        -url "$ocsp_url" >"$out/ocsp.$name" 2>&1
}

ask_sip() { # OPTIONS over UDP, TCP and, for want of TLS in sipsak, by hand over TLS
    timeout 5 sipsak -vv -s "sip:$ipv4:5060" >"$out/sip.$name.udp" 2>&1
    timeout 5 sipsak -vv -E tcp -s "sip:$ipv4:5060" >"$out/sip.$name.tcp" 2>&1
    printf 'OPTIONS sip:%s SIP/2.0\r\nVia: SIP/2.0/TLS here.invalid;branch=z9hG4bK-%s\r\nMax-Forwards: 70\r\n' "$ipv4" "$RANDOM" \
        >"$out/sip.$name.request"
    printf 'From: <sip:here.invalid>;tag=1\r\nTo: <sip:%s>\r\nCall-ID: %s@here.invalid\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n' \
        "$ipv4" "$RANDOM" >>"$out/sip.$name.request"
    { cat "$out/sip.$name.request"; sleep 0.5; } |
        timeout 5 openssl s_client -connect "$ipv4:5061" -quiet -no_ign_eof >"$out/sip.$name.tls" 2>/dev/null
}

on_the_wire() {
    ask_snmp
    ask_web
    read_certificates
    [ "$role" = management ] || ask_sip
}

# ---------------------------------------------------------------- TLS, one tool or the other

endpoints() { awk '{print $3 ":443"} $2 == "conferencing" {print $3 ":5061"}' "$nodes"; }

by_sslyze() { # one process: it scans many servers at a time
    endpoints >"$out/endpoints"
    $sslyze --quiet --mozilla_config=disable --sslv2 --sslv3 --tlsv1 --tlsv1_1 --tlsv1_2 --tlsv1_3 \
        --elliptic_curves --certinfo --certinfo_ca_file="$ca_file" --targets_in="$out/endpoints" \
        --json_out="$out/sslyze.json" 2>"$out/sslyze.errors"
    expect sslyze 1 "$out/sslyze.json"
}

by_testssl() { # protocols, every suite of each, forward secrecy with its groups, certificate
    endpoints | xargs -P "$computing" -I{} sh -c '
        "$1" --quiet --color 0 --warnings off --nodns none --add-ca "$2" -p -E -f -S "$3" >"$4/testssl.$3" 2>&1' \
        _ "$testssl" "$ca_file" {} "$out"
    # shellcheck disable=SC2046
    expect testssl.sh "$(endpoints | wc -l)" $(grep -l 'TLS 1.3' "$out"/testssl.*)
}

all=$(wc -l <"$nodes")
case $part in
deployment)
    has curl && read_configuration && knock_everywhere
    has dig && ask_names
    has chronyd && ask_time
    has ldapsearch && ask_directory
    ;;
wire)
    has nmap && scan_ports &
    for tool in snmpget curl openssl sipsak; do has "$tool"; done
    every on_the_wire "$waiting"
    wait
    # shellcheck disable=SC2046
    expect SNMP "$all" $(grep -l Timeticks "$out"/snmp.*)
    expect web "$all" "$out"/web.*
    expect certificates "$all" "$out"/chain.*.443
    # shellcheck disable=SC2046
    expect revocation "$all" $(grep -l ': good' "$out"/ocsp.*)
    # shellcheck disable=SC2046
    expect SIP "$((3 * $(grep -c conferencing "$nodes")))" $(grep -l 'SIP/2.0 200' "$out"/sip.*.{udp,tcp,tls})
    ;;
sslyze) if [ -n "$sslyze" ]; then by_sslyze; else missing sslyze; fi ;;
testssl) if [ -n "$testssl" ]; then by_testssl; else missing testssl.sh; fi ;;
*)
    printf 'by_hand.sh: no part is called %s: deployment, wire, sslyze, testssl\n' "$part" >&2
    exit 2
    ;;
esac
[ ! -e "$out/incomplete" ]
