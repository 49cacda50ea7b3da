package org.vhostdp.bench.drivers;

import java.util.List;
import java.util.Optional;
import org.vhostdp.bench.host.DpdkDevice;

/** DPDK's own devices, through driver-dpdk and natively. */
final class DpdkBed implements DriverBed {
  private final DpdkDevice dpdk;

  DpdkBed(DpdkDevice dpdk) {
    this.dpdk = dpdk;
  }

  @Override
  public String driver() {
    return "dpdk " + dpdk;
  }

  @Override
  public String peer() {
    return dpdk.toString();
  }

  @Override
  public List<Direction> directions() {
    return switch (dpdk) {
      case NET_NULL -> List.of(Direction.GUEST_TO_HOST, Direction.HOST_TO_GUEST);
      case NET_RING -> List.of(Direction.BOTH);
    };
  }

  @Override
  public String object(TestNamespace namespace, String device, Cell cell) {
    return DpdkDevice.object(vdev(device, cell));
  }

  @Override
  public String vdev(String device, Cell cell) {
    return cell.direction() == Direction.GUEST_TO_HOST ? dpdk.sink() : dpdk.source(cell.frames());
  }

  @Override
  public boolean isPolled() {
    return true;
  }

  @Override
  public Optional<String> farEnd(String device) {
    return Optional.empty();
  }
}
