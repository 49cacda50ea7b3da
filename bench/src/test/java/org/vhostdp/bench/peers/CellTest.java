package org.vhostdp.bench.peers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class CellTest {
  @Test
  void theFullRunHasEveryCombination() {
    List<Cell> cells = Cell.all(false, Ending.REFERENCE);
    // 2 rings, 3 directions, 4 sizes, mergeable or not; and 2 sizes in order.
    assertEquals(2 * 3 * (4 * 2 + 2), cells.size());
    assertEquals(cells.size(), new HashSet<>(cells).size());
    assertEquals(cells.size(), new HashSet<>(cells.stream().map(Cell::toString).toList()).size());
  }

  @Test
  void aQuickRunIsPartOfTheFullOne() {
    assertTrue(Cell.all(false, Ending.REFERENCE).containsAll(Cell.all(true, Ending.REFERENCE)));
    assertEquals(8, Cell.all(true, Ending.REFERENCE).size());
  }

  @Test
  void bothSidesAreToldTheSame() {
    Cell mix =
        new Cell(Ending.REFERENCE, true, Cell.Direction.HOST_TO_GUEST, Cell.MIX, false, true);
    assertEquals("packed, host to guest, mix, not mergeable, in order", mix.toString());
    assertEquals(
        List.of("--forward-mode=txonly", "--total-num-mbufs=32768", "--txpkts=64,506,948"),
        mix.testpmdOptions(mix.direction().peer));
    assertEquals(
        "net_virtio_user1,path=/tmp/s,queues=1,queue_size=1024,packed_vq=1,mrg_rxbuf=0,in_order=1",
        mix.clientDevice(1, Path.of("/tmp/s")));
  }
}
