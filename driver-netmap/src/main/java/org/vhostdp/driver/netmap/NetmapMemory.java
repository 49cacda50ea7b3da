package org.vhostdp.driver.netmap;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.vhostdp.driver.netmap.generated.netmap_if;
import org.vhostdp.driver.netmap.generated.netmap_ring;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Mapping;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Region;

/**
 * A memory region of netmap's as it is mapped here: netmap_ifs, rings and buffers. Ports that share
 * a region see the same buffers under the same numbers.
 */
final class NetmapMemory implements AutoCloseable {
  private static final long OFFSETS = netmap_if.sizeof();

  private final Mapping mapping;
  private final MemorySegment whole;
  private int bufferBytes;
  private long bufferStart;
  private int buffers;
  private Region region;

  private NetmapMemory(Mapping mapping) {
    this.mapping = mapping;
    whole = mapping.segment();
  }

  /**
   * Maps the region that a descriptor is bound to.
   *
   * @param got what binding it said
   */
  static NetmapMemory map(Fd fd, PortName port, NetmapCalls.Got got) throws DriverException {
    try {
      int access = Mapping.READ | Mapping.WRITE;
      return new NetmapMemory(Mapping.shared(fd.raw(), 0, got.bytes(), access));
    } catch (LinuxException e) {
      throw NetmapErrors.FAILURES.of("mmap of netmap's memory", port.text(), e.errno());
    }
  }

  /** All of it. */
  MemorySegment whole() {
    return whole;
  }

  /** Bytes of a buffer. */
  int bufferBytes() {
    return bufferBytes;
  }

  /** Buffers' numbers are less than this. */
  int buffers() {
    return buffers;
  }

  /** The buffers alone: number n begins at n times their size. */
  Region region() {
    return region;
  }

  /**
   * Where a ring is.
   *
   * @param at offset of the netmap_if
   * @param index of the ring among those that a netmap_if lists: sent, host's sent, received,
   *     host's received
   * @return its offset, or -1 if it is not bound
   */
  long ring(long at, int index) {
    MemorySegment offsets = whole.asSlice(at);
    long relative = offsets.get(ValueLayout.JAVA_LONG, OFFSETS + index * (long) Long.BYTES);
    return relative == 0 ? -1 : at + relative;
  }

  /** The netmap_if at an offset. */
  MemorySegment netmapIf(long at) {
    return whole.asSlice(at, OFFSETS);
  }

  /**
   * Learns from a ring where the buffers are.
   *
   * @throws DriverException if the kernel's numbers make no sense
   */
  void findBuffers(long ring, PortName port) throws DriverException {
    MemorySegment head = whole.asSlice(ring, netmap_ring.sizeof());
    bufferBytes = netmap_ring.nr_buf_size(head);
    bufferStart = ring + netmap_ring.buf_ofs(head);
    long room = whole.byteSize() - bufferStart;
    if (bufferBytes < 64 || bufferStart < 0 || room < bufferBytes) {
      throw NetmapErrors.layout(port);
    }
    buffers = (int) Math.min(room / bufferBytes, Integer.MAX_VALUE);
    region = new Region(whole.asSlice(bufferStart, (long) buffers * bufferBytes));
  }

  @Override
  public void close() {
    mapping.close();
  }
}
