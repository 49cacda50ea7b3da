package org.vhostdp.driver.netmap;

import java.lang.foreign.MemorySegment;
import org.vhostdp.driver.netmap.generated.Netmap;
import org.vhostdp.linux.Epoll;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.netdevice.Gate;
import org.vhostdp.netdevice.VnetHeader;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Wakeup;

/**
 * Lends received frames where they lie. A slot goes back to the kernel when its frame is released;
 * with spare buffers it goes back at once with one of them in it, and the frame's own buffer
 * becomes a spare one when it is released.
 */
final class NetmapRx implements RxQueue, AutoCloseable {
  private final Gate gate;
  private final NetmapCounters counters;
  private final int header;
  private final int mostLent;
  private final NetmapWakeup wakeup;
  private final ReceiveSlots slots;
  private Syncs syncs;
  private MemorySegment buffers;
  private int bufferBytes;
  private boolean isAwaited;

  /** Whether the next frame's checksum is to be finished, and where it is. */
  private boolean open;

  private long openAt;

  /**
   * @param header bytes before each frame
   * @param mostLent frames at once
   */
  NetmapRx(Gate gate, NetmapCounters counters, int header, int mostLent) throws LinuxException {
    this.gate = gate;
    this.counters = counters;
    this.header = header;
    this.mostLent = mostLent;
    slots = new ReceiveSlots(counters, mostLent);
    wakeup = new NetmapWakeup(Epoll.IN, this::wantFrames, this::hasWork);
  }

  /**
   * Works on a ring from now on; control thread, while no burst call runs.
   *
   * @param awaited a sender may wait for the room that released frames leave, as at a pipe
   */
  void attach(Binding binding, NetmapMemory memory, int[] spareBuffers, boolean awaited) {
    slots.attach(binding.rx(), spareBuffers);
    isAwaited = awaited;
    syncs = Syncs.receiving(binding.fd());
    buffers = memory.region().segment();
    bufferBytes = memory.bufferBytes();
  }

  /** Forgets what has arrived up to now; control thread. */
  void start() {
    slots.reset();
    for (int i = 0; i < 2; i++) {
      sync();
      slots.skip();
    }
    wakeup.attach(syncs.fd());
  }

  void stop() {
    wakeup.detach();
  }

  /** The spare buffers that are here now; control thread. */
  int[] spares() {
    return slots.spares();
  }

  private boolean wantFrames() {
    slots.publish();
    return slots.room() > 0;
  }

  private boolean hasWork() {
    if (!gate.receiving() || slots.room() <= 0) {
      return false;
    }
    slots.look();
    return !slots.isEmpty();
  }

  private void sync() {
    slots.publish();
    int result = syncs.sync();
    counters.add(NetmapCounters.SYNCS, 1);
    if (result == -Errno.ENXIO || result == -Errno.ENODEV) {
      gate.vanish();
    } else if (result < 0) {
      // It found the ring in disorder, or stopped it.
      slots.believeKernel();
    }
    slots.look();
  }

  @Override
  public int receive(Burst burst, int max) {
    if (!gate.receiving()) {
      return 0;
    }
    wakeup.disarm();
    int limit = Math.min(Math.min(max, burst.capacity()), slots.room());
    if (limit <= 0) {
      return 0;
    }
    if (slots.isEmpty() || slots.owesMany()) {
      sync();
    }
    int count = 0;
    int frames = 0;
    long bytes = 0;
    // Lost frames count against the limit too: a call has an end whatever comes.
    for (int seen = 0; seen < limit && !slots.isEmpty(); seen++) {
      int pieces = slots.pieces();
      if (pieces > limit - count) {
        if (pieces > mostLent || pieces > Netmap.NETMAP_MAX_FRAGS() + 1) {
          drop(pieces, NetmapCounters.ERRORS);
          continue;
        }
        break;
      }
      open = false;
      int entries = lend(burst, count, pieces);
      if (entries > 0) {
        frames++;
        if (open) {
          OpenChecksum.finish(buffers, burst, count, count + entries, openAt);
        }
        for (int i = count; i < count + entries; i++) {
          bytes += burst.length[i];
        }
        count += entries;
      }
    }
    counters.add(NetmapCounters.FRAMES, frames);
    counters.add(NetmapCounters.BYTES, bytes);
    return count;
  }

