package org.vhostdp.driver.tap;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.vhostdp.spi.Offload;

/** The ten bytes before each frame, against linux/virtio_net.h. */
final class VnetHeaderTest {
  private final byte[] bytes = new byte[16];
  private final MemorySegment header = MemorySegment.ofArray(bytes);

  private void written(int flags, long packed, String expected) {
    header.fill((byte) 0xEE);
    VnetHeader.write(header, flags, packed);
    assertEquals(expected + "eeeeeeeeeeee", HexFormat.of().formatHex(bytes));
  }

  @Test
  void writing() {
    long packed = Offload.pack(0x0102, 0x0304, 0x0506, 0x0708);
    written(Offload.CSUM_PARTIAL, packed, "01000000000002010403");
    written(Offload.CSUM_VALID, packed, "02000000000000000000");
    written(Offload.CSUM_PARTIAL | Offload.GSO_TCP4, packed, "01010807060502010403");
    written(Offload.CSUM_PARTIAL | Offload.GSO_TCP6, packed, "01040807060502010403");
    written(Offload.CSUM_PARTIAL | Offload.GSO_UFO, packed, "01030807060502010403");
    written(Offload.CSUM_PARTIAL | Offload.GSO_USO, packed, "01050807060502010403");
    int ecn = Offload.CSUM_PARTIAL | Offload.GSO_TCP4 | Offload.GSO_ECN;
    written(ecn, packed, "01810807060502010403");
    header.fill((byte) 0xEE);
    VnetHeader.clear(header);
    assertEquals("00000000000000000000eeeeeeeeeeee", HexFormat.of().formatHex(bytes));
  }

  private void read(String text, int flags) {
    MemorySegment.copy(
        HexFormat.of().parseHex(text), 0, header, ValueLayout.JAVA_BYTE, 0, VnetHeader.SIZE);
    assertEquals(flags, VnetHeader.flags(VnetHeader.word(header)));
  }

  @Test
  void reading() {
    read("01000000000002010403", Offload.CSUM_PARTIAL);
    long packed = VnetHeader.packed(header, VnetHeader.word(header));
    assertEquals(Offload.pack(0x0102, 0x0304, 0, 0), packed);
    read("02000000000000000000", Offload.CSUM_VALID);
    read("01810807060502010403", Offload.CSUM_PARTIAL | Offload.GSO_TCP4 | Offload.GSO_ECN);
    assertEquals(0x0506, Offload.gsoSize(VnetHeader.packed(header, VnetHeader.word(header))));
    read("01040000000000000000", Offload.CSUM_PARTIAL | Offload.GSO_TCP6);
    read("01030000000000000000", Offload.CSUM_PARTIAL | Offload.GSO_UFO);
    read("01050000000000000000", Offload.CSUM_PARTIAL | Offload.GSO_USO);
    read("01200000000000000000", -1);
  }

  @Test
  void plainIsWhatUsesNoOffload() {
    assertTrue(VnetHeader.isPlain(0xFFFFFFFFFFFF0000L));
    assertFalse(VnetHeader.isPlain(1));
    assertFalse(VnetHeader.isPlain(0x100));
    assertArrayEquals(new byte[16], bytes);
  }
}
