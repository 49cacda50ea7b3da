package org.vhostdp.driver.tap;

import java.lang.foreign.MemorySegment;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.IoUring;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Mapping;
import org.vhostdp.spi.Burst;

/**
 * Frames of one queue to the kernel, many by one system call: a writev request of an io_uring each.
 * The kernel has copied, or refused, all of them when {@link #send} returns. A frame that it
 * refuses does not stop those behind it.
 *
 * <p>The queue's IO thread, and the control thread while no burst call runs.
 */
final class TapRing implements AutoCloseable {
  /** Frames of one system call. */
  static final int DEPTH = 64;

  /** Frames from which on this is cheaper than a call each; docs/drivers/tap.md has figures. */
  static final int LEAST = 4;

  /** Entries of a frame: those of the largest skb of a Linux guest, MAX_SKB_FRAGS + 2, and one. */
  private static final int SEGMENTS = 20;

  private final int fd;
  private final IoUring ring;
  private final Mapping memory;
  private final TapScratch[] slots = new TapScratch[DEPTH];
  private final long[] vectors = new long[DEPTH];
  private final int[] segments = new int[DEPTH];
  private final int[] ends = new int[DEPTH];
  private final int[] bytes = new int[DEPTH];
  private final int[] results = new int[DEPTH];

  private TapRing(int fd, IoUring ring, Mapping memory) {
    this.fd = fd;
    this.ring = ring;
    this.memory = memory;
    long size = TapScratch.bytes(SEGMENTS);
    for (int k = 0; k < DEPTH; k++) {
      MemorySegment slot = memory.segment().asSlice(k * size, size);
      slots[k] = new TapScratch(slot, SEGMENTS);
      vectors[k] = slots[k].vectors.address();
    }
  }

  /**
   * Makes a ring for a queue.
   *
   * @param fd the queue's descriptor; stays the caller's, and stays open until the ring is closed
   * @throws LinuxException if the kernel has no io_uring, or one that would wait on this queue
   */
  static TapRing open(int fd) throws LinuxException {
    IoUring ring = IoUring.create(DEPTH);
    Mapping memory = null;
    try {
      requireInline(ring, fd);
      memory = Mapping.anonymous(DEPTH * TapScratch.bytes(SEGMENTS));
      return new TapRing(fd, ring, memory);
    } finally {
      if (memory == null) {
        ring.close();
      }
    }
  }

  /** Reads nothing: 0, or EBADFD while detached, unless the queue cannot be asked not to wait. */
  private static void requireInline(IoUring ring, int fd) throws LinuxException {
    ring.prepareReadv(fd, 0, 0, 0);
    int taken = ring.submitAndWait();
    int result = taken == 1 && ring.next() ? ring.result() : taken;
    if (result != 0 && result != -Errno.EBADFD) {
      String advice =
          result == -Errno.EOPNOTSUPP ? "Bursts through io_uring need Linux 6.4 or newer." : "";
      throw new LinuxException("io_uring readv", "of a TAP queue", -result, advice);
    }
  }

  /**
   * Takes in frames from the burst's entries on, up to the first that is refused or has too many
   * entries.
   *
   * @return how many
   */
  int fill(TapGather gather, Burst burst, int first, int end) {
    int at = first;
    int count = 0;
    while (count < DEPTH && at < end) {
      int next = gather.gather(burst, at, end, slots[count]);
      if (next < 0) {
        break;
      }
      segments[count] = next - at;
      ends[count] = next;
      bytes[count++] = gather.total();
      at = next;
    }
    return count;
  }

  /** Sends the first frames taken in; returns how many of them have a {@link #result} now. */
  int send(int count) {
    for (int k = 0; k < count; k++) {
      ring.prepareWritev(fd, vectors[k], segments[k] + 1, k);
    }
    int taken = ring.submitAndWait();
    while (ring.next()) {
      results[(int) ring.userData()] = ring.result();
    }
    return Math.max(taken, 0);
  }

  /** The index in the burst after frame k. */
  int end(int k) {
    return ends[k];
  }

  /** Bytes of frame k. */
  int bytes(int k) {
    return bytes[k];
  }

  /** What writev of frame k returned: bytes, or -errno. */
  int result(int k) {
    return results[k];
  }

  @Override
  public void close() {
    ring.close();
    memory.close();
  }
}