  /** Throws away a frame. */
  private void drop(int pieces, int why) {
    slots.go(pieces);
    slots.advance();
    counters.add(why, 1);
    if (why != NetmapCounters.ERRORS) {
      counters.add(NetmapCounters.DROPPED, 1);
    }
  }

  /** Lends the next frame; the entries that it took, or 0 if it was lost. */
  private int lend(Burst burst, int first, int pieces) {
    int length = slots.length();
    int buffer = slots.buffer();
    if (buffer < 0 || length > bufferBytes || length < header || pieces == 1 && length == header) {
      drop(pieces, NetmapCounters.ERRORS);
      return 0;
    }
    burst.flags[first] = 0;
    long at = (long) buffer * bufferBytes;
    if (header != 0 && !describe(burst, first, at)) {
      drop(pieces, NetmapCounters.UNFIT);
      return 0;
    }
    if (pieces > 1) {
      return lendMore(burst, first, pieces, length);
    }
    slots.lend(burst, first, buffer, at + header, length - header);
    slots.go(1);
    slots.advance();
    return 1;
  }

  private int lendMore(Burst burst, int first, int pieces, int firstLength) {
    if (!slots.areSound(pieces, bufferBytes)) {
      drop(pieces, NetmapCounters.ERRORS);
      return 0;
    }
    int flags = burst.flags[first];
    int count = 0;
    for (int i = 0; i < pieces; i++) {
      int skipped = i == 0 ? header : 0;
      int length = (i == 0 ? firstLength : slots.length()) - skipped;
      int buffer = slots.buffer();
      // A header may come alone. Whoever shares the memory may have changed the slot meanwhile.
      if (length > 0 && length <= bufferBytes - skipped && buffer >= 0) {
        burst.flags[first + count] = Offload.MORE;
        long at = (long) buffer * bufferBytes + skipped;
        slots.lend(burst, first + count++, buffer, at, length);
      }
      slots.go(1);
    }
    if (count > 0) {
      burst.flags[first] |= flags;
      burst.flags[first + count - 1] &= ~Offload.MORE;
    }
    slots.advance();
    return count;
  }

  /** What the header says; false if the frame needs an offload that is not allowed. */
  private boolean describe(Burst burst, int i, long at) {
    long word = VnetHeader.word(buffers, at);
    if (VnetHeader.isPlain(word)) {
      return true;
    }
    int flags = VnetHeader.flags(word);
    int beyond = flags & ~gate.offloads();
    if (flags < 0 || (beyond & ~(Offload.CSUM_VALID | Offload.CSUM_PARTIAL)) != 0) {
      return false;
    }
    burst.flags[i] = flags & ~beyond;
    burst.offload[i] = VnetHeader.packed(buffers, at, word);
    open = (beyond & Offload.CSUM_PARTIAL) != 0;
    openAt = burst.offload[i];
    return true;
  }

  /** For a {@link Crossing}: slots of the next frame, 0 if none has arrived. */
  int next() {
    if (!gate.receiving()) {
      return 0;
    }
    wakeup.disarm();
    if (slots.isEmpty() || slots.owesMany()) {
      sync();
    }
    return nextHere();
  }

  /** The same of those that the kernel has told of. */
  int nextHere() {
    return slots.isEmpty() ? 0 : slots.pieces();
  }

  /** Puts a buffer in the place of the next slot's, and goes on to the one after it. */
  int replace(int buffer) {
    return slots.replace(buffer);
  }

  /** Length and flags of the next slot; -1 if its buffer does not exist. */
  int nextWord() {
    return slots.word();
  }

  @Override
  public void release(Burst burst, int first, int count) {
    slots.release(burst, first, count);
    if ((isAwaited ? slots.owesAny() : slots.owesMany()) && gate.receiving()) {
      // We may not be called again before a sender is. Nor does a full switch's port wait for us.
      sync();
    }
  }

  @Override
  public Wakeup wakeup() {
    return wakeup;
  }

  @Override
  public void close() {
    wakeup.close();
  }
}
