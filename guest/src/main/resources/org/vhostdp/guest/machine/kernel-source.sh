# Unpacks files of the kernel's sources, from the distribution's package, without installing it.
# usage: bash -c "$(cat kernel-source.sh)" kernel-source FOLDER VERSION PART FILE...
# Leaves the files in FOLDER/VERSION/PART. Progress and failures as in guest-kernel.sh. Needs no root.
set -u
folder=$1 version=$2 part=$3
shift 3
fail() { echo "$*"; exit 1; }
mkdir -p "$folder" || fail "$folder cannot be made; name another folder in VHOSTDP_GUEST_DIR."
exec 9>"$folder/lock" && flock -w 900 9 || fail "$folder is locked by another process."
complete() {
  local file
  for file in "$@"; do [ -e "$folder/$version/$part/$file" ] || return; done
}
complete "$@" && exit 0
new=$folder/new
trap 'rm -rf "$new"' EXIT
rm -rf "$new"
mkdir -p "$new/packages" "$new/tree" || fail "$folder cannot be written."
cd "$new" || exit 1

package=linux-source-$version
apt=()
known() { apt-cache "${apt[@]}" show "$package" >/dev/null 2>&1; }
if ! known; then
  mkdir -p lists/partial cache/archives/partial
  apt=(-o "Dir::State::lists=$new/lists" -o "Dir::Cache=$new/cache" -o APT::Sandbox::User="$(id -un)")
  echo 'reading the distribution'\''s package lists'
  timeout 300 apt-get "${apt[@]}" update >log 2>&1
  known || fail "No network, or a distribution without the package $package."
fi
echo "downloading $package, about 140 MB"
(cd packages && timeout 900 apt-get "${apt[@]}" -o APT::Sandbox::User="$(id -un)" download "$package") >log 2>&1 ||
  fail "No network: $package could not be downloaded ($(grep -m 1 '^E:' log)). Connect, or run where it was prepared before."
echo "unpacking $part"
# The archive cannot be entered in the middle, but tar ends once it has each file.
dpkg-deb --fsys-tarfile packages/*.deb 2>/dev/null | tar -xO --wildcards '*.tar.xz' 2>/dev/null |
  tar -xJC tree --strip-components=1 --occurrence=1 "${@/#/linux-source-$version/$part/}" 2>log
mkdir -p "$folder/$version/$part" && mv "tree/$part"/* "$folder/$version/$part/" 2>/dev/null
complete "$@" || fail "$package lacks one of $* in $part, or there is no room in $folder."
echo "ready: $part of Linux $version in $folder/$version"
