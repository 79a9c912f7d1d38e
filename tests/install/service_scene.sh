#!/bin/sh
# What an operator does with the service, below a systemd that has just started (boot.sh). Each step is named
# before it is taken; the last line says that all were.
set -eu

scene=/run/scene
state=/var/lib/cratedex
public=http://127.0.0.1:8888
operators=http://127.0.0.1:8889

step() { printf '== %s\n' "$*"; }
fail() { printf 'failed: %s\n' "$*"; exit 1; }

# await COMMAND…: until it succeeds, for half a minute.
await() {
    last=$(($(date +%s) + 30))
    until "$@"; do
        [ "$(date +%s)" -lt "$last" ] || fail "in vain: $*"
        sleep 0.1
    done
}

ask() { curl --silent --show-error --fail --max-time 10 "$@"; }
answers() { ask "$1" >/dev/null 2>&1; }
has_crates() { ask "$operators/readyz" 2>/dev/null | grep -q "\"crates\":$1,"; }
journal_has() { journalctl --unit "$1" --output cat --no-pager | grep -qF -e "$2"; }
main_pid() { systemctl show --property MainPID --value cratedex-server; }
has_other_process() { [ "$(main_pid)" != "$1" ] && [ "$(main_pid)" != 0 ]; }

# has_status LINE: of the server's process, as the kernel knows it
has_status() { grep -q "^$1\$" "/proc/$(main_pid)/status" || fail "no \"$1\" in $(cat "/proc/$(main_pid)/status")"; }

step 'user and folders'
systemd-sysusers
systemd-tmpfiles --create cratedex.conf
cat >>/etc/cratedex/cratedex-server.conf <<'END'
admin-listen = 127.0.0.1:8889
count-downloads = /var/lib/cratedex/downloads
access-log = json
access-log-file = /var/log/cratedex/access.log
pid-file = /run/cratedex/cratedex-server.pid
END

step 'without an index it does not start, and says why'
! systemctl start cratedex-server 2>/dev/null || fail 'it started'
systemctl status --no-pager --full cratedex-server | grep -qF "there is no index at $state/current/crates.cdx" ||
    fail "$(systemctl status --no-pager --full cratedex-server)"

step 'the nightly build makes one of a dump that it fetches'
(cd "$scene" && exec python3 -m http.server --bind 127.0.0.1 8000 >/dev/null 2>&1) &
files=$!
await answers http://127.0.0.1:8000/
printf 'URL=http://127.0.0.1:8000/db-dump.tar.gz\nALLOW_HTTP=yes\nMIN_FREE=1M\n' >>/etc/cratedex/nightly.conf
systemctl start cratedex-nightly || fail "$(journalctl --unit cratedex-nightly --no-pager)"
[ "$(stat -c %U "$state/current/crates.cdx")" = cratedex ] || fail "$(ls -lR "$state")"

step 'the server serves it, without privileges and in its sandbox'
systemctl start cratedex-server || fail "$(journalctl --unit cratedex-server --no-pager)"
ask "$public/api/v1/crates/serde" | grep -q '"name":"serde"' || fail 'no serde'
has_status "Uid:.*$(id -u cratedex).*"
has_status 'CapBnd:.0*'
has_status 'CapEff:.0*'
has_status 'NoNewPrivs:.1'
has_status 'Seccomp:.2'
ask "$operators/metrics" | grep -q '^process_open_fds ' || fail 'no figures of the process'
systemctl show --property StatusText cratedex-server | grep -q 'crates, dump of' || fail 'no status'

step 'it reloads'
systemctl reload cratedex-server
await journal_has cratedex-server 'was reloaded'

step 'it takes another index as soon as the link is turned'
mkdir "$state/indexes/other"
cp "$scene/other.cdx" "$state/indexes/other/crates.cdx"
ln -s indexes/other "$state/next"
mv -T "$state/next" "$state/current"
await has_crates 2

step 'its logs are rotated'
ask "$public/api/v1/crates/serde/7.0.0/download" >/dev/null
await test -s /var/log/cratedex/access.log
if command -v logrotate >/dev/null; then
    logrotate --force /etc/logrotate.d/cratedex
    [ -s /var/log/cratedex/access.log.1 ] || fail "$(ls -l /var/log/cratedex)"
    answers "$public/api/v1/crates/json"
    await test -s /var/log/cratedex/access.log
else
    echo 'skipped: there is no logrotate'
fi

step 'it is started again after a crash'
process=$(main_pid)
kill -SEGV "$process"
await has_other_process "$process"
await answers "$operators/readyz"

step 'it stops, and has counted'
systemctl stop cratedex-server
[ "$(systemctl is-failed cratedex-server)" = inactive ] || fail "$(systemctl status --no-pager cratedex-server)"
[ -n "$(ls "$state/downloads")" ] || fail 'nothing was counted'
[ ! -e /run/cratedex/cratedex-server.pid ] || fail 'the PID file is still there'

step 'systemd opens its sockets, and starts it when somebody comes'
systemctl --quiet enable --now cratedex-server.socket cratedex-server-admin.socket
[ "$(systemctl is-active cratedex-server)" = inactive ] || fail 'it runs already'
answers "$public/api/v1/crates/serde" || fail 'no answer'
answers "$operators/readyz" || fail 'no answer for operators'
systemctl restart cratedex-server
answers "$public/api/v1/crates/serde" || fail 'no answer after a restart'

step 'the timer waits for the night'
systemctl --quiet enable --now cratedex-nightly.timer
systemctl list-timers --no-pager | grep -q cratedex-nightly.service || fail "$(systemctl list-timers --no-pager)"

step 'nothing has failed'
[ -z "$(systemctl list-units --failed --plain --no-legend)" ] || fail "$(systemctl list-units --failed --no-pager)"
kill "$files"
echo 'all well'
