package org.vhostdp.driver.tap;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Io;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.linux.Mapping;
import org.vhostdp.netdevice.Gate;
import org.vhostdp.spi.Wakeup;

/** One queue of the device in both directions, and what it needs. Control threads only. */
final class TapQueuePair implements AutoCloseable {
  /** Bytes of the port's own region for each pair. */
  static final long REGION_BYTES = 2 * TapFrames.BYTES;

  /** Far more than the queue of any interface holds, so that draining has an end. */
  private static final int MOST_DRAINED = 1 << 16;

  /** Bytes of one direction's scratch memory. */
  private static final long SCRATCH = TapScratch.bytes(TapScratch.MOST_SEGMENTS);

  /**
   * What both directions work with; it stays its owner's.
   *
   * @param ring sends bursts; null if each frame is a system call
   */
  record Parts(
      Fd fd, Gate gate, TapForeign foreign, int txOffloads, TapTraffic traffic, TapRing ring) {}

  private final int fd;
  private final Gate gate;
  private final Fd writable;
  private final Mapping scratch;
  private final TapFrames txFrames;
  private final TapFrames rxFrames;
  private final TapQueueTx tx;
  private final TapQueueRx rx;

  /**
   * @param region address of the port's own region
   * @param index this pair's, which says what slice of the region is its own
   */
  TapQueuePair(Parts parts, long region, int index) throws LinuxException {
    fd = parts.fd().raw();
    gate = parts.gate();
    // The host may want both directions in one epoll set, which takes a descriptor only once.
    writable = parts.fd().duplicate();
    try {
      scratch = Mapping.anonymous(2 * SCRATCH);
    } catch (LinuxException e) {
      writable.close();
      throw e;
    }
    MemorySegment memory = scratch.segment();
    TapScratch first = new TapScratch(memory.asSlice(0, SCRATCH), TapScratch.MOST_SEGMENTS);
    TapScratch second = new TapScratch(memory.asSlice(SCRATCH), TapScratch.MOST_SEGMENTS);
    txFrames = new TapFrames(region, index * REGION_BYTES);
    rxFrames = new TapFrames(region, index * REGION_BYTES + TapFrames.BYTES);
    Wakeup space = new TapWakeup(writable.raw(), Wakeup.WRITABLE, gate::vanish);
    Wakeup arrival = new TapWakeup(fd, Wakeup.READABLE, gate::vanish);
    tx = new TapQueueTx(parts, txFrames, first, space);
    rx = new TapQueueRx(parts, rxFrames, second, arrival);
  }

  TapQueueTx tx() {
    return tx;
  }

  TapQueueRx rx() {
    return rx;
  }

  Gate gate() {
    return gate;
  }

  /** Forgets lent frames, and what the kernel has queued since the queue was last looked at. */
  void reset() {
    txFrames.reset();
    rxFrames.reset();
    try (Arena arena = Arena.ofConfined()) {
      CallState state = new CallState(arena);
      // One byte beside the header: the kernel drops the rest of the frame.
      MemorySegment bin = arena.allocate(VnetHeader.SIZE + 1);
      int drained = 0;
      while (drained < MOST_DRAINED && discard(state, bin)) {
        drained++;
      }
    }
  }

  private boolean discard(CallState state, MemorySegment bin) {
    long result = Io.read(state, fd, bin, bin.byteSize());
    return result > 0 || result == -Errno.EFAULT;
  }

  @Override
  public void close() {
    gate.set(false, false);
    writable.close();
    scratch.close();
  }
}
