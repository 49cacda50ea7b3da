package org.vhostdp.driver.tap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.linux.Mapping;
import org.vhostdp.linux.Memfd;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.ForeignMemory;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.Statistics;

@Timeout(60)
@ParameterizedClass
@ValueSource(strings = {"plain", "auto"})
final class TapTransferTest {
  @Parameter String io;

  private TapLab lab;
  private Port port;
  private TapLab.Wire wire;

  @BeforeEach
  void open() throws Exception {
    lab = TapLab.open();
    port = lab.started("ifname", "tap0", "io", io);
    wire = lab.wire("tap0");
  }

  @AfterEach
  void close() {
    if (lab != null) {
      lab.close();
    }
  }

  @Test
  void transmittedBytesAreThoseOfTheWire() throws Exception {
    for (int length = 60; length <= 1514; length++) {
      byte[] frame = Frames.of(length, 1);
      assertEquals(1, Frames.send(port, frame));
      assertArrayEquals(frame, wire.receive(20_000), "a frame of " + length + " bytes");
    }
  }

  @Test
  void receivedBytesAreThoseOfTheWire() throws Exception {
    for (int length = 60; length <= 1514; length++) {
      byte[] frame = Frames.of(length, 2);
      assertEquals(length, wire.send(frame));
      Frames.Received received = Frames.receive(port);
      assertArrayEquals(frame, received.bytes(), "a frame of " + length + " bytes");
      assertEquals(0, received.flags());
    }
  }

  @Test
  void aFrameOfSeveralEntriesIsOneFrame() throws Exception {
    byte[] frame = Frames.of(1400, 3);
    Burst burst = new Burst(8);
    assertEquals(4, port.tx(0).claim(burst, 4));
    int[] cuts = {0, 1, 14, 700, 1400};
    for (int i = 0; i < 4; i++) {
      fill(burst, i, frame, cuts[i], cuts[i + 1]);
      burst.flags[i] = i < 3 ? Offload.MORE : 0;
    }
    assertEquals(4, port.tx(0).transmit(burst, 0, 4));
    assertArrayEquals(frame, wire.receive(20_000));
    assertEquals(TapFrames.COUNT, port.tx(0).claim(new Burst(300), 300), "all frames are back");
  }

  private void fill(Burst burst, int i, byte[] frame, int from, int to) {
    MemorySegment memory = port.regions().get(burst.region[i]).segment();
    MemorySegment.copy(frame, from, memory, ValueLayout.JAVA_BYTE, burst.offset[i], to - from);
    burst.length[i] = to - from;
  }

  @Test
  void aBadFrameStopsTheBurstAndNothingElse() throws Exception {
    Burst burst = new Burst(3);
    assertEquals(3, port.tx(0).claim(burst, 3));
    byte[][] frames = {Frames.of(64, 1), Frames.of(64, 2), Frames.of(64, 3)};
    for (int i = 0; i < 3; i++) {
      fill(burst, i, frames[i], 0, 64);
    }
    burst.length[1] = TapFrames.ROOM + 1;
    assertEquals(1, port.tx(0).transmit(burst, 0, 3));
    assertEquals(Burst.BAD_MEMORY, burst.status[1]);
    assertEquals(1, port.tx(0).transmit(burst, 2, 1));
    port.tx(0).unclaim(burst, 1, 1);
    assertArrayEquals(frames[0], wire.receive(20_000));
    assertArrayEquals(frames[2], wire.receive(20_000));
    assertEquals(TapFrames.COUNT, port.tx(0).claim(new Burst(300), 300));
  }

  @Test
  void framesThatAreNotLentAreRefused() {
    Burst burst = new Burst(1);
    burst.length[0] = 64;
    for (long offset : new long[] {0, -1, 1L << 40, TapFrames.BYTES, Long.MIN_VALUE}) {
      burst.offset[0] = offset;
      assertEquals(0, port.tx(0).transmit(burst, 0, 1));
      assertEquals(Burst.BAD_MEMORY, burst.status[0], "offset " + offset);
    }
  }

