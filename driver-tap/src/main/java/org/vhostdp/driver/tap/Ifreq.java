package org.vhostdp.driver.tap;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.vhostdp.driver.tap.generated.Tun;

/** {@code struct ifreq} of linux/if.h, as the TAP requests use it: a name and 16 bits of flags. */
final class Ifreq {
  /** Bytes of the structure on a 64-bit machine. */
  private static final long SIZE = 40;

  private Ifreq() {}

  static MemorySegment allocate(Arena arena, String name, int flags) {
    MemorySegment request = arena.allocate(SIZE, Long.BYTES);
    byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
    MemorySegment.copy(bytes, 0, request, ValueLayout.JAVA_BYTE, 0, bytes.length);
    request.set(ValueLayout.JAVA_SHORT, Tun.IFNAMSIZ(), (short) flags);
    return request;
  }

  static String name(MemorySegment request) {
    return request.asSlice(0, Tun.IFNAMSIZ()).getString(0, StandardCharsets.US_ASCII);
  }
}
