package org.vhostdp.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OpenCounts.class)
class MappingTest {
  private static final int BOTH = Mapping.READ | Mapping.WRITE;

  @Test
  void sharedMappingsSeeEachOther() throws Exception {
    try (Fd fd = Memfd.create("shared", 8192);
        Mapping whole = Mapping.shared(fd.raw(), 0, 8192, BOTH);
        Mapping second = Mapping.shared(fd.raw(), 4096, 4096, Mapping.READ)) {
      whole.segment().set(JAVA_LONG, 4096, 0x1122334455667788L);
      assertEquals(0x1122334455667788L, second.segment().get(JAVA_LONG, 0));
      assertEquals(4096, second.length());
      assertEquals(second.address(), second.segment().address());
    }
  }

  @Test
  void boundsAreChecked() throws Exception {
    try (Mapping mapping = Mapping.anonymous(4096)) {
      assertEquals(0, mapping.segment().get(JAVA_BYTE, 4095));
      assertThrows(IndexOutOfBoundsException.class, () -> mapping.segment().get(JAVA_BYTE, 4096));
    }
  }

  @Test
  void mappingOutlivesItsDescriptor() throws Exception {
    Fd fd = Memfd.create("gone", 4096);
    try (Mapping mapping = Mapping.shared(fd.raw(), 0, 4096, BOTH)) {
      fd.close();
      mapping.segment().set(JAVA_BYTE, 0, (byte) 9);
      assertEquals(9, mapping.segment().get(JAVA_BYTE, 0));
    }
  }

  @Test
  void closeReallyUnmaps() throws Exception {
    Mapping mapping = Mapping.anonymous(1L << 30);
    String start = Long.toHexString(mapping.address());
    assertTrue(maps().contains(start));
    long open = Mapping.openCount();
    mapping.close();
    mapping.close();
    assertEquals(open - 1, Mapping.openCount());
    assertTrue(!maps().contains(start + "-"), "still mapped");
  }

  private static String maps() throws Exception {
    return Files.readString(Path.of("/proc/self/maps"));
  }

  @Test
  void failuresNameTheMapping() {
    LinuxException bad =
        assertThrows(LinuxException.class, () -> Mapping.shared(-1, 0, 4096, Mapping.READ));
    assertEquals(Errno.EBADF, bad.errno());
    assertTrue(bad.getMessage().startsWith("mmap descriptor -1, 4096 bytes at offset 0: EBADF"));
    LinuxException empty = assertThrows(LinuxException.class, () -> Mapping.anonymous(0));
    assertEquals(Errno.EINVAL, empty.errno());
    assertThrows(IllegalArgumentException.class, () -> Mapping.hugepages(4096));
  }

  @Test
  void hugePagesAreHugeOrRefusedWithAdvice() throws Exception {
    Path free = Path.of("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages");
    Assumptions.assumeTrue(Files.exists(free), "the kernel has no huge pages of 2 MiB");
    long pages = Long.parseLong(Files.readString(free).trim());
    if (pages == 0) {
      LinuxException refused =
          assertThrows(LinuxException.class, () -> Mapping.hugepages(Mapping.HUGE_PAGE));
      assertTrue(refused.getMessage().contains("vm.nr_hugepages"), refused.getMessage());
      return;
    }
    try (Mapping mapping = Mapping.hugepages(Mapping.HUGE_PAGE)) {
      assertEquals(0, mapping.address() % Mapping.HUGE_PAGE);
      assertEquals(0, mapping.segment().get(JAVA_BYTE, Mapping.HUGE_PAGE - 1));
    }
  }
}
