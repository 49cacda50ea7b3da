package org.vhostdp.driver.tap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Io;
import org.vhostdp.linux.IoUring;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Mapping;
import org.vhostdp.linux.Memfd;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
import org.vhostdp.spi.ForeignMemory;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Statistics;

/** Bursts that go to the kernel by one system call. */
@Timeout(60)
final class TapRingTest {
  private static final int SLOT = 512;
  private static final int SLOTS = 256;

  private TapLab lab;
  private Port port;
  private TapLab.Wire wire;
  private Fd memfd;
  private Mapping memory;
  private int region;

  @BeforeEach
  void open() throws Exception {
    lab = TapLab.open();
    needsIoUring();
    port = lab.started("ifname", "tap0", "io", "uring");
    wire = lab.wire("tap0");
    memfd = Memfd.create("guest", SLOT * SLOTS);
    memory = Mapping.shared(memfd.raw(), 0, SLOT * SLOTS, Mapping.READ | Mapping.WRITE);
    region = port.facet(ForeignMemory.class).orElseThrow().lend(memory.segment(), 0);
  }

  private static void needsIoUring() {
    try {
      IoUring.create(1).close();
    } catch (LinuxException e) {
      TapLab.needs(false, e.getMessage());
    }
  }

  @AfterEach
  void close() {
    if (lab != null) {
      lab.close();
    }
    if (memory != null) {
      memory.close();
    }
    if (memfd != null) {
      memfd.close();
    }
  }

  private static byte[] frame(int i) {
    return Frames.of(60 + i % 200, i);
  }

  /** Puts frame i into its slot and names it. */
  private void put(Burst burst, int i) {
    byte[] frame = frame(i);
    long offset = (long) i * SLOT;
    MemorySegment.copy(frame, 0, memory.segment(), ValueLayout.JAVA_BYTE, offset, frame.length);
    name(burst, i, offset, frame.length, 0);
  }

  private void name(Burst burst, int i, long offset, int length, int flags) {
    burst.region[i] = region;
    burst.offset[i] = offset;
    burst.length[i] = length;
    burst.flags[i] = flags;
  }

  private Burst burst(int count) {
    Burst burst = new Burst(SLOTS);
    for (int i = 0; i < count; i++) {
      put(burst, i);
    }
    return burst;
  }

  /**
   * Takes the pages away that slots from a multiple of 8 on lie in: the kernel cannot read them.
   */
  private void cut(int slot) throws Exception {
    Memfd.truncate(memfd.raw(), (long) slot * SLOT);
  }

  private void arrives(int from, int to) throws Exception {
    for (int i = from; i < to; i++) {
      assertArrayEquals(frame(i), wire.receive(20_000), "frame " + i);
    }
  }

  private Statistics statistics() {
    return statistics(port);
  }

  private static Statistics statistics(Port port) {
    Statistics statistics = new Statistics();
    port.statistics(statistics);
    return statistics;
  }

  private static long bursts(Port port) {
    return statistics(port).more().get("tx_uring_bursts");
  }

  @Test
  void foreignFramesArriveInTheirOrder() throws Exception {
    assertEquals(100, port.tx(0).transmit(burst(100), 0, 100));
    memory.segment().fill((byte) 0);
    arrives(0, 100);
    assertNull(wire.receive(20));
    assertEquals(2, bursts(port), "64 and 36");
    assertEquals(100, statistics().txFrames);
    long bytes = 0;
    for (int i = 0; i < 100; i++) {
      bytes += frame(i).length;
    }
    assertEquals(bytes, statistics().txBytes);
    assertEquals(0, port.tx(0).completed(new Burst(1), 1));
  }

  @Test
  void aPartOfTheBurstIsSentThatWasNamed() throws Exception {
    assertEquals(8, port.tx(0).transmit(burst(20), 5, 8));
    arrives(5, 13);
    assertNull(wire.receive(20));
  }

  @Test
  void theThreadMayChange() throws Exception {
    for (int i = 0; i < 24; i += 8) {
      int first = i;
      assertEquals(8, lab.in(() -> port.tx(0).transmit(burst(24), first, 8)));
    }
    assertEquals(8, port.tx(0).transmit(burst(32), 24, 8));
    arrives(0, 32);
    assertEquals(4, bursts(port));
  }

  @Test
  void fewFramesGoOneByOne() throws Exception {
    assertEquals(3, port.tx(0).transmit(burst(3), 0, 3));
    arrives(0, 3);
    assertEquals(0, bursts(port));
  }

