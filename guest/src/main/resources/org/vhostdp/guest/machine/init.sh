# The guest's process 1, after the settings the host wrote above: token, channel,
# stream, commands, fstab, nic.
# Few processes, because starting one is what costs most in user-mode Linux.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/tmp TMPDIR=/tmp TERM=dumb LANG=C.UTF-8
LC_ALL=C # not exported: this shell counts bytes, its commands count characters
# First and always: until then a host file system shows the host's processes here.
mount -t proc proc /proc && mount -n -a -T "$fstab" || {
  echo 'guest: its file systems could not be mounted'
  exit 1
}
echo guest >/proc/sys/kernel/hostname
ip link set lo up

# Opened once: a virtio port allows a single opener.
exec 5<>"$channel" || { echo "guest: no command channel $channel" >/dev/console; exit 1; }
case $channel in /dev/tty*) stty raw -echo <&5 ;; esac
if [ -n "$stream" ]; then
  for ((i = 0; i < 100; i++)); do [ -c "$stream" ] && break || sleep 0.05; done
  exec 6<>"$stream" || { echo "guest: no stream $stream" >/dev/console; exit 1; }
fi
if [ "$nic" = load ]; then
  echo 'guest: loading virtio_net' >/dev/console
  modprobe -d /run/modules virtio_net >/dev/console 2>&1
fi

# Sends the answer's head and the output: what is short and has no zero byte without a process.
answer() {
  if IFS= read -r -d '' -n 65536 text <"$output"; then
    bytes=$(stat -c %s "$output")
    printf '%s DONE %s %s %s\n' "$token" "$id" "$status" "$bytes" >&5
    head -c "$bytes" "$output" >&5 # not cat: a process left behind may still write
  else
    printf '%s DONE %s %s %s\n%s' "$token" "$id" "$status" "${#text}" "$text" >&5
  fi
  : >"$output"
}

printf '%s READY %s\n' "$token" "$(</proc/sys/kernel/osrelease)" >&5
# Request: ID SECONDS [MARK]. Answer: TOKEN DONE ID STATUS BYTES, then that many bytes. With a mark the
# output goes to the stream as it is written, and the mark after it, following a zero byte.
while IFS=' ' read -r id seconds mark <&5; do
  if [ -n "$mark" ]; then
    timeout -k 1 "$seconds" bash "/run/host$commands.$id" </dev/null >&6 2>&1 5>&- 6>&-
    status=$?
    printf '\0%s' "$mark" >&6
    printf '%s DONE %s %s 0\n' "$token" "$id" "$status" >&5
    continue
  fi
  output=/run/output.$id
  timeout -k 1 "$seconds" bash "/run/host$commands.$id" </dev/null >"$output" 2>&1 5>&- 6>&-
  status=$?
  answer
done
echo 'guest: the host has gone, powering off' >/dev/console
poweroff -f 2>/dev/null || busybox poweroff -f 2>/dev/null || echo o >/proc/sysrq-trigger
sleep 5
