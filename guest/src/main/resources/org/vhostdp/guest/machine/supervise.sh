# Runs one guest and leaves none of its processes behind, whatever ends it.
# usage: bash -c "$(cat supervise.sh)" supervise LIMIT FOLDER COMMAND [ARGUMENT...]
#   LIMIT   seconds after which the guest is killed
#   FOLDER  the guest's own, deleted at its end; its file pid gets the guest's process id, which
#           user-mode Linux makes its session id too
limit=$1 folder=$2 pidfile=$2/pid
shift 2
timeout -k 1 -s KILL "$limit" bash -c 'echo $$ >"$0" && exec "$@"' "$pidfile" "$@" <&0 &
exec 6>&2 2>/dev/null # the shell's own report of a signal names this script only
wait $!
status=$?
((status > 128)) && echo "guest: ended by SIG$(kill -l "$status")" >&6
session=
[ -e "$pidfile" ] && read -r session <"$pidfile"
# User-mode Linux leaves its I/O threads when it is killed: they share its session.
for stat in /proc/[0-9]*/stat; do
  read -r line <"$stat" || continue
  pid=${stat#/proc/} pid=${pid%/stat}
  set -- ${line##*) }
  [ -n "$session" ] && [ "$4" = "$session" ] && [ "$1" != Z ] && kill -KILL "$pid"
done
cd / && rm -rf "${folder:?}"
exit "$status"
