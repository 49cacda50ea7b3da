package org.vhostdp.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OpenCounts.class)
class MemfdTest {
  @Test
  void hasTheSizeAskedForAndCanChangeIt() throws Exception {
    try (Fd fd = Memfd.create("sized", 12345)) {
      assertEquals(12345, Io.size(fd.raw()));
      Memfd.truncate(fd.raw(), 1L << 40);
      assertEquals(1L << 40, Io.size(fd.raw()));
    }
  }

  @Test
  void sealsHold() throws Exception {
    try (Fd fd = Memfd.create("sealed", 8192)) {
      assertEquals(0, Memfd.seals(fd.raw()));
      Memfd.seal(fd.raw(), Memfd.SEAL_SHRINK);
      assertEquals(Memfd.SEAL_SHRINK, Memfd.seals(fd.raw()));
      LinuxException shrunk =
          assertThrows(LinuxException.class, () -> Memfd.truncate(fd.raw(), 4096));
      assertEquals(Errno.EPERM, shrunk.errno());
      assertTrue(shrunk.getMessage().contains("sealed"));
      Memfd.truncate(fd.raw(), 16384);
      Memfd.seal(fd.raw(), Memfd.SEAL_GROW | Memfd.SEAL_SEAL);
      assertThrows(LinuxException.class, () -> Memfd.truncate(fd.raw(), 32768));
      LinuxException late =
          assertThrows(LinuxException.class, () -> Memfd.seal(fd.raw(), Memfd.SEAL_GROW));
      assertEquals(Errno.EPERM, late.errno());
      assertEquals(7, Memfd.seals(fd.raw()));
    }
  }

  @Test
  void otherDescriptorsHaveNoSeals() throws Exception {
    try (EventFd event = EventFd.create()) {
      assertEquals(-Errno.EINVAL, Memfd.seals(event.fd().raw()));
    }
    assertEquals(-Errno.EBADF, Memfd.seals(-1));
  }

  @Test
  void impossibleSizeLeavesNothingOpen() {
    assertThrows(LinuxException.class, () -> Memfd.create("impossible", -1));
    assertThrows(LinuxException.class, () -> Memfd.createHuge("odd", 4097));
  }
}
