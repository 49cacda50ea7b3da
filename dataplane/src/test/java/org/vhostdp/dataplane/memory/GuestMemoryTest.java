package org.vhostdp.dataplane.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vhostdp.dataplane.ring.RingLayout;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Mapping;
import org.vhostdp.linux.Memfd;

/** Regions, translation, and tables that are refused. */
class GuestMemoryTest {
  private static final long PAGE = 4096;
  private static final long GUEST = 1L << 32;
  private static final long USER = 0x7F00_0000_0000L;

  private final List<MemoryRegion> mapped = new ArrayList<>();
  private final long mappings = Mapping.openCount();
  private Fd file;

  @BeforeEach
  void makeFile() throws LinuxException {
    file = Memfd.create("guest-memory-test", 64 * PAGE);
  }

  @AfterEach
  void close() {
    mapped.forEach(MemoryRegion::unmap);
    file.close();
    assertEquals(mappings, Mapping.openCount(), "mappings are given back");
  }

  private MemoryRegion map(long guest, long size, long user, long offset) throws Exception {
    MemoryRegion region = MemoryRegion.map(guest, size, user, file, offset);
    mapped.add(region);
    return region;
  }

  @Test
  void aRegionShowsItsPartOfTheFile() throws Exception {
    MemoryRegion all = map(GUEST, 64 * PAGE, USER, 0);
    MemoryRegion part = map(0, 2 * PAGE, 0x1000, 3 * PAGE);
    all.segment().set(ValueLayout.JAVA_LONG, 3 * PAGE + 8, 42);
    assertEquals(2 * PAGE, part.segment().byteSize());
    assertEquals(42, part.segment().get(ValueLayout.JAVA_LONG, 8));
  }

