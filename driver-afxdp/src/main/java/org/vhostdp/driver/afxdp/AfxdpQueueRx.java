package org.vhostdp.driver.afxdp;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.vhostdp.driver.afxdp.generated.IfXdp;
import org.vhostdp.linux.CallState;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.Io;
import org.vhostdp.netdevice.Gate;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Wakeup;

/**
 * Frames from the interface: names of the receive ring become entries of a burst, and what is given
 * back goes to the fill ring. The kernel puts a frame into the buffer at the fill ring's head; it
 * has every buffer that is neither lent nor waits in the receive ring, so no ring ever overflows.
 *
 * <p>Threads: the queue's IO thread; {@link #attach} and {@link #detach} while no burst call runs.
 */
final class AfxdpQueueRx implements RxQueue {
  private static final int CONTINUES = IfXdp.XDP_PKT_CONTD();

  private final Gate gate;
  private final AfxdpCounters counters;
  private final int mostLent;
  private final CallState state = new CallState(Arena.ofAuto());
  private final MemorySegment nothing = Arena.ofAuto().allocate(1);

  private XskRing ring;
  private RxBuffers buffers;
  private MemorySegment memory;
  private PartialChecksum checksum;
  private Wakeup wakeup = Wakeup.polled();
  private int fd = -1;
  private boolean busyPoll;
  private boolean completes;
  private int consumed;
  private int longest;
  private int frames;
  private long bytes;

  AfxdpQueueRx(Gate gate, AfxdpCounters counters, int mostLent) {
    this.gate = gate;
    this.counters = counters;
    this.mostLent = mostLent;
  }

  /**
   * Works on a socket from now on; gives the kernel every buffer, and forgets what waits.
   *
   * @param first offset of the pair's buffers
   * @param completes whether to finish checksums that a sender left open
   */
  void attach(
      XskSocket socket, XskMemory frames, long first, boolean polls, boolean completesSums) {
    boolean same = ring == socket.rx();
    ring = socket.rx();
    memory = frames.segment();
    checksum = new PartialChecksum(memory);
    fd = socket.fd().raw();
    busyPoll = polls;
    completes = completesSums;
    wakeup = new AfxdpWakeup(fd, Wakeup.READABLE, () -> {});
    if (same) {
      buffers.reclaim();
      drop(ring.producer());
      ring.consume(consumed);
    } else {
      buffers = new RxBuffers(socket.fill(), first, frames.half());
      consumed = 0;
    }
    buffers.publish();
  }

  /** Nothing is touched from now on. */
  void detach() {
    ring = null;
    buffers = null;
    wakeup = Wakeup.polled();
  }

  @Override
  public int receive(Burst burst, int max) {
    if (!gate.receiving()) {
      return 0;
    }
    int limit = Math.min(Math.min(max, burst.capacity()), mostLent - buffers.lent());
    if (limit <= 0) {
      return 0;
    }
    int there = ring.producer();
    if (there == consumed) {
      if (!busyPoll) {
        return 0;
      }
      enter();
      there = ring.producer();
    }
    frames = 0;
    bytes = 0;
    longest = gate.mtu() + AfxdpPort.HEADERS;
    int count = take(burst, limit, there);
    // Descriptors were read; release keeps those reads before the kernel's writing over them.
    ring.consume(consumed);
    buffers.lend(count);
    counters.add(AfxdpCounters.FRAMES, frames);
    counters.add(AfxdpCounters.BYTES, bytes);
    return count;
  }

  private int take(Burst burst, int limit, int there) {
    int count = 0;
    while (count < limit && consumed != there) {
      int plain = takePlain(burst, count, Math.min(limit - count, there - consumed));
      count += plain;
      if (count < limit && consumed != there) {
        int entries = takeOther(burst, count, limit - count, there);
        if (entries < 0) {
          break;
        }
        count += entries;
      }
    }
    if (completes) {
      complete(burst, count);
    }
    return count;
  }

