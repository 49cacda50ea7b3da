package org.vhostdp.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class PositionedIoTest {
  @Test
  void writesAndReadsAtAPlaceAndLeavesTheFilesOwnPositionAlone() throws Exception {
    try (Fd file = Memfd.create("positions", 4096);
        Arena arena = Arena.ofConfined()) {
      CallState s = new CallState(arena);
      MemorySegment eight = arena.allocateFrom(ValueLayout.JAVA_LONG, 0x1122334455667788L);
      int fd = file.raw();
      assertEquals(8, PositionedIo.write(s, fd, eight, 8, 4000));
      MemorySegment back = arena.allocate(ValueLayout.JAVA_LONG);
      assertEquals(8, PositionedIo.read(s, fd, back, 8, 4000));
      assertEquals(0x1122334455667788L, back.get(ValueLayout.JAVA_LONG, 0));
      assertEquals(4, PositionedIo.read(s, fd, back, 8, 4092));
      assertEquals(0, PositionedIo.read(s, fd, back, 8, 4096));
      assertEquals(8, Io.read(s, fd, back, 8));
      assertEquals(0, back.get(ValueLayout.JAVA_LONG, 0));
    }
  }

  @Test
  void refusesWithErrnoAndChecksTheBuffer() {
    try (Arena arena = Arena.ofConfined()) {
      CallState s = new CallState(arena);
      MemorySegment buffer = arena.allocate(8);
      assertEquals(-Errno.EBADF, PositionedIo.read(s, -1, buffer, 8, 0));
      assertThrows(IndexOutOfBoundsException.class, () -> PositionedIo.write(s, -1, buffer, 9, 0));
    }
  }
}
