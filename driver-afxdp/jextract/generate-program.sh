#!/bin/sh
# Writes the bindings of libbpf and libxdp (LibXdp) and of the kernel's names for programs and flow
# rules (XdpKernel) again. The build does not run this: the generated code is committed. JEXTRACT
# names the jextract launcher (see linux/jextract/README.md).
set -eu
cd "$(dirname "$0")"
jextract=${JEXTRACT:-jextract}
pkg=org.vhostdp.driver.afxdp.generated
dir=../src/main/java/org/vhostdp/driver/afxdp/generated
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

multiarch=$(gcc -print-multiarch 2>/dev/null || echo x86_64-linux-gnu)
$jextract -I "/usr/include/$multiarch" --output "$out" --target-package $pkg \
  --header-class-name LibXdp @includes-libxdp.txt libxdp.h
$jextract -I "/usr/include/$multiarch" --output "$out" --target-package $pkg \
  --header-class-name XdpKernel @includes-program.txt program.h

new=$out/org/vhostdp/driver/afxdp/generated

# The generated code is compiled with -Xlint:all -Werror like everything else; it is not ours to mend.
sed -i 's/^public class /@SuppressWarnings("all")\npublic class /; s/^final class /@SuppressWarnings("all")\nfinal class /' "$new"/*.java

# Naming a pointer's target takes native access while the class is initialised, before anybody can say
# which flag is missing; the few pointers that come back are given their length where they are used.
sed -i -z -E \
  -e 's/C_POINTER = \(\(AddressLayout\) ([^;]*get\("void\*"\))\)\s*\.withTargetLayout\([^;]*;/C_POINTER = (AddressLayout) \1;/' \
  "$new"/*shared.java

# The libraries are looked for when they are needed first, and what is missing is said as a sentence.
sed -i -z -E \
  -e 's/static final SymbolLookup SYMBOL_LOOKUP = [^;]*;/static final SymbolLookup SYMBOL_LOOKUP = org.vhostdp.driver.afxdp.program.Libraries::find;/' \
  "$new"/LibXdp.java

mkdir -p "$dir"
cp "$new"/*.java "$dir"/