  @Test
  void ownFramesArriveAndComeBack() throws Exception {
    Burst burst = new Burst(SLOTS);
    for (int round = 0; round < 5; round++) {
      assertEquals(70, port.tx(0).claim(burst, 70));
      MemorySegment own = port.regions().get(0).segment();
      for (int i = 0; i < 70; i++) {
        byte[] frame = frame(i);
        MemorySegment.copy(frame, 0, own, ValueLayout.JAVA_BYTE, burst.offset[i], frame.length);
        burst.length[i] = frame.length;
      }
      assertEquals(70, port.tx(0).transmit(burst, 0, 70));
      arrives(0, 70);
    }
    assertEquals(TapFrames.COUNT, port.tx(0).claim(new Burst(300), 300), "all frames are back");
    assertEquals(10, bursts(port), "64 and 6 each");
  }

  @Test
  void aRefusedFrameInTheMiddleIsCountedAndTheOthersAreSent() throws Exception {
    Burst burst = burst(12);
    cut(16);
    burst.offset[3] = 16 * SLOT;
    burst.offset[7] = 16 * SLOT;
    assertEquals(12, port.tx(0).transmit(burst, 0, 12));
    arrives(0, 3);
    arrives(4, 7);
    arrives(8, 12);
    assertNull(wire.receive(20));
    assertEquals(10, statistics().txFrames);
    assertEquals(2, statistics().txErrors);
    assertEquals(0, statistics().txDropped);
    assertEquals(2, statistics().more().get("tx_uring_refused"));
  }

  @Test
  void aRefusedFrameThatNothingOvertookKeepsItsStatus() throws Exception {
    Burst burst = burst(12);
    cut(8);
    assertEquals(8, port.tx(0).transmit(burst, 0, 12));
    assertEquals(Burst.BAD_MEMORY, burst.status[8]);
    assertEquals(0, port.tx(0).transmit(burst, 8, 4));
    assertEquals(Burst.BAD_MEMORY, burst.status[8]);
    arrives(0, 8);
    assertNull(wire.receive(20));
    assertEquals(2, statistics().txErrors);
    assertEquals(0, statistics().more().get("tx_uring_refused"));
  }

  @Test
  void aFrameThatTheDriverRefusesStopsTheBurst() throws Exception {
    Burst burst = burst(12);
    burst.length[6] = SLOT * SLOTS;
    assertEquals(6, port.tx(0).transmit(burst, 0, 12));
    assertEquals(Burst.BAD_MEMORY, burst.status[6]);
    put(burst, 6);
    burst.flags[6] = Offload.CSUM_PARTIAL;
    burst.offload[6] = Offload.pack(34, 6000, 0, 0);
    assertEquals(0, port.tx(0).transmit(burst, 6, 6));
    assertEquals(Burst.BAD_OFFLOAD, burst.status[6]);
    assertEquals(5, port.tx(0).transmit(burst, 7, 5));
    arrives(0, 6);
    arrives(7, 12);
    assertNull(wire.receive(20));
    assertEquals(2, statistics().txErrors);
  }

  @Test
  void aHeaderDoesNotStayForTheNextBurst() throws Exception {
    Burst burst = burst(158);
    for (int i = 150; i < 158; i++) {
      burst.flags[i] = Offload.CSUM_PARTIAL;
      burst.offload[i] = Offload.pack(150, 16, 0, 0);
    }
    assertEquals(8, port.tx(0).transmit(burst, 150, 8));
    for (int i = 150; i < 158; i++) {
      assertEquals(frame(i).length, wire.receive(20_000).length);
    }
    // The kernel would refuse these if the same place of theirs were to be filled in.
    assertEquals(8, port.tx(0).transmit(burst, 0, 8));
    arrives(0, 8);
    assertEquals(2, bursts(port));
  }

  @Test
  void aFrameOfManyEntriesKeepsItsPlace() throws Exception {
    Burst burst = burst(12);
    int at = 0;
    for (int i = 0; i < 12; i++) {
      at = split(burst, at, i, i < 5 ? 3 : i == 5 ? 50 : 20);
    }
    assertEquals(at, port.tx(0).transmit(burst, 0, at));
    arrives(0, 12);
    assertNull(wire.receive(20));
    assertEquals(12, statistics().txFrames);
    assertTrue(bursts(port) >= 1);
  }

  /** Names frame i by so many entries from the index on; the index after them. */
  private int split(Burst burst, int at, int i, int pieces) {
    int left = frame(i).length;
    long offset = (long) i * SLOT;
    for (int p = 1; p <= pieces; p++) {
      int length = p < pieces ? 1 : left;
      name(burst, at++, offset, length, p < pieces ? Offload.MORE : 0);
      offset += length;
      left -= length;
    }
    return at;
  }

  @Test
  void framesOfADownInterfaceAreLostAndCounted() throws Exception {
    lab.netlink.up("tap0", false);
    assertEquals(20, port.tx(0).transmit(burst(20), 0, 20));
    assertEquals(20, statistics().txDropped);
    assertEquals(20, statistics().more().get("tx_interface_down"));
    assertEquals(0, statistics().txFrames + statistics().txErrors);
    assertEquals(1, bursts(port));
  }