  @Test
  void offsetsThatAreNoPageAreMappedToo() throws Exception {
    MemoryRegion all = map(GUEST, 64 * PAGE, USER, 0);
    MemoryRegion part = map(0, 100, 0x1000, 5 * PAGE + 16);
    all.segment().set(ValueLayout.JAVA_LONG, 5 * PAGE + 16, 43);
    assertEquals(43, part.segment().get(ValueLayout.JAVA_LONG, 0));
    assertEquals(100, part.segment().byteSize());
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, 0, 0, zero or overflows",
    "0, -4096, 0, 0, zero or overflows",
    "0, 4096, 0, -4096, zero or overflows",
    "0, 9223372036854771712, 0, 4096, zero or overflows",
    "-4096, 8192, 0, 0, wraps around",
    "0, 8192, -4096, 0, wraps around",
    "0, 266240, 0, 0, which has 262144 bytes",
    "0, 4096, 0, 262144, which has 262144 bytes",
    "0, 4294971392, 0, 0, which has 262144 bytes"
  })
  void cve2020x10723RegionsThatCannotBeAreRefused(
      long guest, long size, long user, long offset, String sentence) {
    MemoryRefused refusal = assertThrows(MemoryRefused.class, () -> map(guest, size, user, offset));
    assertTrue(refusal.getMessage().contains(sentence), refusal.getMessage());
  }

  @Test
  void overlappingRegionsAreRefused() throws Exception {
    MemoryRegion first = map(GUEST, 4 * PAGE, USER, 0);
    for (long shift : new long[] {-3 * PAGE, 0, 3 * PAGE}) {
      MemoryRegion sameGuest = map(GUEST + shift, 4 * PAGE, 0x10_0000, 0);
      assertThrows(MemoryRefused.class, () -> GuestMemory.of(List.of(first, sameGuest)));
      MemoryRegion sameUser = map(0, 4 * PAGE, USER + shift, 0);
      assertThrows(MemoryRefused.class, () -> GuestMemory.of(List.of(first, sameUser)));
    }
    MemoryRegion inside = map(GUEST + PAGE, PAGE, 0x10_0000, 0);
    assertThrows(MemoryRefused.class, () -> GuestMemory.of(List.of(first, inside)));
    MemoryRegion next = map(GUEST + 4 * PAGE, 4 * PAGE, USER - 4 * PAGE, 0);
    assertEquals(2, GuestMemory.of(List.of(first, next)).count());
  }

  @Test
  void addressesAreFoundInTheirRegion() throws Exception {
    GuestMemory memory =
        GuestMemory.of(
            List.of(
                map(GUEST, 2 * PAGE, USER, 0),
                map(GUEST + 2 * PAGE, PAGE, 0x1000, 0),
                map(-PAGE, PAGE, -PAGE, 0)));
    assertEquals(0, memory.find(GUEST));
    assertEquals(0, memory.find(GUEST + 2 * PAGE - 1));
    assertEquals(1, memory.find(GUEST + 2 * PAGE));
    assertEquals(2, memory.find(-1));
    assertEquals(2, memory.find(-PAGE));
    for (long nowhere : new long[] {0, GUEST - 1, GUEST + 3 * PAGE, -PAGE - 1, Long.MAX_VALUE}) {
      assertEquals(-1, memory.find(nowhere));
    }
  }

  @Test
  void rangesOfUserAddressesStayInOneRegion() throws Exception {
    GuestMemory memory =
        GuestMemory.of(List.of(map(0, PAGE, USER, 0), map(GUEST, PAGE, USER + PAGE, PAGE)));
    assertEquals(16, memory.atUser(USER + PAGE - 16, 16).byteSize());
    assertNull(memory.atUser(USER + PAGE - 16, 17), "goes on in the next region");
    assertNull(memory.atUser(USER - 1, 1));
    assertNull(memory.atUser(USER + 2 * PAGE, 1));
    assertNull(memory.atUser(USER, Long.MAX_VALUE));
    assertNull(memory.atUser(0, 1), "a guest physical address is no user address");
  }

  @Test
  void aFileCutOffUnderUsIsAnErrorOfTheThreadThatTouchesIt() throws Exception {
    MemoryRegion region = map(0, PAGE, USER, 0);
    region.segment().set(ValueLayout.JAVA_LONG, 0, 1);
    Memfd.truncate(file.raw(), 0);
    assertThrows(InternalError.class, () -> region.segment().get(ValueLayout.JAVA_LONG, 0));
  }

  @Test
  void tablesDoNotChange() throws Exception {
    MemoryRegion first = map(0, PAGE, USER, 0);
    MemoryRegion second = map(GUEST, PAGE, USER + PAGE, 0);
    GuestMemory one = GuestMemory.of(List.of(first));
    GuestMemory two = one.plus(second);
    assertEquals(-1, one.find(GUEST));
    assertEquals(1, two.find(GUEST));
    assertEquals(-1, two.minus(first).find(0));
    assertEquals(0, two.find(0));
    assertThrows(MemoryRefused.class, () -> two.plus(second));
    assertEquals(-1, GuestMemory.NONE.find(0));
  }

  // ---- Where a ring may lie
  // ----------------------------------------------------------------------

  private static final RingLayout.Features SPLIT =
      new RingLayout.Features(false, true, true, false);
  private static final RingLayout.Features PACKED =
      new RingLayout.Features(true, true, true, false);

  private RingLayout locate(RingLayout.Features features, int size, long... at) throws Exception {
    GuestMemory memory = GuestMemory.of(List.of(map(0, 64 * PAGE, USER, 0)));
    return RingLayout.locate(memory, features, size, USER + at[0], USER + at[1], USER + at[2], 0);
  }

  @Test
  void ringSizes() throws Exception {
    for (int size : new int[] {-1, 0, 3, 6, 100, 32769, 65536, 1 << 30}) {
      assertThrows(MemoryRefused.class, () -> locate(SPLIT, size, 0, PAGE, 2 * PAGE));
    }
    for (int size : new int[] {-1, 0, 32769, 65536}) {
      assertThrows(MemoryRefused.class, () -> locate(PACKED, size, 0, PAGE, 2 * PAGE));
    }
    for (int size : new int[] {1, 2, 256}) {
      assertEquals(size, locate(SPLIT, size, 0, 8 * PAGE, 16 * PAGE).size());
    }
    for (int size : new int[] {1, 3, 100, 255}) {
      assertEquals(size, locate(PACKED, size, 0, 8 * PAGE, 16 * PAGE).size());
    }
  }

  @ParameterizedTest
  @CsvSource({"8, 4096, 8192", "0, 4097, 8192", "0, 4096, 8194"})
  void misalignedRings(long descriptors, long driver, long device) {
    MemoryRefused refusal =
        assertThrows(MemoryRefused.class, () -> locate(SPLIT, 16, descriptors, driver, device));
    assertTrue(refusal.getMessage().contains("not aligned"), refusal.getMessage());
  }

  @Test
  void ringsThatLeaveTheirRegion() throws Exception {
    long end = 64 * PAGE;
    // Sizes of the areas of a split ring of 16: 256, 38 and 134 bytes with event indices.
    assertNotNull(locate(SPLIT, 16, end - 256, 0, PAGE));
    assertThrows(MemoryRefused.class, () -> locate(SPLIT, 16, end - 240, 0, PAGE));
    assertNotNull(locate(SPLIT, 16, 0, end - 38, PAGE));
    assertThrows(MemoryRefused.class, () -> locate(SPLIT, 16, 0, end - 36, PAGE));
    assertNotNull(locate(SPLIT, 16, 0, PAGE, end - 136));
    assertThrows(MemoryRefused.class, () -> locate(SPLIT, 16, 0, PAGE, end - 132));
    assertNotNull(locate(PACKED, 16, 0, end - 4, PAGE));
    assertThrows(MemoryRefused.class, () -> locate(PACKED, 16, 0, end - 2, PAGE));
    assertThrows(MemoryRefused.class, () -> locate(PACKED, 16, -USER, 0, PAGE));
  }
}
