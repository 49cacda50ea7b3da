package org.vhostdp.driver.tap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.ForeignMemory;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.TxQueue;

/** The burst methods allocate nothing once they are compiled. */
@Timeout(120)
@ParameterizedClass
@ValueSource(strings = {"plain", "auto"})
final class TapAllocationTest {
  private static final int BURST = 16;
  private static final int WARM_UP = 8000;
  private static final int MEASURED = 4000;
  private static final int SECONDS = 40;

  @Parameter String io;

  private TapLab lab;
  private Port a;
  private Port b;

  @BeforeEach
  void open() throws Exception {
    lab = TapLab.open();
    a = lab.started("ifname", "a", "io", io);
    b = lab.started("ifname", "b");
    lab.netlink.createBridge("br0");
    lab.netlink.enslave("a", "br0");
    lab.netlink.enslave("b", "br0");
    lab.netlink.up("br0", true);
  }

  @AfterEach
  void close() {
    if (lab != null) {
      lab.close();
    }
  }

  /** What a round allocates in the steady state, bytes per thousand rounds. */
  private long allocated(Runnable round) {
    for (int i = 0; i < WARM_UP; i++) {
      round.run();
    }
    // Until everything is compiled some calls allocate; a loaded machine takes its time over that.
    long least = Long.MAX_VALUE;
    long end = System.nanoTime() + SECONDS * 1_000_000_000L;
    while (least != 0 && System.nanoTime() < end) {
      long before = Allocation.bytes();
      for (int i = 0; i < MEASURED; i++) {
        round.run();
      }
      least = Math.min(least, Allocation.bytes() - before);
    }
    return least * 1000 / MEASURED;
  }

  @Test
  void ownFramesAllocateNothing() throws Exception {
    TxQueue tx = a.tx(0);
    RxQueue rx = b.rx(0);
    Burst burst = new Burst(64);
    int[] received = {0};
    fill(burst);
    long bytes =
        allocated(
            () -> {
              int n = tx.claim(burst, BURST);
              for (int i = 0; i < n; i++) {
                burst.length[i] = 64;
              }
              tx.transmit(burst, 0, n);
              for (n = rx.receive(burst, 64); n > 0; n = rx.receive(burst, 64)) {
                received[0] += n;
                rx.release(burst, 0, n);
              }
            });
    assertEquals(0, bytes);
    assertTrue(received[0] > MEASURED * BURST, "frames crossed: " + received[0]);
  }

  @Test
  void foreignFramesAndWakeupsAllocateNothing() throws Exception {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment frame = arena.allocate(200);
      MemorySegment.copy(Frames.of(200, 1), 0, frame, ValueLayout.JAVA_BYTE, 0, 200);
      int from = a.facet(ForeignMemory.class).orElseThrow().lend(frame, 0);
      ForeignMemory sink = b.facet(ForeignMemory.class).orElseThrow();
      int to = sink.lend(arena.allocate(8192), ForeignMemory.WRITABLE);
      TxQueue tx = a.tx(0);
      RxQueue rx = b.rx(0);
      Burst out = foreign(from, 200);
      Burst in = foreign(to, 2000);
      int[] received = {0};
      long bytes =
          allocated(
              () -> {
                tx.transmit(out, 0, BURST);
                while (rx.receiveInto(in, 1) != 0) {
                  received[0]++;
                }
                if (rx.wakeup().arm()) {
                  received[0]++;
                }
              });
      assertEquals(0, bytes);
      assertTrue(received[0] > MEASURED * BURST, "frames crossed: " + received[0]);
    }
  }

  /** Gives the frames that are claimed next the bytes of a frame that a bridge forwards. */
  private void fill(Burst burst) {
    byte[] frame = Frames.of(64, 1);
    int n = a.tx(0).claim(burst, BURST);
    MemorySegment memory = a.regions().get(0).segment();
    for (int i = 0; i < n; i++) {
      MemorySegment.copy(frame, 0, memory, ValueLayout.JAVA_BYTE, burst.offset[i], 64);
    }
    a.tx(0).unclaim(burst, 0, n);
  }

  private static Burst foreign(int id, int length) {
    Burst burst = new Burst(BURST);
    for (int i = 0; i < BURST; i++) {
      burst.region[i] = id;
      burst.length[i] = length;
      burst.room[i] = length;
    }
    return burst;
  }
}
