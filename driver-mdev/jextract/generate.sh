#!/bin/sh
# Writes src/main/java/org/vhostdp/driver/mdev/generated again. The build does not run this: the
# generated code is committed. JEXTRACT names the jextract launcher (see linux/jextract/README.md),
# HEADERS a folder with Linux 6.12's linux/vfio.h and linux/iommufd.h (see README.md here).
set -eu
cd "$(dirname "$0")"
jextract=${JEXTRACT:-jextract}
out=../src/main/java
pkg=org.vhostdp.driver.mdev.generated
dir=$out/org/vhostdp/driver/mdev/generated

rm -rf "$dir"
$jextract \
  -I "${HEADERS:?}" \
  -D __user= \
  --output "$out" \
  --target-package "$pkg" \
  --header-class-name Vfio \
  @includes.txt \
  vfio.h

# The generated code is compiled with -Xlint:all -Werror like everything else; it is not ours to mend.
sed -i 's/^public class /@SuppressWarnings("all")\npublic class /; s/^final class /@SuppressWarnings("all")\nfinal class /' "$dir"/*.java

# Naming a pointer's target takes native access while the class is initialised, before anybody can say
# which flag is missing; the few pointers that come back are given their length where they are used.
sed -i -z -E \
  -e 's/C_POINTER = \(\(AddressLayout\) ([^;]*get\("void\*"\))\)\s*\.withTargetLayout\([^;]*;/C_POINTER = (AddressLayout) \1;/' \
  "$dir"/*shared.java
