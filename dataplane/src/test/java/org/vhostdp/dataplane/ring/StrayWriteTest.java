package org.vhostdp.dataplane.ring;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.vhostdp.dataplane.net.Features;
import org.vhostdp.dataplane.ring.RingBed.Layout;

/**
 * DPDK's driver leaves WRITE set in some entries of the indirect tables that it sends from: the
 * first, and the one whose number is that of the slot in the ring.
 */
class StrayWriteTest extends HostileRing {
  private void strayTable() throws Exception {
    packed(Layout.ONE_REGION, INDIRECT_OFFERED);
    MemorySegment table = MemorySegment.ofArray(new byte[16 * 3]);
    int[] flags = {WRITE, 0, WRITE};
    for (int i = 0; i < flags.length; i++) {
      table.set(LONG, 16L * i, buffer());
      table.set(INT, 16L * i + 8, 64);
      table.set(SHORT, 16L * i + 14, (short) flags[i]);
    }
    long at = bed.buffer(48);
    bed.twin().write(at, table.toArray(ValueLayout.JAVA_BYTE));
    single(at, 48, INDIRECT);
  }

  @Test
  void aQueueThatIsOnlyReadTakesAllEntriesAsReadable() throws Exception {
    strayTable();
    RingLayout layout =
        RingLayout.locate(
            bed.memory(),
            Features.rings(bed.features()),
            SIZE,
            bed.twin().userAddress(bed.driver().descriptorAddress()),
            bed.twin().userAddress(bed.driver().driverAddress()),
            bed.twin().userAddress(bed.driver().deviceAddress()),
            bed.driver().base() & 0xFFFF);
    DeviceRing reading = DeviceRing.of(layout.forReading(), bed.memory());
    assertEquals(1, reading.collect(chains, SIZE), reading.fault());
    chains.unfold();
    assertEquals(3 * 64, chains.readableBytes[0]);
    assertEquals(0, chains.writableBytes[0]);
  }

  @Test
  void elsewhereItBreaksTheRing() throws Exception {
    strayTable();
    assertBroken("a readable descriptor after a writable one");
  }
}
