package org.vhostdp.driver.mdev.vfio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.vhostdp.driver.mdev.generated.Vfio;
import org.vhostdp.driver.mdev.generated.vfio_iommu_type1_info;
import org.vhostdp.driver.mdev.generated.vfio_region_info;

/** Answers of the kernel, or of somebody who pretends to be one. */
class InfoChainTest {
  private static final Arena ARENA = Arena.ofAuto();

  private static MemorySegment bytes(int size) {
    return ARENA.allocate(size, 8);
  }

  private static void header(MemorySegment s, long at, int id, int version, int next) {
    s.set(ValueLayout.JAVA_SHORT, at, (short) id);
    s.set(ValueLayout.JAVA_SHORT, at + 2, (short) version);
    s.set(ValueLayout.JAVA_INT, at + 4, next);
  }

  @Test
  void findsACapabilityBehindOthers() {
    MemorySegment s = bytes(64);
    header(s, 16, 7, 1, 28);
    header(s, 28, 8, 1, 0);
    assertEquals(64 - 28, InfoChain.find(s, 16, 8, 1).byteSize());
    assertNull(InfoChain.find(s, 16, 9, 1));
    assertNull(InfoChain.find(s, 0, 7, 1));
  }

  @Test
  void doesNotReadAVersionItDoesNotKnow() {
    MemorySegment s = bytes(32);
    header(s, 8, 7, 2, 0);
    assertNull(InfoChain.find(s, 8, 7, 1));
    assertNotNull(InfoChain.find(s, 8, 7, 2));
  }

  @Test
  void endsAtACircleAndAtTheAnswersEnd() {
    MemorySegment s = bytes(64);
    header(s, 16, 7, 1, 24);
    header(s, 24, 8, 1, 16);
    assertNull(InfoChain.find(s, 16, 9, 1));
    header(s, 24, 8, 1, 24);
    assertNull(InfoChain.find(s, 16, 9, 1));
    header(s, 24, 8, 1, 60);
    assertNull(InfoChain.find(s, 16, 9, 1));
    header(s, 24, 8, 1, -4);
    assertNull(InfoChain.find(s, 16, 9, 1));
    header(s, 24, 8, 1, 33);
    assertNull(InfoChain.find(s, 16, 9, 1));
    assertNull(InfoChain.find(bytes(4), 0, 0, 1));
  }

  @Test
  void countsNoMorePairsThanThereAre() {
    MemorySegment capability = bytes(8 + 8 + 16 + 8);
    capability.set(ValueLayout.JAVA_INT, 8, -1);
    capability.set(ValueLayout.JAVA_LONG, 16, 5);
    capability.set(ValueLayout.JAVA_LONG, 24, 6);
    assertArrayEquals(new long[] {5, 6}, InfoChain.pairs(capability));
    assertArrayEquals(new long[0], InfoChain.pairs(capability.asSlice(0, 20)));
    assertArrayEquals(new long[0], InfoChain.pairs(capability.asSlice(0, 8)));
    capability.set(ValueLayout.JAVA_INT, 8, 0);
    assertArrayEquals(new long[0], InfoChain.pairs(capability));
  }

  @Test
  void readsRangesThatAreAlignedToFourBytesOnly() {
    MemorySegment s = bytes(96);
    vfio_iommu_type1_info.flags(s, Vfio.VFIO_IOMMU_INFO_CAPS() | Vfio.VFIO_IOMMU_INFO_PGSIZES());
    vfio_iommu_type1_info.iova_pgsizes(s, 0x40201000L);
    vfio_iommu_type1_info.cap_offset(s, 20);
    header(s, 20, Vfio.VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE(), 1, 68);
    header(s, 68, Vfio.VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL(), 1, 0);
    s.set(ValueLayout.JAVA_INT, 76, 65535);
    s.set(ValueLayout.JAVA_INT, 28, 2);
    long[] numbers = {0, 0xfedfffffL, 0xfef00000L, 0x7fffffffffL};
    for (int i = 0; i < 4; i++) {
      s.set(ValueLayout.JAVA_LONG_UNALIGNED, 36 + 8L * i, numbers[i]);
    }
    assertEquals(
        List.of(new IovaRange(0, 0xfedfffffL), new IovaRange(0xfef00000L, 0x7fffffffffL)),
        TypeOneSpace.rangesOf(s));
    assertEquals(4096, TypeOneSpace.pageOf(s));
    assertEquals(65535, TypeOneSpace.mappingsOf(s));
    assertEquals(-1, TypeOneSpace.mappingsOf(s.asSlice(0, 76)));
    vfio_iommu_type1_info.flags(s, 0);
    assertEquals(List.of(), TypeOneSpace.rangesOf(s));
  }

  @Test
  void leavesOutMappableAreasThatAreNotInTheRegion() {
    MemorySegment s = bytes(32 + 16 + 4 * 16);
    vfio_region_info.flags(s, 0xf);
    vfio_region_info.size(s, 0x4000);
    vfio_region_info.cap_offset(s, 32);
    header(s, 32, Vfio.VFIO_REGION_INFO_CAP_SPARSE_MMAP(), 1, 0);
    s.set(ValueLayout.JAVA_INT, 40, 4);
    long[] areas = {0, 0x1000, 0x3000, 0x1001, -4096, 0x2000, 0x2000, Long.MAX_VALUE};
    for (int i = 0; i < areas.length; i++) {
      s.set(ValueLayout.JAVA_LONG, 48 + 8L * i, areas[i]);
    }
    assertEquals(List.of(new RegionInfo.Area(0, 0x1000)), RegionInfo.of(s).mappable());
    vfio_region_info.cap_offset(s, 0);
    assertEquals(List.of(new RegionInfo.Area(0, 0x4000)), RegionInfo.of(s).mappable());
    vfio_region_info.flags(s, 3);
    assertEquals(List.of(), RegionInfo.of(s).mappable());
  }

  @Test
  void namesTheKernelsNumbers() {
    assertEquals(Vfio.VFIO_PCI_ROM_REGION_INDEX(), DeviceRegion.ROM);
    assertEquals(Vfio.VFIO_PCI_CONFIG_REGION_INDEX(), DeviceRegion.CONFIG);
  }

  @Test
  void standsAnyBytes() {
    Random random = new Random(11);
    for (int i = 0; i < 20_000; i++) {
      byte[] noise = new byte[random.nextInt(40, 200)];
      random.nextBytes(noise);
      MemorySegment s = bytes(noise.length);
      s.copyFrom(MemorySegment.ofArray(noise));
      vfio_region_info.cap_offset(s, random.nextInt(noise.length + 8));
      vfio_region_info.flags(s, 0xf);
      RegionInfo info = RegionInfo.of(s);
      for (RegionInfo.Area area : info.mappable()) {
        assertEquals(true, new RegionInfo.Area(0, info.size()).holds(area.offset(), area.size()));
      }
      TypeOneSpace.rangesOf(s);
    }
  }
}
