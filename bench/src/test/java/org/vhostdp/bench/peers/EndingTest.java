package org.vhostdp.bench.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;

class EndingTest {
  @Command(name = "suite")
  static final class Suite {
    @Mixin EndingOption driver;
  }

  private static Suite parsed(String... arguments) {
    Suite suite = new Suite();
    new CommandLine(suite).parseArgs(arguments);
    return suite;
  }

  @Test
  void withoutTheOptionTheTableIsThatOfTheReferenceDriver() {
    Suite suite = parsed();
    assertTrue(suite.driver.isReference());
    assertEquals(Cell.all(true, Ending.REFERENCE), suite.driver.cells(true));
  }

  @Test
  void dpdkStandsForBothOfItsDevices() {
    Suite suite = parsed("--driver", "dpdk");
    assertFalse(suite.driver.isReference());
    Set<String> names = new HashSet<>();
    for (Cell cell : suite.driver.cells(false)) {
      assertTrue(names.add(cell.toString()), cell.toString());
    }
    // 2 rings; net_null: 4 and 3 sizes, mergeable or not, 2 sizes in order; net_ring one way of 4.
    assertEquals(2 * (4 * 2 + 2 + 3 * 2 + 2 + 4 * 2 + 2), names.size());
    assertTrue(names.contains("net_null, split, guest to host, mix"));
    assertFalse(names.contains("net_null, split, host to guest, mix"));
    assertTrue(names.contains("net_ring, packed, both ways, 64, in order"));
    assertEquals(12, suite.driver.cells(true).size());
  }

  @Test
  void aDriverThatHasNoCellsIsRefusedWithThoseThatHave() {
    ParameterException refused =
        assertThrows(ParameterException.class, () -> parsed("--driver", "tap"));
    assertTrue(refused.getMessage().contains("\"tap\""), refused.getMessage());
    assertTrue(refused.getMessage().contains("dpdk:net_ring"), refused.getMessage());
  }

  @Test
  void bothSidesEndInTheSameDevice() {
    Cell source = new Cell(Ending.NET_NULL, false, Cell.Direction.HOST_TO_GUEST, 256, true, false);
    assertEquals("net_null0,size=256", source.ending().vdev(source).orElseThrow());
    assertEquals("vhost-dp-dpdk,vdev=net_null0,,size=256", source.ending().object(source));
    assertEquals("io", source.peerMode());
    Cell ring = new Cell(Ending.NET_RING, true, Cell.Direction.BOTH, 64, true, false);
    assertEquals(List.of("net_ring0"), ring.ending().vdev(ring).stream().toList());
    assertEquals("vhost-dp-dpdk,vdev=net_ring0", ring.ending().object(ring));
  }

  @Test
  void theReferenceDriverMakesFramesOfTheCellsLength() {
    Cell cell = new Cell(Ending.REFERENCE, false, Cell.Direction.HOST_TO_GUEST, 256, true, false);
    assertTrue(cell.ending().vdev(cell).isEmpty());
    assertTrue(cell.ending().object(cell).startsWith("vhost-dp-loopback,"));
    assertTrue(cell.ending().object(cell).endsWith(",mode=source,frame-bytes=256"));
    assertEquals("txonly", cell.peerMode());
  }
}
