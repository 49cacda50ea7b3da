#!/bin/sh
# Writes src/main/java/org/vhostdp/linux/generated again. The build does not run this: the generated
# code is committed. JEXTRACT names the jextract launcher (README.md says how to get one).
set -eu
cd "$(dirname "$0")"
jextract=${JEXTRACT:-jextract}
out=../src/main/java
pkg=org.vhostdp.linux.generated
dir=$out/org/vhostdp/linux/generated

rm -rf "$dir"
$jextract \
  -D _GNU_SOURCE=1 \
  --output "$out" \
  --target-package "$pkg" \
  --header-class-name Libc \
  @includes.txt \
  libc.h

# The generated code is compiled with -Xlint:all -Werror like everything else; it is not ours to mend.
sed -i 's/^public class /@SuppressWarnings("all")\npublic class /; s/^final class /@SuppressWarnings("all")\nfinal class /' "$dir"/*.java

# jextract links every function as soon as its address is asked for. This code links its own handles,
# which capture errno, so the plain ones wait until somebody calls them: 5 ms per call shape at start.
sed -i -E \
  -e 's/^        public static final MethodHandle HANDLE = (.*)$/        static class Plain {\n            static final MethodHandle HANDLE = \1\n        }/' \
  -e 's/([a-z_0-9]+)\.HANDLE;/\1.Plain.HANDLE;/' \
  "$dir"/Libc.java

# Naming a pointer's target takes native access while the class is initialised, before anybody can say
# which flag is missing; the few pointers that come back are given their length where they are used.
sed -i -z -E \
  -e 's/C_POINTER = \(\(AddressLayout\) ([^;]*get\("void\*"\))\)\s*\.withTargetLayout\([^;]*;/C_POINTER = (AddressLayout) \1;/' \
  "$dir"/*shared.java