  @Test
  void aDeletedInterfaceRefuses() throws Exception {
    lab.netlink.delete("tap0");
    Burst burst = burst(8);
    assertEquals(0, port.tx(0).transmit(burst, 0, 8));
    assertEquals(Burst.REFUSED, burst.status[0], "never: dropped, no back-pressure");
    assertEquals(0, port.tx(0).claim(burst, 4));
  }

  @Test
  void ringsComeAndGoWithTheirQueues() throws Exception {
    long fds = Fd.openCount();
    long mappings = Mapping.openCount();
    Port other = lab.started("ifname", "tap1", "io", "uring");
    long oneQueue = Fd.openCount() - fds;
    other.stop();
    other.configure(PortSettings.defaults().withQueuePairs(4));
    other.configure(PortSettings.defaults());
    assertEquals(oneQueue, Fd.openCount() - fds);
    other.close();
    assertEquals(fds, Fd.openCount());
    assertEquals(mappings, Mapping.openCount());
  }

  @Test
  void plainMeansPlain() throws Exception {
    Port plain = lab.started("ifname", "tap1", "io", "plain");
    plain.facet(ForeignMemory.class).orElseThrow().lend(memory.segment(), 0);
    assertEquals(8, plain.tx(0).transmit(burst(8), 0, 8));
    assertEquals(0, bursts(plain));
    assertEquals(8, statistics(plain).txFrames);
  }

  @Test
  void aSendLimitExcludesIt() throws Exception {
    DriverException e =
        assertThrows(DriverException.class, () -> lab.port("sndbuf", "65536", "io", "uring"));
    assertEquals(Reason.CONFIGURATION, e.reason());
    assertTrue(e.getMessage().contains("\"sndbuf\" and io = \"uring\""), e.getMessage());
    Port limited = lab.started("ifname", "tap1", "sndbuf", "1048576");
    limited.facet(ForeignMemory.class).orElseThrow().lend(memory.segment(), 0);
    assertEquals(8, limited.tx(0).transmit(burst(8), 0, 8));
    assertEquals(0, bursts(limited));
  }

  @Test
  void whereTheKernelForbidsItThePortUsesPlainCalls() throws Exception {
    for (int errno : new int[] {Errno.EPERM, Errno.ENOSYS}) {
      String name = "io_uring_setup: " + Errno.name(errno);
      without(
          errno,
          () -> {
            Port plain = lab.started(PortSettings.defaults().withQueuePairs(2));
            assertEquals(1, lab.notes.size(), "once, not for each queue: " + lab.notes);
            assertTrue(lab.notes.getFirst().contains(name), lab.notes.getFirst());
            plain.facet(ForeignMemory.class).orElseThrow().lend(memory.segment(), 0);
            assertEquals(8, plain.tx(0).transmit(burst(8), 0, 8));
            assertEquals(0, bursts(plain));
            lab.notes.clear();
          });
    }
    assertEquals(List.of(), lab.log);
  }

  @Test
  void whereTheKernelForbidsItADemandIsRefused() throws Exception {
    without(
        Errno.EPERM,
        () -> {
          long fds = Fd.openCount();
          long mappings = Mapping.openCount();
          DriverException e =
              assertThrows(DriverException.class, () -> lab.port("ifname", "tap1", "io", "uring"));
          assertEquals(Reason.PERMISSION, e.reason());
          assertTrue(e.getMessage().contains("io_uring_setup: EPERM"), e.getMessage());
          assertTrue(e.getMessage().contains("kernel.io_uring_disabled"), e.getMessage());
          assertTrue(e.getMessage().contains("io = \"auto\""), e.getMessage());
          assertEquals(fds, Fd.openCount());
          assertEquals(mappings, Mapping.openCount());
        });
  }

  @Test
  void aKernelThatWouldWaitOnTheQueueIsNoticed() throws Exception {
    long fds = Fd.openCount();
    long mappings = Mapping.openCount();
    // Files of procfs make the promise as little as TAP queues did before Linux 6.4.
    try (Fd other = Io.open("/proc/self/status", 0, 0)) {
      LinuxException e = assertThrows(LinuxException.class, () -> TapRing.open(other.raw()));
      assertEquals(Errno.EOPNOTSUPP, e.errno(), e.getMessage());
      assertTrue(e.getMessage().contains("Linux 6.4"), e.getMessage());
    }
    assertEquals(fds, Fd.openCount());
    assertEquals(mappings, Mapping.openCount());
  }

  /** Work on a thread that cannot make a ring. */
  private void without(int errno, Work work) throws Exception {
    lab.in(
        () -> {
          try {
            NoIoUring.onThisThread(errno);
          } catch (Throwable unexpected) {
            throw new AssertionError(unexpected);
          }
          work.run();
          return null;
        });
  }

  /** What a test does. */
  private interface Work {
    void run() throws Exception;
  }
}
