#!/bin/sh
# Writes src/main/java/org/vhostdp/driver/afxdp/generated again. The build does not run this: the
# generated code is committed. JEXTRACT names the jextract launcher (see linux/jextract/README.md).
set -eu
cd "$(dirname "$0")"
jextract=${JEXTRACT:-jextract}
out=../src/main/java
pkg=org.vhostdp.driver.afxdp.generated
dir=$out/org/vhostdp/driver/afxdp/generated

rm -f "$dir"/IfXdp* "$dir"/xdp_* "$dir"/sockaddr_xdp.java "$dir"/ethtool_channels.java
$jextract \
  -D _GNU_SOURCE=1 \
  --output "$out" \
  --target-package "$pkg" \
  --header-class-name IfXdp \
  @includes-xdp.txt \
  xdp.h

# The generated code is compiled with -Xlint:all -Werror like everything else; it is not ours to mend.
sed -i 's/^public class /@SuppressWarnings("all")\npublic class /; s/^final class /@SuppressWarnings("all")\nfinal class /' "$dir"/IfXdp*.java "$dir"/xdp_*.java "$dir"/sockaddr_xdp.java "$dir"/ethtool_channels.java

# Naming a pointer's target takes native access while the class is initialised, before anybody can say
# which flag is missing; the few pointers that come back are given their length where they are used.
sed -i -z -E \
  -e 's/C_POINTER = \(\(AddressLayout\) ([^;]*get\("void\*"\))\)\s*\.withTargetLayout\([^;]*;/C_POINTER = (AddressLayout) \1;/' \
  "$dir"/IfXdp*shared.java
