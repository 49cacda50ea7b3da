# Unpacks what modules for a kernel are built against, without installing it.
# usage: bash -c "$(cat kernel-headers.sh)" kernel-headers FOLDER RELEASE
# Leaves the folder FOLDER/RELEASE, for make -C. Progress and failures as in guest-kernel.sh. Needs no root.
set -u
folder=$1 release=$2
fail() { echo "$*"; exit 1; }
mkdir -p "$folder" || fail "$folder cannot be made; name another folder in VHOSTDP_GUEST_DIR."
exec 9>"$folder/lock" && flock -w 900 9 || fail "$folder is locked by another process."
[ -e "$folder/$release/.config" ] && exit 0
new=$folder/new
trap 'rm -rf "$new"' EXIT
rm -rf "$new"
mkdir -p "$new/packages" "$new/root" || fail "$folder cannot be written."
cd "$new" || exit 1

apt=()
known() { apt-cache "${apt[@]}" show "linux-headers-$release" >/dev/null 2>&1; }
if ! known; then
  mkdir -p lists/partial cache/archives/partial
  apt=(-o "Dir::State::lists=$new/lists" -o "Dir::Cache=$new/cache" -o APT::Sandbox::User="$(id -un)")
  echo 'reading the distribution'\''s package lists'
  timeout 300 apt-get "${apt[@]}" update >log 2>&1
  known || fail "No network, or the distribution no longer has linux-headers-$release: connect, or remove the folder ${folder%/*} so that the kernel of today is prepared."
fi
# The headers' own package, what all of its kind share, and the programs that the build runs.
mapfile -t wanted < <(apt-cache "${apt[@]}" depends "linux-headers-$release" |
  sed -n 's/.*Depends: \(linux-\(headers\|kbuild\)[^ ]*\)$/\1/p')
wanted=("linux-headers-$release" "${wanted[@]}")
echo "downloading ${wanted[*]}"
(cd packages && timeout 900 apt-get "${apt[@]}" -o APT::Sandbox::User="$(id -un)" download "${wanted[@]}") >log 2>&1 ||
  fail "No network: ${wanted[*]} could not be downloaded ($(grep -m 1 '^E:' log)). Connect, or run where it was prepared before."
echo 'unpacking'
for deb in packages/*.deb; do
  dpkg -x "$deb" root || fail "$deb cannot be unpacked; is there room in $folder?"
done
# Makefiles and links name each other by where they would be installed.
root=$folder/root-$release
find root/usr/src -name Makefile -size -4k -exec sed -i "s|/usr/src/linux-headers|$root/usr/src/linux-headers|g" {} +
find root/usr -type l | while read -r link; do
  target=$(readlink "$link")
  case $target in /*) ln -sfn "$root$target" "$link" ;; esac
done
rm -rf "$root"
mv root "$root" && ln -sfn "root-$release/usr/src/linux-headers-$release" "$folder/$release" ||
  fail "$folder cannot be written."
[ -e "$folder/$release/.config" ] || fail "linux-headers-$release holds no configuration."
echo "ready: headers of Linux $release in $folder/$release"