  @Test
  void lengthsBeyondTheDeviceAreRefused() throws Exception {
    try (Arena arena = Arena.ofShared()) {
      int id = foreign().lend(arena.allocate(200_000), 0);
      Burst burst = new Burst(2);
      burst.region[0] = id;
      burst.length[0] = TapGather.LONGEST + 1;
      assertEquals(0, port.tx(0).transmit(burst, 0, 1));
      assertEquals(Burst.TOO_LONG, burst.status[0]);
      burst.length[0] = 13;
      assertEquals(0, port.tx(0).transmit(burst, 0, 1));
      assertEquals(Burst.REFUSED, burst.status[0]);
      burst.length[0] = 60;
      burst.flags[0] = Offload.MORE;
      assertEquals(0, port.tx(0).transmit(burst, 0, 1), "the frame has no end");
      assertEquals(Burst.REFUSED, burst.status[0]);
      foreign().reclaim(id);
    }
    assertEquals(3, statistics().txErrors);
  }

  private ForeignMemory foreign() {
    return port.facet(ForeignMemory.class).orElseThrow();
  }

  private Statistics statistics() {
    Statistics statistics = new Statistics();
    port.statistics(statistics);
    return statistics;
  }

  @Test
  void foreignMemoryIsTransmittedWhereItLies() throws Exception {
    byte[] frame = Frames.of(1000, 5);
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory = arena.allocate(4096);
      MemorySegment.copy(frame, 0, memory, ValueLayout.JAVA_BYTE, 3096, 600);
      MemorySegment.copy(frame, 600, memory, ValueLayout.JAVA_BYTE, 0, 400);
      int id = foreign().lend(memory, ForeignMemory.SHARED);
      Burst burst = new Burst(2);
      name(burst, 0, id, 3096, 600, Offload.MORE);
      name(burst, 1, id, 0, 400, 0);
      assertEquals(2, port.tx(0).transmit(burst, 0, 2));
      assertArrayEquals(frame, wire.receive(20_000));
      assertEquals(0, port.tx(0).completed(burst, 2));
      foreign().reclaim(id);
      assertEquals(0, port.tx(0).transmit(burst, 0, 2));
      assertEquals(Burst.BAD_MEMORY, burst.status[0]);
    }
  }

  private static void name(Burst burst, int i, int region, long offset, int length, int flags) {
    burst.region[i] = region;
    burst.offset[i] = offset;
    burst.length[i] = length;
    burst.room[i] = length;
    burst.flags[i] = flags;
  }

  @Test
  void foreignAddressesOutsideTheirRegionAreRefused() throws Exception {
    try (Arena arena = Arena.ofShared()) {
      int id = foreign().lend(arena.allocate(4096), ForeignMemory.WRITABLE);
      long[][] bad = {
        {4096, 64}, {4033, 64}, {-1, 64}, {0, 0}, {0, -5}, {Long.MAX_VALUE, 64}, {0, 5000}
      };
      Burst burst = new Burst(2);
      wire.send(Frames.of(64, 9));
      for (long[] b : bad) {
        name(burst, 0, id, b[0], (int) b[1], 0);
        assertEquals(0, port.tx(0).transmit(burst, 0, 1));
        assertEquals(Burst.BAD_MEMORY, burst.status[0]);
        burst.status[0] = 0;
        assertEquals(0, port.rx(0).receiveInto(burst, 1));
        assertEquals(Burst.BAD_MEMORY, burst.status[0]);
      }
      name(burst, 0, id + 1, 0, 64, 0);
      assertEquals(0, port.tx(0).transmit(burst, 0, 1));
      assertEquals(Burst.BAD_MEMORY, burst.status[0]);
      assertEquals(1, Frames.receive(port, 0, 1, 20_000).size(), "the frame was left alone");
    }
  }

  @Test
  void framesAreScatteredOverForeignBuffers() throws Exception {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory = arena.allocate(8192);
      int id = foreign().lend(memory, ForeignMemory.WRITABLE);
      Burst burst = new Burst(3);
      for (int length : new int[] {60, 999, 1000, 1001, 1499, 1500, 1514}) {
        byte[] frame = Frames.of(length, 6);
        wire.send(frame);
        name(burst, 0, id, 5000, 1000, 0);
        name(burst, 1, id, 100, 500, 0);
        name(burst, 2, id, 7000, 500, 0);
        int used = await(burst, 3);
        assertEquals(length <= 1000 ? 1 : length <= 1500 ? 2 : 3, used);
        assertArrayEquals(frame, gathered(memory, burst, used));
      }
    }
  }

  private int await(Burst burst, int count) throws InterruptedException {
    for (int i = 0; i < 100_000; i++) {
      int used = port.rx(0).receiveInto(burst, count);
      if (used != 0) {
        return used;
      }
      Thread.sleep(0, 200_000);
    }
    return 0;
  }

  private static byte[] gathered(MemorySegment memory, Burst burst, int used) {
    byte[] bytes = new byte[2000];
    int at = 0;
    for (int i = 0; i < used; i++) {
      MemorySegment.copy(
          memory, ValueLayout.JAVA_BYTE, burst.offset[i], bytes, at, burst.length[i]);
      at += burst.length[i];
      assertEquals(i < used - 1 ? Offload.MORE : 0, burst.flags[i]);
    }
    return Arrays.copyOf(bytes, at);
  }

  @Test
  void aFrameTooLongForTheBuffersIsCountedNotCut() throws Exception {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment memory = arena.allocate(4096);
      int id = foreign().lend(memory, ForeignMemory.WRITABLE);
      Burst burst = new Burst(1);
      name(burst, 0, id, 0, 100, 0);
      wire.send(Frames.of(101, 7));
      assertEquals(-1, await(burst, 1));
      assertEquals(1, statistics().rxErrors);
      assertEquals(0, memory.get(ValueLayout.JAVA_BYTE, 100), "nothing behind the buffer");
      byte[] frame = Frames.of(100, 7);
      wire.send(frame);
      assertEquals(1, await(burst, 1));
      assertArrayEquals(frame, memory.asSlice(0, 100).toArray(ValueLayout.JAVA_BYTE));
    }
  }

  @Test
  void memoryLentForReadingIsNotWritten() throws Exception {
    try (Arena arena = Arena.ofShared()) {
      int id = foreign().lend(arena.allocate(4096), 0);
      Burst burst = new Burst(1);
      name(burst, 0, id, 0, 2000, 0);
      wire.send(Frames.of(64, 8));
      assertEquals(0, port.rx(0).receiveInto(burst, 1));
      assertEquals(Burst.BAD_MEMORY, burst.status[0]);
    }
  }

  @Test
  void asManyFramesAreLentAsPromisedAndNoMore() throws Exception {
    Burst burst = new Burst(300);
    for (int i = 0; i < 300; i++) {
      wire.send(Frames.of(64, i));
    }
    assertEquals(256, port.rx(0).receive(burst, 300));
    assertEquals(0, port.rx(0).receive(new Burst(8), 8));
    for (int i = 0; i < 256; i++) {
      MemorySegment memory = port.regions().get(0).segment();
      assertArrayEquals(
          Frames.of(64, i),
          memory.asSlice(burst.offset[i], 64).toArray(ValueLayout.JAVA_BYTE),
          "stable until released, in order");
    }
    port.rx(0).release(burst, 0, 256);
    assertEquals(44, Frames.receive(port, 0, 44, 20_000).size());
    assertEquals(256, port.tx(0).claim(burst, 300));
    assertEquals(0, port.tx(0).claim(new Burst(1), 1));
    port.tx(0).unclaim(burst, 0, 256);
    Statistics statistics = statistics();
    assertEquals(300, statistics.rxFrames);
    assertEquals(300 * 64, statistics.rxBytes);
  }

  @Test
  void aFrameReleasedTwiceIsNoticed() throws Exception {
    wire.send(Frames.of(64, 1));
    Burst burst = new Burst(1);
    for (int i = 0; i < 100_000 && port.rx(0).receive(burst, 1) == 0; i++) {
      Thread.sleep(0, 200_000);
    }
    port.rx(0).release(burst, 0, 1);
    IllegalStateException e =
        assertThrows(IllegalStateException.class, () -> port.rx(0).release(burst, 0, 1));
    assertTrue(e.getMessage().contains("not lent"));
  }

  @Test
  void aTruncatedFileBehindForeignMemoryIsNoCrash() throws Exception {
    try (var memfd = Memfd.create("guest", 8192);
        var mapping = Mapping.shared(memfd.raw(), 0, 8192, Mapping.READ | Mapping.WRITE)) {
      int id = foreign().lend(mapping.segment(), ForeignMemory.WRITABLE | ForeignMemory.SHARED);
      Memfd.truncate(memfd.raw(), 4096);
      Burst burst = new Burst(1);
      name(burst, 0, id, 4096, 64, 0);
      assertEquals(0, port.tx(0).transmit(burst, 0, 1));
      assertEquals(Burst.BAD_MEMORY, burst.status[0]);
      assertNull(wire.receive(20));
      foreign().reclaim(id);
    }
  }
}
