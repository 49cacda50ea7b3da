package org.vhostdp.bench.drivers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class CellTest {
  @Test
  void everyDriverHasBothDirectionsAndBothSizesUnderNamesOfTheirOwn() {
    Set<String> names = new HashSet<>();
    for (Cell cell : Cell.all()) {
      assertTrue(names.add(cell.toString()), cell.toString());
    }
    assertEquals(DriverBed.ALL.size() * 4, names.size());
    assertTrue(
        names.containsAll(
            List.of(
                "tap, guest to host, 64",
                "tap, guest to host, 1500",
                "tap, host to guest, 64",
                "tap, host to guest, 1500")),
        names.toString());
  }

  @Test
  void theKernelTakesTheNamesOfAllDevices() {
    for (DriverBed bed : DriverBed.ALL) {
      for (String device : List.of(DriverDuel.OUR_DEVICE, DriverDuel.PEER_DEVICE)) {
        int bytes = bed.kernelSide(device).getBytes(StandardCharsets.UTF_8).length;
        assertTrue(bytes <= 15, bed.kernelSide(device));
      }
    }
  }
}
