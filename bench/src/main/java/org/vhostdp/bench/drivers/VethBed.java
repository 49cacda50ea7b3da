package org.vhostdp.bench.drivers;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Two interfaces back to back, with one queue each way; the near one is the device. */
abstract class VethBed implements DriverBed {
  @Override
  public List<Direction> directions() {
    return List.of(Direction.values());
  }

  @Override
  public void make(TestNamespace namespace, String device, Direction direction)
      throws IOException, InterruptedException {
    String far = far(device);
    namespace.command(
        ("ip link add %s numtxqueues 1 numrxqueues 1 type veth"
                + " peer name %s numtxqueues 1 numrxqueues 1")
            .formatted(device, far));
    namespace.command("ip link set " + device + " up");
    namespace.command("ip link set " + far + " up");
    if (direction == Direction.BOTH) {
      // The far end sends back whatever arrives there, in the time of whoever sent it.
      namespace.command("tc qdisc add dev " + far + " clsact");
      namespace.command(
          ("tc filter add dev %s ingress protocol all u32 match u32 0 0"
                  + " action mirred egress redirect dev %s")
              .formatted(far, far));
    }
  }

  private static String far(String device) {
    return device + "far";
  }

  @Override
  public Optional<String> farEnd(String device) {
    return Optional.of(far(device));
  }
}
