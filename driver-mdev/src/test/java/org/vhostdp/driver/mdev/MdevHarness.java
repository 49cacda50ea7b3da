package org.vhostdp.driver.mdev;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.vhostdp.linux.Capability;
import org.vhostdp.spi.Driver;
import org.vhostdp.tck.harness.Harness;
import org.vhostdp.tck.harness.Wire;

/** Ports on near devices, each by itself. */
class MdevHarness implements Harness {
  private final MdevDriver driver = new MdevDriver();
  private final Map<String, String> extra;

  /** Numbers of the pairs that wires have now. */
  private final Set<Integer> taken = new HashSet<>();

  MdevHarness(Map<String, String> extra) {
    this.extra = extra;
  }

  @Override
  public Driver driver() {
    return driver;
  }

  @Override
  public Wire wire(Request request) throws Exception {
    int free = 0;
    while (taken.contains(free)) {
      free++;
    }
    int number = free;
    GuestLab.needs(number + 1);
    MdevWire wire = new MdevWire(number, extra, () -> taken.remove(number));
    taken.add(number);
    return wire;
  }

  @Override
  public String describe() {
    return "virtio network device behind an IOMMU, wired by the hypervisor to one of the kernel's";
  }

  @Override
  public Set<Integer> privileges() {
    return Set.of(Capability.CAP_IPC_LOCK);
  }
}
