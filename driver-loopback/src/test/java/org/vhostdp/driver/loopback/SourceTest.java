package org.vhostdp.driver.loopback;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.ForeignMemory;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;
import org.vhostdp.spi.Statistics;

class SourceTest {
  private static final PortSettings ONE = PortSettings.defaults();
  private static final Set<Integer> MIX = Set.of(64, 570, 1518);

  @Test
  void framesNeverEndAndAreAllAlike() throws DriverException {
    try (Port port = Rig.start(ONE, "mode", "source", "frame-bytes", "1514", "depth", "64")) {
      byte[] first = Rig.receive(port, 0).get(0);
      assertEquals(1514, first.length);
      assertEquals((byte) 0x88, first[12]);
      assertEquals((byte) 200, first[200]);
      for (int round = 0; round < 50; round++) {
        List<byte[]> more = Rig.receive(port, 0);
        assertEquals(64, more.size());
        assertArrayEquals(first, more.get(round));
      }
      Rig.send(port, 0, Rig.frame(60, 1));
      Statistics seen = Rig.statistics(port);
      assertEquals(51 * 64, seen.rxFrames);
      assertEquals(51L * 64 * 1514, seen.rxBytes);
      assertEquals(1, seen.txFrames);
      assertEquals(60, seen.txBytes);
    }
  }

  /** Odd bursts, held and released in parts, so that both go over the end of the frames. */
  @Test
  void burstsGoRoundTheEndOfTheFrames() throws DriverException {
    try (Port port = Rig.start(ONE, "mode", "source", "depth", "64", "frame-mix", "true")) {
      Burst[] held = {new Burst(23), new Burst(23)};
      assertEquals(23, port.rx(0).receive(held[1], 23));
      long bytes = Arrays.stream(held[1].length).sum();
      long[] all = new long[64];
      for (int round = 0; round < 200; round++) {
        Burst now = held[round & 1];
        Burst before = held[round + 1 & 1];
        assertEquals(23, port.rx(0).receive(now, 23));
        for (int i = 0; i < 23; i++) {
          int slot = (23 * (round + 1) + i) % 64;
          assertTrue(all[slot] == 0 || all[slot] == now.offset[i], "each slot has one place");
          all[slot] = now.offset[i];
          byte[] frame = Rig.bytes(port, now, i);
          assertEquals((byte) (frame.length - 1), frame[frame.length - 1]);
        }
        bytes += Arrays.stream(now.length).sum();
        port.rx(0).release(before, 0, 10);
        port.rx(0).release(before, 10, 13);
        port.rx(0).release(before, 0, 23);
        assertEquals(23L * (round + 1), Rig.lendingErrors(port));
      }
      assertEquals(64, Arrays.stream(all).distinct().count());
      assertEquals(bytes, Rig.statistics(port).rxBytes);
    }
  }

  @Test
  void aReleaseThatNamesAnotherRegionIsCounted() throws DriverException {
    try (Port port = Rig.start(ONE, "mode", "source", "depth", "64")) {
      Burst held = new Burst(4);
      assertEquals(4, port.rx(0).receive(held, 4));
      held.region[2] = 1;
      port.rx(0).release(held, 0, 4);
      assertEquals(2, Rig.lendingErrors(port), "and the one after it is not the oldest");
      held.region[2] = 0;
      port.rx(0).release(held, 2, 2);
      assertEquals(2, Rig.lendingErrors(port));
    }
  }

  @Test
  void aWholeRoundReleasedTwiceIsCounted() throws DriverException {
    try (Port port = Rig.start(ONE, "mode", "source", "depth", "64")) {
      Burst held = new Burst(64);
      assertEquals(64, port.rx(0).receive(held, 64));
      port.rx(0).release(held, 0, 64);
      port.rx(0).release(held, 0, 64);
      assertEquals(64, Rig.lendingErrors(port));
      assertEquals(64, port.rx(0).receive(held, 64));
      assertEquals(0, port.rx(0).receive(held, 1));
    }
  }

  @Test
  void aMixHasThreeLengthsInNoOrder() throws DriverException {
    try (Port port = Rig.start(ONE, "mode", "source", "frame-mix", "true", "mtu", "1504")) {
      Map<Integer, Integer> seen = new HashMap<>();
      long bytes = 0;
      int changes = 0;
      int last = 0;
      for (int round = 0; round < 8; round++) {
        for (byte[] frame : Rig.receive(port, 0)) {
          seen.merge(frame.length, 1, Integer::sum);
          changes += frame.length == last ? 0 : 1;
          last = frame.length;
          bytes += frame.length;
        }
      }
      assertEquals(MIX, seen.keySet());
      assertTrue(seen.values().stream().allMatch(n -> n > 512 / 5), seen::toString);
      assertTrue(changes > 512 / 2 && changes < 512, changes + " changes");
      assertEquals(bytes, Rig.statistics(port).rxBytes);
    }
  }

  @Test
  void aMixIsPutIntoForeignMemoryToo() throws DriverException {
    try (Port port = Rig.start(ONE, "mode", "source", "frame-mix", "true", "mtu", "1504")) {
      MemorySegment memory = Arena.ofAuto().allocate(2048);
      int region =
          port.facet(ForeignMemory.class).orElseThrow().lend(memory, ForeignMemory.WRITABLE);
      Burst buffers = new Burst(2);
      Set<Integer> seen = new HashSet<>();
      long bytes = 0;
      for (int k = 0; k < 600; k++) {
        buffers.region[0] = buffers.region[1] = region;
        buffers.offset[1] = 1000;
        buffers.room[0] = 1000;
        buffers.room[1] = 1000;
        int used = port.rx(0).receiveInto(buffers, 2);
        int whole = buffers.length[0] + (used == 2 ? buffers.length[1] : 0);
        assertEquals(whole > 1000 ? 2 : 1, used);
        assertEquals((byte) (whole - 1), memory.get(ValueLayout.JAVA_BYTE, whole - 1));
        seen.add(whole);
        bytes += whole;
      }
      assertEquals(MIX, seen);
      assertEquals(600, Rig.statistics(port).rxFrames);
      assertEquals(bytes, Rig.statistics(port).rxBytes);
    }
  }

  @Test
  void anInactiveQueueIsSilent() throws DriverException {
    PortSettings two = ONE.withQueuePairs(2);
    try (Port port = Rig.start(two.withActiveQueuePairs(1), "mode", "source")) {
      assertEquals(0, port.rx(1).receive(new Burst(4), 4));
      port.configure(two);
      assertEquals(4, port.rx(1).receive(new Burst(4), 4));
    }
  }

  @Test
  void aSinkCountsAndForgets() throws DriverException {
    try (Port port = Rig.start(ONE, "mode", "sink", "depth", "64")) {
      for (int round = 0; round < 100; round++) {
        Rig.send(port, 0, Rig.frame(100, 0), Rig.frame(200, 0));
      }
      assertEquals(0, Rig.receive(port, 0).size());
      Statistics seen = Rig.statistics(port);
      assertEquals(200, seen.txFrames);
      assertEquals(30_000, seen.txBytes);
      assertEquals(0, seen.rxFrames);
    }
  }
}
