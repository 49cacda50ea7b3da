# System packages that the demonstration and the tests use. Sourced by build and vhost-dp; needs bash.

# packages_of GROUP: prints "package:command" and "package:library" lines; a package is present when its command is
# found, or its shared library, NAME.so.ABI, is known to the dynamic linker.
packages_of() {
  case $1 in
    demo) printf '%s\n' user-mode-linux:linux.uml iperf3:iperf3 iputils-ping:ping iproute2:ip kmod:modprobe ;;
    qemu) printf '%s\n' qemu-system-x86:qemu-system-x86_64 busybox-static:busybox cpio:cpio kmod:modprobe iperf3:iperf3 ;;
    afxdp) printf '%s\n' libbpf1:libbpf.so.1 libxdp1:libxdp.so.1 ;;
    dpdk)
      local part
      for part in ethdev mempool-ring bus-vdev bus-pci net-{tap,memif,ring,null,pcap,af-packet,virtio,vhost}; do
        printf '%s\n' "librte-${part}23:librte_${part//-/_}.so.23"
      done
      ;;
    bench)
      packages_of demo
      packages_of afxdp
      packages_of dpdk
      printf '%s\n' qemu-system-x86:qemu-system-x86_64 dpdk-dev:dpdk-testpmd
      ;;
    test)
      packages_of demo
      packages_of qemu
      packages_of afxdp
      packages_of dpdk
      printf '%s\n' dpdk-dev:dpdk-testpmd ethtool:ethtool tshark:tshark tcpdump:tcpdump \
        chromium:chromium make:make gcc:gcc
      ;;
    *) return 1 ;;
  esac
}

# packages_missing GROUP: sets MISSING to the names of the packages that are not here.
packages_missing() {
  local line name program libraries
  declare -A seen=()
  MISSING=()
  libraries=$(PATH=$PATH:/usr/sbin:/sbin ldconfig -p 2>/dev/null) || libraries=
  while IFS=: read -r name program; do
    [[ -z ${seen[$name]:-} ]] || continue
    seen[$name]=1
    case $program in
      *.so.*) [[ $libraries == *"$program"* ]] || MISSING+=("$name") ;;
      *) PATH=$PATH:/usr/sbin:/sbin type -P "$program" >/dev/null || MISSING+=("$name") ;;
    esac
  done < <(packages_of "$1")
}

# packages_admin COMMAND...: runs it as root; returns 77 where that is not allowed without a password.
packages_admin() {
  if [[ $EUID -eq 0 ]]; then
    "$@"
  elif type -P sudo >/dev/null && sudo -n true 2>/dev/null; then
    sudo -n "$@"
  else
    return 77
  fi
}

# packages_available NAME: true if apt could install it from what it knows now.
packages_available() {
  type -P apt-cache >/dev/null && apt-cache policy "$1" 2>/dev/null | grep -q 'Candidate: [^(]'
}

# packages_install NAME...: installs those that the distribution has and names the others on standard error.
packages_install() {
  local name known=() unknown=()
  if ! type -P apt-get >/dev/null; then
    echo "this system has no apt-get; install the equivalents of: $*" >&2
    return 1
  fi
  if ! packages_admin true; then
    echo "no right to install packages (not root, no passwordless sudo); run:  sudo apt-get install --no-install-recommends $*" >&2
    return 1
  fi
  for name in "$@"; do
    if ! packages_available "$name"; then
      packages_admin apt-get -qq update >&2 </dev/null || true
      break
    fi
  done
  for name in "$@"; do
    if packages_available "$name"; then known+=("$name"); else unknown+=("$name"); fi
  done
  [[ ${#unknown[@]} -eq 0 ]] || echo "not in this distribution's package lists: ${unknown[*]}" >&2
  [[ ${#known[@]} -gt 0 ]] || return 1
  echo "installing: ${known[*]}" >&2
  local log
  if ! log=$(packages_admin env DEBIAN_FRONTEND=noninteractive \
    apt-get -qq -y install --no-install-recommends "${known[@]}" 2>&1 </dev/null); then
    printf '%s\n' "$log" | tail -n 20 >&2
    return 1
  fi
}
