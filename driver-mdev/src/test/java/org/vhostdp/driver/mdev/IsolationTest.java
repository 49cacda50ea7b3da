package org.vhostdp.driver.mdev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vhostdp.driver.mdev.nic.NicOptions;
import org.vhostdp.driver.mdev.nic.RingLayout;
import org.vhostdp.driver.mdev.vfio.VfioApi;
import org.vhostdp.driver.mdev.vfio.VfioDevice;
import org.vhostdp.driver.mdev.vfio.VfioFunctions;
import org.vhostdp.driver.mdev.vfio.VfioOptions;
import org.vhostdp.driver.mdev.vfio.VfioTarget;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortEvents;
import org.vhostdp.spi.PortSettings;

/** A device that is sent where it has no memory: the IOMMU stops it, and the port tells. */
@Tag("guest-kernel")
@Timeout(60)
final class IsolationTest {
  private static final long LIMIT_NANOS = 10_000_000_000L;

  @ParameterizedTest
  @EnumSource(names = {"PACKED", "SPLIT"})
  void aTransferToMemoryThatIsNotMappedIsStoppedAndTold(RingLayout ring) throws Exception {
    GuestLab.needs(1);
    String address = GuestLab.near().getFirst();
    VfioOptions options = new VfioOptions(new VfioTarget.Function(address), VfioApi.AUTO, false);
    VfioDevice device = new MisguidedDevice(VfioFunctions.open(options, MdevLab.HOST));
    NicOptions nic = new NicOptions(1, ring, 256, 0);
    try (Port port = new MdevPort(device, Personalities.of(device, nic))) {
      port.configure(PortSettings.defaults());
      port.start();
      Burst burst = new Burst(1);
      assertEquals(1, port.tx(0).claim(burst, 1));
      burst.length[0] = 64;
      assertEquals(1, port.tx(0).transmit(burst, 0, 1));
      String told = fault(port);
      assertTrue(told.contains(address), told);
      assertTrue(told.contains("IOMMU stopped a transfer"), told);
      System.out.println(told);
      assertEquals(0, port.rx(0).receive(burst, 1), "a port with a fault receives nothing");
    }
  }

  private static String fault(Port port) throws InterruptedException {
    StringBuilder all = new StringBuilder();
    long end = System.nanoTime() + LIMIT_NANOS;
    while (System.nanoTime() < end && !all.toString().contains("IOMMU stopped")) {
      if (port.events().next() == PortEvents.FAULT) {
        all.append(port.events().detail()).append(' ');
      }
      Thread.sleep(1);
    }
    return all.toString();
  }
}
