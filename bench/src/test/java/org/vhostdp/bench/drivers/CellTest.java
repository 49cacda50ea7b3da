package org.vhostdp.bench.drivers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.vhostdp.bench.host.DpdkDevice;

final class CellTest {
  @Test
  void everyDriverHasItsDirectionsAndBothSizesUnderNamesOfTheirOwn() {
    Set<String> names = new HashSet<>();
    for (Cell cell : Cell.all()) {
      assertTrue(names.add(cell.toString()), cell.toString());
    }
    assertTrue(
        names.containsAll(
            List.of(
                "tap, guest to host, 64",
                "tap, host to guest, 1500",
                "afpacket, guest to host, 1500",
                "afpacket, host to guest, 64",
                "afxdp, both ways, 64",
                "dpdk net_null, guest to host, 64",
                "dpdk net_null, host to guest, 1500",
                "dpdk net_ring, both ways, 64")),
        names.toString());
    assertEquals(2 * (2 + 3 + 3 + 2 + 1), names.size());
  }

  @Test
  void theClientFeedsTheFarEndOfTheKernelsDevicesAndOnlyTakesWhatOthersMake() {
    Cell tap = new Cell(new TapBed(), Direction.HOST_TO_GUEST, 64);
    assertTrue(tap.feedsFarEnd());
    assertEquals("io", tap.clientMode());
    Cell made = new Cell(new DpdkBed(DpdkDevice.NET_NULL), Direction.HOST_TO_GUEST, 64);
    assertFalse(made.feedsFarEnd());
    assertFalse(made.circulates());
    assertEquals("rxonly", made.clientMode());
  }

  @Test
  void whatComesBackByItselfCirculatesWithoutTheFarEnd() {
    for (DriverBed bed : List.of(new AfXdpBed(), new DpdkBed(DpdkDevice.NET_RING))) {
      Cell cell = new Cell(bed, Direction.BOTH, 64);
      assertTrue(cell.circulates());
      assertFalse(cell.feedsFarEnd());
      assertEquals("io", cell.clientMode());
    }
    assertEquals("txonly", new Cell(new AfXdpBed(), Direction.GUEST_TO_HOST, 64).clientMode());
  }

  @Test
  void bothSidesOfADeviceOfDpdkAreGivenTheSame() {
    Cell sink = new Cell(new DpdkBed(DpdkDevice.NET_NULL), Direction.GUEST_TO_HOST, 1500);
    assertEquals("net_null0,no-rx=1", sink.bed().vdev("ours0", sink));
    assertEquals("vhost-dp-dpdk,vdev=net_null0,,no-rx=1", sink.bed().object(null, "ours0", sink));
    Cell source = new Cell(sink.bed(), Direction.HOST_TO_GUEST, 1500);
    assertEquals("net_null0,size=1500", source.bed().vdev("ours0", source));
  }

  @Test
  void theKernelTakesTheNamesOfAllDevices() {
    for (DriverBed bed : DriverBed.ALL) {
      for (String device : List.of(DriverDuel.OUR_DEVICE, DriverDuel.PEER_DEVICE)) {
        String farEnd = bed.farEnd(device).orElse(device);
        assertTrue(farEnd.getBytes(StandardCharsets.UTF_8).length <= 15, farEnd);
      }
    }
  }
}
