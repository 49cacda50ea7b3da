package org.vhostdp.guest.twin;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * One region of guest memory as a front-end announces it (vhost-user, "Memory regions
 * description"). A plain carrier: tests may build false ones.
 *
 * @param guestPhysical first guest physical address, bytes
 * @param size bytes
 * @param userAddress first address in the front-end's own address space
 * @param fileOffset where the region begins in its file, bytes
 * @param fd raw descriptor of the file; owned by the memory, not by this record
 */
public record RegionSpec(long guestPhysical, long size, long userAddress, long fileOffset, int fd) {
  static final int BYTES = 32;

  void write(MemorySegment message, long offset) {
    message.set(ValueLayout.JAVA_LONG_UNALIGNED, offset, guestPhysical);
    message.set(ValueLayout.JAVA_LONG_UNALIGNED, offset + 8, size);
    message.set(ValueLayout.JAVA_LONG_UNALIGNED, offset + 16, userAddress);
    message.set(ValueLayout.JAVA_LONG_UNALIGNED, offset + 24, fileOffset);
  }
}
