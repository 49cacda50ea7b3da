package org.vhostdp.driver.mdev.vfio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vhostdp.linux.Errno;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

class PinnedMemoryTest {
  private static final long PAGE = 4096;

  /** An IOMMU that writes down what it is told and refuses what it is told to refuse. */
  private static final class Paper implements IommuSpace {
    final List<String> told = new ArrayList<>();
    int errno;

    @Override
    public List<IovaRange> ranges() {
      return List.of(new IovaRange(0, 64 * PAGE - 1));
    }

    @Override
    public long pageSize() {
      return PAGE;
    }

    @Override
    public long mostMappings() {
      return 65535;
    }

    @Override
    public int map(long address, long iova, long length, boolean readable, boolean writable) {
      told.add("map " + iova + " " + length + (readable ? " r" : " ") + (writable ? "w" : ""));
      return -errno;
    }

    @Override
    public int unmap(long iova, long length) {
      told.add("unmap " + iova + " " + length);
      return 0;
    }

    @Override
    public String request() {
      return "MAP";
    }

    @Override
    public void close() {
      told.add("close");
    }
  }

  private final Paper paper = new Paper();
  private final PinnedMemory dma = new PinnedMemory("0000:00:04.0", paper);

  private static MemorySegment pages(Arena arena, int count) {
    return arena.allocate(count * PAGE, PAGE);
  }

  @Test
  void unmapsEachMappingOnce() throws Exception {
    try (Arena arena = Arena.ofConfined()) {
      DmaMapping one = dma.map(pages(arena, 1), true, false);
      dma.map(pages(arena, 2), true, true);
      assertEquals(3 * PAGE, dma.mappedBytes());
      one.close();
      one.close();
      dma.close();
      dma.close();
      assertEquals(
          List.of("map 4096 4096 r", "map 16384 8192 rw", "unmap 4096 4096", "unmap 16384 8192"),
          paper.told);
      assertEquals(0, dma.mappedBytes());
    }
  }

  @Test
  void explainsTheLimitOnLockedMemory() {
    paper.errno = Errno.ENOMEM;
    DriverException e = refused();
    assertEquals(Reason.RESOURCES, e.reason());
    assertTrue(e.getMessage().startsWith("MAP 4096 bytes for 0000:00:04.0: ENOMEM"));
    assertTrue(
        e.advice().contains("CAP_IPC_LOCK") || e.advice().startsWith("Free memory"), e.advice());
  }

  @Test
  void explainsTheLimitOnMappings() {
    paper.errno = Errno.ENOSPC;
    assertTrue(refused().advice().startsWith("The kernel allows only 65535 mappings"));
    paper.errno = Errno.EFAULT;
    assertTrue(refused().advice().contains("cannot be pinned"));
  }

  @Test
  void aRefusedMappingLeavesItsAddressesFree() throws Exception {
    paper.errno = Errno.ENOMEM;
    refused();
    paper.errno = 0;
    try (Arena arena = Arena.ofConfined()) {
      assertEquals(PAGE, dma.map(pages(arena, 1), true, true).iova());
    }
  }

  @Test
  void saysThatTheAddressesAreUsedUp() {
    try (Arena arena = Arena.ofConfined()) {
      DriverException e =
          assertThrows(DriverException.class, () -> dma.map(pages(arena, 64), true, true));
      assertEquals(Reason.RESOURCES, e.reason());
      assertEquals(List.of(), paper.told);
    }
  }

  @Test
  void wantsWholePagesOfNativeMemoryForSomething() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment two = pages(arena, 2);
      refusedAsMisuse(two.asSlice(1), true);
      refusedAsMisuse(two.asSlice(0, 4095), true);
      refusedAsMisuse(two.asSlice(0, 0), true);
      refusedAsMisuse(MemorySegment.ofArray(new byte[4096]), true);
      refusedAsMisuse(two, false);
      assertEquals(List.of(), paper.told);
    }
  }

  private void refusedAsMisuse(MemorySegment memory, boolean readable) {
    assertThrows(IllegalArgumentException.class, () -> dma.map(memory, readable, false));
  }

  private DriverException refused() {
    try (Arena arena = Arena.ofConfined()) {
      return assertThrows(DriverException.class, () -> dma.map(pages(arena, 1), true, true));
    }
  }
}
