package org.vhostdp.driver.loopback;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Capabilities;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.ForeignMemory;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Port;
import org.vhostdp.spi.PortSettings;

class ForeignMemoryTest {
  private final Arena arena = Arena.ofShared();
  private final MemorySegment memory = arena.allocate(4096);

  @AfterEach
  void free() {
    arena.close();
  }

  private static Port start(String... config) throws DriverException {
    return Rig.start(PortSettings.defaults(), config);
  }

  private static ForeignMemory facet(Port port) {
    return port.facet(ForeignMemory.class).orElseThrow();
  }

  private static void name(Burst burst, int i, int region, long offset, int length) {
    burst.region[i] = region;
    burst.offset[i] = offset;
    burst.length[i] = length;
    burst.room[i] = length;
    burst.flags[i] = 0;
  }

  @Test
  void aForeignFrameIsTheCallersAgainWhenTransmitReturns() throws DriverException {
    try (Port port = start()) {
      int id = facet(port).lend(memory, ForeignMemory.SHARED);
      assertNotEquals(0, id);
      byte[] frame = Rig.frame(300, 4);
      MemorySegment.copy(frame, 0, memory, ValueLayout.JAVA_BYTE, 100, 300);
      Burst burst = new Burst(3);
      // The last part is one of the driver's own frames.
      name(burst, 0, id, 100, 100);
      name(burst, 1, id, 200, 150);
      burst.flags[0] = burst.flags[1] = Offload.MORE;
      Burst own = new Burst(1);
      assertEquals(1, port.tx(0).claim(own, 1));
      Rig.fill(port, own, 0, Arrays.copyOfRange(frame, 250, 300));
      name(burst, 2, 0, own.offset[0], 50);
      assertEquals(3, port.tx(0).transmit(burst, 0, 3));
      memory.fill((byte) 0);
      assertEquals(0, port.tx(0).completed(burst, 3));
      facet(port).reclaim(id);
      assertArrayEquals(frame, Rig.receive(port, 0).get(0));
      assertEquals(0, port.tx(0).transmit(burst, 0, 3));
      assertEquals(Burst.BAD_MEMORY, burst.status[0]);
    }
  }

