# Huge pages for the tests with DPDK: taken before, given back after. Sourced by build; needs bash.
# Tests read VHOSTDP_HUGEPAGES, a folder with hugetlbfs mounted, or VHOSTDP_HUGEPAGES_REASON, why there is none.

readonly HUGEPAGES_WANTED=512
HUGEPAGES_BEFORE=
HUGEPAGES_FOLDER=

hugepages_take() {
  local knob=/proc/sys/vm/nr_hugepages now
  if [[ -n ${VHOSTDP_HUGEPAGES:-} ]]; then return 0; fi
  if [[ $EUID -ne 0 ]]; then
    export VHOSTDP_HUGEPAGES_REASON="huge pages need root: run ./build test as root, or mount hugetlbfs and set VHOSTDP_HUGEPAGES to the folder"
    return 0
  fi
  if ! now=$(cat "$knob" 2>/dev/null); then
    export VHOSTDP_HUGEPAGES_REASON="this kernel has no huge pages ($knob is not there)"
    return 0
  fi
  if [[ $now -lt $HUGEPAGES_WANTED ]]; then
    HUGEPAGES_BEFORE=$now
    echo "$HUGEPAGES_WANTED" 2>/dev/null >"$knob" || true
    if [[ $(cat "$knob") -lt $HUGEPAGES_WANTED ]]; then
      export VHOSTDP_HUGEPAGES_REASON="the kernel gave $(cat "$knob") of $HUGEPAGES_WANTED huge pages"
      hugepages_give_back
      return 0
    fi
  fi
  HUGEPAGES_FOLDER=$(mktemp -d /tmp/vhost-dp-hugepages.XXXXXX)
  if ! mount -t hugetlbfs -o pagesize=2M none "$HUGEPAGES_FOLDER" 2>/dev/null; then
    export VHOSTDP_HUGEPAGES_REASON="hugetlbfs cannot be mounted here"
    hugepages_give_back
    return 0
  fi
  export VHOSTDP_HUGEPAGES=$HUGEPAGES_FOLDER
}

hugepages_give_back() {
  if [[ -n $HUGEPAGES_FOLDER ]]; then
    if mountpoint -q "$HUGEPAGES_FOLDER"; then umount "$HUGEPAGES_FOLDER" || umount -l "$HUGEPAGES_FOLDER"; fi
    rmdir "$HUGEPAGES_FOLDER" || true
    HUGEPAGES_FOLDER=
  fi
  # A larger number was set by someone else meanwhile, and stays.
  if [[ -n $HUGEPAGES_BEFORE ]]; then
    if [[ $(cat /proc/sys/vm/nr_hugepages) -le $HUGEPAGES_WANTED ]]; then
      echo "$HUGEPAGES_BEFORE" >/proc/sys/vm/nr_hugepages || true
    fi
    HUGEPAGES_BEFORE=
  fi
}
