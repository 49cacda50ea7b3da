# Makes the kernel that QEMU guests boot, from the distribution's package, without installing it.
# usage: bash -c "$(cat guest-kernel.sh)" guest-kernel FOLDER [PACKAGE or FOLDER WITH boot AND lib/modules]
# Leaves in FOLDER: kernel, initramfs.gz, root/ with the modules, and at last the file VERSION.
# Prints progress, one line each; the last line of a failure says what to do. Needs no root.
set -u
version=VERSION # replaced by the caller; another one makes everything anew
folder=$1 named=${2:-}
fail() { echo "$*"; exit 1; }
mkdir -p "$folder" || fail "$folder cannot be made; name another folder in VHOSTDP_GUEST_DIR."
exec 9>"$folder/lock" && flock -w 900 9 || fail "$folder is locked by another process."
[ -e "$folder/$version" ] && exit 0
new=$folder/new
trap 'rm -rf "$new"' EXIT
rm -rf "$new"
mkdir -p "$new/packages" "$new/root" "$new/ram" || fail "$folder cannot be written."
cd "$new" || exit 1

# The system's package lists if there are any, else lists of our own.
apt=()
kernel_package() {
  local meta
  if [ -d "$named" ]; then
    echo "$named"
    return
  elif [ -n "$named" ]; then
    apt-cache "${apt[@]}" show "$named" 2>/dev/null | sed -n 's/^Package: //p' | head -n 1
    return
  fi
  for meta in linux-image-amd64 linux-image-virtual linux-image-generic; do
    apt-cache "${apt[@]}" depends "$meta" 2>/dev/null |
      sed -n 's/.*Depends: \(linux-image-[0-9][^ ]*\)$/\1/p' | head -n 1
  done | head -n 1
}
package=$(kernel_package)
if [ -z "$package" ]; then
  mkdir -p lists/partial cache/archives/partial
  apt=(-o "Dir::State::lists=$new/lists" -o "Dir::Cache=$new/cache" -o APT::Sandbox::User="$(id -un)")
  echo 'reading the distribution'\''s package lists'
  timeout 300 apt-get "${apt[@]}" update >log 2>&1
  package=$(kernel_package)
  [ -n "$package$named" ] || fail 'No kernel package: no network, or a distribution without linux-image-amd64 and linux-image-virtual.'
fi
[ -n "$package" ] || fail "No network, or the distribution has no package $named, which VHOSTDP_GUEST_KERNEL names."
wanted=("$package")
[ ! -d "$named" ] || wanted=()
modules=${package/linux-image-/linux-modules-}
apt-cache "${apt[@]}" show "$modules" >/dev/null 2>&1 && wanted+=("$modules")
busybox=$(command -v busybox)
if [ -z "$busybox" ] || ! LC_ALL=C grep -aq 'GLIBC\|BusyBox' "$busybox" || ldd "$busybox" >/dev/null 2>&1; then
  wanted+=(busybox-static) # the guest's first program must stand alone
  busybox=
fi
[ ${#wanted[@]} = 0 ] || echo "downloading ${wanted[*]}"
[ ${#wanted[@]} = 0 ] || (cd packages && timeout 900 apt-get "${apt[@]}" -o APT::Sandbox::User="$(id -un)" download "${wanted[@]}") >log 2>&1 ||
  fail "No network: ${wanted[*]} could not be downloaded ($(grep -m 1 '^E:' log)). Connect, or run where it was prepared before."

echo 'unpacking'
[ ! -d "$named" ] || cp -rL "$named/boot" "$named/lib" root/ || fail "$named has no boot and lib, or there is no room in $folder."
for deb in packages/*.deb; do
  [ -e "$deb" ] || continue
  dpkg -x "$deb" root || fail "$deb cannot be unpacked; is there room in $folder?"
done
[ -d root/lib/modules ] || ln -s usr/lib root/lib # modules that come under /usr/lib
release=$(ls root/lib/modules | head -n 1)
depmod -b "$new/root" "$release" || fail 'depmod failed; is the package kmod installed?'
[ -n "$busybox" ] || busybox=root/bin/busybox
[ -e "$busybox" ] || busybox=root/usr/bin/busybox

echo 'making the initramfs'
mkdir -p ram/bin ram/modules ram/proc ram/sys ram/dev ram/newroot
cp -L "$busybox" ram/bin/busybox
for module in virtio_pci 9p 9pnet_virtio virtio_console virtio_net; do
  modprobe -d "$new/root" -S "$release" --show-depends "$module" ||
    fail "The kernel $release has no module $module."
done >depends || { tail -n 1 depends; exit 1; }
grep -o '/.*\.ko[.a-z]*' depends | awk '!seen[$0]++' >files
while read -r file; do
  name=$(basename "$file")
  case $name in
    *.xz) name=${name%.xz}; xz -dc "$file" >"ram/modules/$name" ;;
    *.zst) name=${name%.zst}; zstd -qdc "$file" >"ram/modules/$name" ;;
    *) cp "$file" "ram/modules/$name" ;;
  esac || fail "$file cannot be unpacked."
  echo "$name" >>ram/modules/order
done <files
cat >ram/init <<'INIT' || fail 'The initramfs could not be written.'
#!/bin/busybox sh
b=/bin/busybox
$b mount -t proc proc /proc
$b mount -t devtmpfs devtmpfs /dev
for m in $($b cat /modules/order); do $b insmod /modules/$m; done
$b mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=1048576,cache=loose host /newroot
init=$($b sed 's/.*vhostdp.init=\([^ ]*\).*/\1/' /proc/cmdline)
$b umount /dev
$b umount /proc
exec $b switch_root /newroot $init
INIT
chmod +x ram/init
(cd ram && find . | "$OLDPWD/ram/bin/busybox" cpio -o -H newc 2>/dev/null | gzip -1) >initramfs.gz
[ -s initramfs.gz ] || fail 'The initramfs could not be made.'
cp "root/boot/vmlinuz-$release" kernel || fail "The package $package holds no kernel."
# QEMU can enter an unpacked kernel directly: an emulated processor takes seconds to unpack it.
unpacked() {
  local at
  at=$(LC_ALL=C grep -abo -m 1 -P "$1" kernel | head -n 1 | cut -d : -f 1)
  [ -n "$at" ] && tail -c "+$((at + 1))" kernel | "${@:2}" >elf 2>/dev/null
  [ "$(head -c 4 elf 2>/dev/null)" = $'\x7fELF' ] && mv elf kernel
}
if grep -qx CONFIG_PVH=y "root/boot/config-$release"; then
  unpacked '\xFD7zXZ\x00' xz -dc --single-stream || unpacked '\x28\xB5\x2F\xFD' zstd -qdc || rm -f elf
fi
rm -rf packages lists cache log depends files root/usr/share ram
touch "$version"
# Readers look for the version first, and it arrives last.
rm -f "$folder"/prepared-*
for item in root kernel initramfs.gz "$version"; do
  rm -rf "${folder:?}/$item"
  mv "$item" "$folder/$item" || fail "$folder cannot be written."
done
echo "ready: Linux $release in $folder"