  @Test
  void addressesOutsideTheRegionAreRefused() throws DriverException {
    try (Port port = start()) {
      int id = facet(port).lend(memory, 0);
      long[][] wrong = {{4096, 60}, {4037, 60}, {-1, 60}, {Long.MAX_VALUE, 60}, {0, 5000}, {0, -1}};
      Burst burst = new Burst(1);
      for (long[] at : wrong) {
        name(burst, 0, id, at[0], (int) at[1]);
        assertEquals(0, port.tx(0).transmit(burst, 0, 1), Arrays.toString(at));
        assertEquals(Burst.BAD_MEMORY, burst.status[0]);
      }
      name(burst, 0, id, 4036, 60);
      assertEquals(1, port.tx(0).transmit(burst, 0, 1));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"loopback", "source"})
  void aFrameIsScatteredOverBuffers(String mode) throws DriverException {
    try (Port port = start("mode", mode, "frame-bytes", "200")) {
      int id = facet(port).lend(memory, ForeignMemory.WRITABLE);
      byte[] frame = Rig.frame(200, 6);
      if (mode.equals("loopback")) {
        Rig.send(port, 0, frame, frame, frame);
      } else {
        frame = Rig.receive(port, 0).get(0);
      }
      Burst buffers = new Burst(4);
      name(buffers, 0, id, 1000, 120);
      name(buffers, 1, id, 8, 80);
      name(buffers, 2, id, 2000, 80);
      assertEquals(2, port.rx(0).receiveInto(buffers, 3));
      assertEquals(120, buffers.length[0]);
      assertEquals(80, buffers.length[1]);
      assertEquals(Offload.MORE, buffers.flags[0]);
      assertEquals(0, buffers.flags[1]);
      byte[] back = new byte[200];
      MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, 1000, back, 0, 120);
      MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, 8, back, 120, 80);
      assertArrayEquals(frame, back);
      // Too short, then one that fits: the short one is lost and counted, not cut.
      assertEquals(-1, port.rx(0).receiveInto(buffers, 1));
      assertEquals(1, Rig.statistics(port).rxDropped);
      assertEquals(2, port.rx(0).receiveInto(buffers, 2));
    }
  }

  @Test
  void framesLentMeanwhileStayWhereTheyAre() throws DriverException {
    try (Port port = start("depth", "64")) {
      int id = facet(port).lend(memory, ForeignMemory.WRITABLE);
      Burst held = new Burst(1);
      Burst buffer = new Burst(1);
      for (int round = 0; round < 200; round++) {
        Rig.send(port, 0, Rig.frame(60, 1), Rig.frame(60, 2));
        assertEquals(1, port.rx(0).receive(held, 1));
        name(buffer, 0, id, 0, 60);
        assertEquals(1, port.rx(0).receiveInto(buffer, 1));
        assertArrayEquals(Rig.frame(60, 1), Rig.bytes(port, held, 0));
        port.rx(0).release(held, 0, 1);
        assertEquals(0, port.rx(0).receiveInto(buffer, 1));
      }
      assertEquals(0, Rig.lendingErrors(port));
    }
  }

  @Test
  void aRegionThatIsNotWritableIsNeverWritten() throws DriverException {
    try (Port port = start()) {
      int id = facet(port).lend(memory, ForeignMemory.SHARED);
      byte[] frame = Rig.frame(101, 1);
      Rig.send(port, frame, Offload.CSUM_PARTIAL, Offload.pack(34, 16, 0, 0), 0);
      Burst buffer = new Burst(1);
      name(buffer, 0, id, 0, 200);
      assertEquals(0, port.rx(0).receiveInto(buffer, 1));
      assertEquals(Burst.BAD_MEMORY, buffer.status[0]);
      assertEquals(-1, MemorySegment.ofArray(new byte[4096]).mismatch(memory));
      // The frame is still there, and its checksum is completed once only.
      byte[] once = Rig.receive(port, 0).get(0);
      Rig.send(port, frame, Offload.CSUM_PARTIAL, Offload.pack(34, 16, 0, 0), 0);
      assertArrayEquals(once, Rig.receive(port, 0).get(0));
    }
  }

  @Test
  void regionsThatCannotBeUsedAreRefused() throws DriverException {
    try (Port port = start();
        Arena mine = Arena.ofConfined()) {
      ForeignMemory foreign = facet(port);
      int id = foreign.lend(memory, ForeignMemory.WRITABLE);
      refused("overlaps", foreign, memory.asSlice(4095), 0);
      refused("belongs to one thread", foreign, mine.allocate(64), 0);
      refused("is not native memory", foreign, MemorySegment.ofArray(new byte[64]), 0);
      refused("has unknown flags 4", foreign, memory, 4);
      MemorySegment other = arena.allocate(64);
      refused("is read-only", foreign, other.asReadOnly(), ForeignMemory.WRITABLE);
      int second = foreign.lend(other, 0);
      assertNotEquals(id, second);
      foreign.reclaim(id);
      DriverException twice = assertThrows(DriverException.class, () -> foreign.reclaim(id));
      assertEquals(DriverException.Reason.NOT_FOUND, twice.reason());
      foreign.lend(memory.asSlice(4095), 0);
    }
  }

  private static void refused(String why, ForeignMemory foreign, MemorySegment memory, int flags) {
    DriverException e = assertThrows(DriverException.class, () -> foreign.lend(memory, flags));
    assertTrue(e.getMessage().contains(why), e.getMessage());
  }

  @Test
  void itCanBeSwitchedOff() throws DriverException {
    try (Port port = start("foreign", "false")) {
      assertTrue(port.facet(ForeignMemory.class).isEmpty());
      assertEquals(Capabilities.QUEUE_TOGGLE, port.capabilities().features());
      Rig.send(port, 0, Rig.frame(60, 0));
      Burst buffer = new Burst(1);
      name(buffer, 0, 1, 0, 200);
      assertEquals(0, port.rx(0).receiveInto(buffer, 1));
      assertEquals(1, Rig.receive(port, 0).size());
    }
  }
}
