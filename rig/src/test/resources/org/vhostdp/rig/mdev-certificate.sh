# Certifies the image's mdev driver in a guest: run, sign, verify. The key is thrown away.
# Near devices are behind PCI Express ports; each is wired to the far one of the same place.
set -eu
V=$PWD/dist/target/vhost-dp/bin/vhost-dp
near= far= monitor=
for device in /sys/bus/pci/devices/*; do
  [ "$(cat "$device/device")" = 0x1041 ] || continue
  address=${device##*/}
  case $address in
    0000:00:*) far=$far,$(basename "$device"/virtio*/net/*) ;;
    *)
      near=$near,$address
      [ "$(basename "$(readlink "$device/driver")")" != vfio-pci ] || continue
      [ ! -e "$device/driver" ] || echo "$address" >"$device/driver/unbind"
      echo vfio-pci >"$device/driver_override"
      echo "$address" >/sys/bus/pci/drivers/vfio-pci/bind
      ;;
  esac
done
for port in /sys/class/virtio-ports/*; do
  [ "$(cat "$port/name" 2>/dev/null)" != monitor ] || monitor=/dev/${port##*/}
done
near=${near#,}
far=$(echo "${far#,}" | cut -d , -f "-$(echo "$near" | tr , '\n' | wc -l)") # the last may belong to other models
echo "near $near, far $far, monitor $monitor"
# As for the tests in guests: compiling costs an emulated processor more than it gains.
export VHOSTDP_JAVA_OPTS=-XX:TieredStopAtLevel=1
report=$VHOSTDP_GUEST_REPORTS/certificate
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rm -rf "$report"
"$V" tck run --driver mdev --report "$report" --seed 20260101 --rule-timeout 240 --group-timeout 1200 \
  --config 'pci={device}' --config ring=split --param "near=$near" --param "far=$far" \
  --param "link=echo set_link near{n} {state} >$monitor"
cp -r dist/target/vhost-dp/drivers/mdev "$work/mdev"
"$V" tck key "$work/me.pem"
"$V" tck sign --result "$report" --key "$work/me.pem" --driver "$work/mdev"
mkdir -p "$work/trust/self"
cp "$work/me.pub.pem" "$work/trust/self"
"$V" tck verify "$work/mdev" --trust "$work/trust" --level self