  /** Frames of one buffer each, as nearly all are; returns how many. */
  private int takePlain(Burst burst, int first, int count) {
    MemorySegment descriptors = ring.memory;
    long entries = ring.entries;
    int mask = ring.mask;
    int from = consumed;
    int most = longest;
    long start = buffers.base;
    boolean[] taken = buffers.taken;
    long sum = 0;
    int n = 0;
    while (n < count) {
      long at = entries + ((long) (from + n & mask) << 4);
      long address = descriptors.get(JAVA_LONG, at);
      // Length and options as one word: options of zero leave the length.
      long length = descriptors.get(JAVA_LONG, at + 8);
      long frame = (address - start) >> XskMemory.CHUNK_BITS;
      if (length > most || length <= 0 || frame < 0 || frame >= taken.length) {
        break;
      }
      int i = first + n++;
      taken[(int) frame] = true;
      burst.region[i] = AfxdpPort.OWN_REGION;
      burst.offset[i] = address;
      burst.length[i] = (int) length;
      burst.flags[i] = 0;
      sum += length;
    }
    consumed = from + n;
    frames += n;
    bytes += sum;
    return n;
  }

  /**
   * One frame of several buffers, or one that nobody can take.
   *
   * @return entries used, 0 if it was dropped; -1 if it is not whole yet or does not fit
   */
  private int takeOther(Burst burst, int first, int limit, int there) {
    MemorySegment descriptors = ring.memory;
    int end = consumed;
    long total = 0;
    boolean sound = true;
    long word;
    do {
      if (end == there) {
        return -1;
      }
      long at = descriptor(end++);
      word = descriptors.get(JAVA_LONG, at + 8);
      total += (int) word;
      sound &= buffers.isOurs(descriptors.get(JAVA_LONG, at), (int) word);
    } while ((word >>> 32 & CONTINUES) != 0);
    int entries = end - consumed;
    if (!sound || total > longest || entries > burst.capacity()) {
      drop(end);
      buffers.publish();
      counters.add(sound ? AfxdpCounters.DROPPED : AfxdpCounters.ERRORS, 1);
      counters.add(AfxdpCounters.SPECIAL, sound ? 1 : 0);
      return 0;
    }
    if (entries > limit) {
      return -1;
    }
    for (int i = first; i < first + entries; i++) {
      long at = descriptor(consumed++);
      long address = descriptors.get(JAVA_LONG, at);
      buffers.take(address);
      burst.region[i] = AfxdpPort.OWN_REGION;
      burst.offset[i] = address;
      burst.length[i] = (int) descriptors.get(JAVA_LONG, at + 8);
      burst.flags[i] = i == first + entries - 1 ? 0 : Offload.MORE;
    }
    frames++;
    bytes += total;
    return entries;
  }

  /** Gives the kernel the buffers of frames that nobody gets. */
  private void drop(int end) {
    while (consumed != end) {
      buffers.recycle(ring.memory.get(JAVA_LONG, descriptor(consumed++)));
    }
  }

  private void complete(Burst burst, int count) {
    boolean allowed = (gate.offloads() & Offload.CSUM_PARTIAL) != 0;
    int done = 0;
    int i = 0;
    while (i < count) {
      int next = i + 1;
      while ((burst.flags[next - 1] & Offload.MORE) != 0) {
        next++;
      }
      done += checksum.treat(burst, i, next, allowed) ? 1 : 0;
      i = next;
    }
    counters.add(AfxdpCounters.COMPLETED, done);
  }

  private long descriptor(int index) {
    return ring.entries + ((long) (index & ring.mask) << 4);
  }

  @Override
  public void release(Burst burst, int first, int count) {
    if (buffers == null || count <= 0) {
      return;
    }
    int i = first;
    int end = first + count;
    while (i < end && burst.region[i] == AfxdpPort.OWN_REGION && buffers.give(burst.offset[i])) {
      i++;
    }
    buffers.publish();
    if (i < end) {
      throw notLent(burst, i);
    }
    VarHandle.fullFence();
    if (buffers.needsWakeup()) {
      enter();
    }
  }

  /** Lets the kernel look at the fill ring, or poll the interface. */
  private void enter() {
    counters.add(AfxdpCounters.KICKS, 1);
    if (Io.read(state, fd, nothing, 1) == -Errno.ENXIO) {
      gate.vanish();
    }
  }

  private static IllegalStateException notLent(Burst burst, int i) {
    return new IllegalStateException(
        "The frame at offset "
            + burst.offset[i]
            + " of region "
            + burst.region[i]
            + " was released but is not lent: a frame is released once, by the queue it came"
            + " from.");
  }

  @Override
  public Wakeup wakeup() {
    return wakeup;
  }
}
