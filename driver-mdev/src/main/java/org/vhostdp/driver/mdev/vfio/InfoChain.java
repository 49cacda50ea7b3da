package org.vhostdp.driver.mdev.vfio;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.vhostdp.driver.mdev.generated.vfio_info_cap_header;

/**
 * The chain of capabilities behind the answer to an INFO request (struct vfio_info_cap_header).
 * Nothing in it is trusted: an offset outside the answer, an unaligned one or one that does not
 * lead forwards ends the chain.
 */
final class InfoChain {
  private static final long HEADER = vfio_info_cap_header.sizeof();

  private InfoChain() {}

  /**
   * The capability with that id.
   *
   * @param answer the whole answer, as many bytes as the kernel wrote
   * @param first the offset of the first capability, from the answer's fixed part
   * @param id the capability
   * @param version the greatest version that is understood
   * @return from the capability's header to the answer's end, or null if there is none
   */
  static MemorySegment find(MemorySegment answer, long first, int id, int version) {
    long end = answer.byteSize();
    long at = first;
    // The kernel lays them out one behind the other, so a chain that only goes forwards loses
    // nothing and cannot run in a circle.
    for (long before = 0; at > before && at % 4 == 0 && at <= end - HEADER; ) {
      int itsId = Short.toUnsignedInt(answer.get(ValueLayout.JAVA_SHORT, at));
      int itsVersion = Short.toUnsignedInt(answer.get(ValueLayout.JAVA_SHORT, at + 2));
      if (itsId == id && itsVersion <= version) {
        return answer.asSlice(at);
      }
      before = at;
      at = Integer.toUnsignedLong(answer.get(ValueLayout.JAVA_INT, at + 4));
    }
    return null;
  }

  /**
   * The elements of a capability that has a count of 32 bits and a reserved word behind its header,
   * and then pairs of 64 bits. Capabilities are aligned to 4 bytes only.
   *
   * @param capability what {@link #find} gave
   * @return two numbers for each pair; fewer than counted if the answer ends before
   */
  static long[] pairs(MemorySegment capability) {
    long start = HEADER + 8;
    long room = (capability.byteSize() - start) / 16;
    if (room <= 0) {
      return new long[0];
    }
    long counted = Integer.toUnsignedLong(capability.get(ValueLayout.JAVA_INT, HEADER));
    return capability
        .asSlice(start, Math.min(counted, room) * 16)
        .toArray(ValueLayout.JAVA_LONG_UNALIGNED);
  }
}
