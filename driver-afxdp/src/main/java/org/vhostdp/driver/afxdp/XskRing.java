package org.vhostdp.driver.afxdp;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.vhostdp.driver.afxdp.generated.IfXdp;
import org.vhostdp.driver.afxdp.generated.xdp_ring_offset;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Mapping;

/**
 * A ring that is shared with the kernel (linux/if_xdp.h): one side produces, the other consumes,
 * each by an index that only ever grows. Where the driver produces (fill, transmit) it stores
 * entries and then the producer index with release, which pairs with the kernel's acquire; where it
 * consumes (receive, completion) it loads the producer index with acquire before the entries, and
 * stores the consumer index with release once it has read them, so that the kernel does not
 * overwrite what is still being read.
 *
 * <p>Of one thread at a time; the fields are for hot loops, which copy them into locals.
 */
final class XskRing implements AutoCloseable {
  /** An entry of the receive and transmit rings: address, length, options (struct xdp_desc). */
  static final int DESCRIPTOR = 16;

  /** An entry of the fill and completion rings: an address. */
  static final int ADDRESS = 8;

  private static final VarHandle INDEX = JAVA_INT.varHandle();

  final MemorySegment memory;

  /** Bytes from the start of the memory to the first entry. */
  final long entries;

  /** Number of entries less one. */
  final int mask;

  private final Mapping mapping;
  private final long producer;
  private final long consumer;
  private final long flags;

  private XskRing(Mapping mapping, MemorySegment offsets, int size) {
    this.mapping = mapping;
    memory = mapping.segment();
    entries = xdp_ring_offset.desc(offsets);
    producer = xdp_ring_offset.producer(offsets);
    consumer = xdp_ring_offset.consumer(offsets);
    flags = xdp_ring_offset.flags(offsets);
    mask = size - 1;
  }

  /**
   * Maps a ring of a socket that is not bound yet.
   *
   * @param page which ring: XDP_PGOFF_RX_RING and the like
   * @param offsets its struct xdp_ring_offset
   * @param size entries
   * @param entry bytes of an entry
   */
  static XskRing map(int fd, long page, MemorySegment offsets, int size, int entry)
      throws LinuxException {
    long bytes = xdp_ring_offset.desc(offsets) + (long) size * entry;
    Mapping mapping = Mapping.shared(fd, page, bytes, Mapping.READ | Mapping.WRITE);
    return new XskRing(mapping, offsets, size);
  }

  int producer() {
    return (int) INDEX.getAcquire(memory, producer);
  }

  int consumer() {
    return (int) INDEX.getAcquire(memory, consumer);
  }

  void produce(int index) {
    INDEX.setRelease(memory, producer, index);
  }

  void consume(int index) {
    INDEX.setRelease(memory, consumer, index);
  }

  /**
   * Whether the kernel waits for a system call before it looks at the ring again. Callers have a
   * full fence between their last {@link #produce} and this: the kernel writes the flag and looks
   * once more at the index, so one of the two sees the other.
   */
  boolean needsWakeup() {
    return ((int) INDEX.getOpaque(memory, flags) & IfXdp.XDP_RING_NEED_WAKEUP()) != 0;
  }

  @Override
  public void close() {
    mapping.close();
  }
}
