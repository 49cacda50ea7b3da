package org.vhostdp.driver.mdev.virtio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.spi.Offload;

/** The header before each frame. */
final class NetHeaderTest {
  private final MemorySegment memory = Arena.ofAuto().allocate(32);

  @ParameterizedTest
  @ValueSource(
      ints = {
        Offload.CSUM_PARTIAL,
        Offload.CSUM_PARTIAL | Offload.GSO_TCP4,
        Offload.CSUM_PARTIAL | Offload.GSO_TCP6 | Offload.GSO_ECN,
        Offload.CSUM_PARTIAL | Offload.GSO_USO
      })
  void whatIsWrittenIsRead(int flags) {
    long packed = Offload.pack(34, 16, (flags & Offload.GSO_ANY) == 0 ? 0 : 1448, 0);
    memory.fill((byte) 0x5a);
    NetHeader.write(memory, 3, flags, packed);
    long first = NetHeader.first(memory, 3);
    assertEquals(flags, NetHeader.flags(first));
    assertEquals(packed, NetHeader.packed(first, NetHeader.last(memory, 3)));
    assertEquals(0x5a, memory.get(ValueLayout.JAVA_BYTE, 3 + NetHeader.SIZE));
  }

  @Test
  void aPlainFrameHasAnEmptyHeader() {
    memory.fill((byte) 0x5a);
    NetHeader.writePlain(memory, 4);
    assertTrue(NetHeader.isPlain(NetHeader.first(memory, 4)));
    assertEquals(0, NetHeader.last(memory, 4));
  }

  @Test
  void aSegmentationThatHasNoNameIsNoneOfTheFlags() {
    assertEquals(-1, NetHeader.flags(2L << 8));
    assertEquals(-1, NetHeader.flags(0x7fL << 8));
  }
}
