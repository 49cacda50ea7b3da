package org.vhostdp.driver.netmap;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.vhostdp.driver.netmap.generated.Netmap;
import org.vhostdp.linux.Epoll;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.netdevice.Gate;
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
  private static final int MORE = Netmap.NS_MOREFRAG();

  private final Gate gate;
  private final NetmapCounters counters;
  private final int header;
  private final int mostLent;
  private final NetmapWakeup wakeup;

  /** What is lent, first come first: where, and the slot, or the complement of the buffer. */
  private final long[] lentAt;

  private final int[] lentFrom;
  private int lentHead;
  private int lentTail;

  private SlotRing ring;
  private Syncs syncs;
  private MemorySegment buffers;
  private int bufferBytes;
  private boolean[] kept;
  private int[] spares;
  private int spare;

  /** First slot that is not the kernel's, the next to be lent, and where the kernel's begin. */
  private int head;

  private int cur;
  private int tail;

  /** Slots given back since the kernel looked last. */
  private int returned;

  /**
   * @param header bytes before each frame
   * @param mostLent frames at once
   */
  NetmapRx(Gate gate, NetmapCounters counters, int header, int mostLent) throws LinuxException {
    this.gate = gate;
    this.counters = counters;
    this.header = header;
    this.mostLent = mostLent;
    int size = Integer.highestOneBit(Math.max(1, mostLent - 1)) << 1;
    lentAt = new long[size];
    lentFrom = new int[size];
    wakeup = new NetmapWakeup(Epoll.IN, this::publish, this::hasWork);
  }

  /** Works on a ring from now on; control thread, while no burst call runs. */
  void attach(Binding binding, NetmapMemory memory, int[] spareBuffers) {
    ring = binding.rx();
    syncs = Syncs.receiving(binding.fd());
    buffers = memory.region().segment();
    bufferBytes = memory.bufferBytes();
    kept = new boolean[ring.count()];
    spares = spareBuffers;
    spare = spares.length;
  }

  /** Forgets what has arrived up to now; control thread. */
  void start() {
    lentHead = 0;
    lentTail = 0;
    Arrays.fill(kept, false);
    head = Math.max(0, ring.head());
    cur = head;
    for (int i = 0; i < 2; i++) {
      sync();
      skip();
    }
    wakeup.attach(syncs.fd());
  }

  private void skip() {
    cur = tail;
    head = tail;
    publish();
  }

  void stop() {
    wakeup.detach();
  }

  /** The spare buffers that are here now; control thread. */
  int[] spares() {
    return Arrays.copyOf(spares, spare);
  }

  private boolean publish() {
    ring.publish(head, cur);
    returned = 0;
    return lentTail - lentHead < mostLent;
  }

  private boolean hasWork() {
    if (!gate.receiving() || lentTail - lentHead >= mostLent) {
      return false;
    }
    int now = ring.tail();
    tail = now < 0 ? cur : now;
    return cur != tail;
  }

  private void sync() {
    publish();
    int result = syncs.sync();
    counters.add(NetmapCounters.SYNCS, 1);
    if (result == -Errno.ENXIO || result == -Errno.ENODEV) {
      gate.vanish();
    } else if (result < 0) {
      // The kernel found the ring in disorder, or stopped it: its numbers are what counts.
      head = Math.max(0, ring.head());
      cur = head;
      Arrays.fill(kept, false);
    }
    int now = ring.tail();
    tail = now < 0 ? cur : now;
  }

  @Override
  public int receive(Burst burst, int max) {
    if (!gate.receiving()) {
      return 0;
    }
    wakeup.disarm();
    int limit = Math.min(Math.min(max, burst.capacity()), mostLent - (lentTail - lentHead));
    if (limit <= 0) {
      return 0;
    }
    if (cur == tail || returned > ring.count() >> 2) {
      sync();
    }
    int count = 0;
    int frames = 0;
    long bytes = 0;
    // Lost frames count against the limit too: a call has an end whatever comes.
    for (int seen = 0; seen < limit && cur != tail; seen++) {
      int slots = slotsOfNext();
      if (slots > limit - count) {
        if (slots > mostLent || slots > Netmap.NETMAP_MAX_FRAGS() + 1) {
          drop(slots, NetmapCounters.ERRORS);
          continue;
        }
        break;
      }
      int entries = lend(burst, count, slots);
      if (entries > 0) {
        frames++;
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

  /** Slots of the next frame; one that does not end before tail counts as ended there. */
  private int slotsOfNext() {
    int slot = cur;
    int slots = 1;
    while ((ring.word(slot) >>> 16 & MORE) != 0) {
      slot = ring.after(slot);
      if (slot == tail) {
        return Integer.MAX_VALUE;
      }
      slots++;
    }
    return slots;
  }

  /** Throws away a frame. */
  private void drop(int slots, int why) {
    for (int i = 0; i < slots && cur != tail; i++) {
      cur = ring.after(cur);
    }
    counters.add(why, 1);
    if (why != NetmapCounters.ERRORS) {
      counters.add(NetmapCounters.DROPPED, 1);
    }
    advance();
  }

  /** Lends the next frame; the entries that it took, or 0 if it was lost. */
  private int lend(Burst burst, int first, int slots) {
    int word = ring.word(cur);
    int length = word & 0xFFFF;
    int buffer = ring.buffer(cur);
    if (buffer < 0 || length > bufferBytes || length < header || slots == 1 && length == header) {
      drop(slots, NetmapCounters.ERRORS);
      return 0;
    }
    burst.flags[first] = 0;
    long at = (long) buffer * bufferBytes;
    if (header != 0 && !describe(burst, first, at)) {
      drop(slots, NetmapCounters.UNFIT);
      return 0;
    }
    if (slots == 1 && length > header) {
      entry(burst, first, buffer, at + header, length - header);
      cur = ring.after(cur);
      advance();
      return 1;
    }
    return lendMore(burst, first, slots, length);
  }

  private int lendMore(Burst burst, int first, int slots, int firstLength) {
    int slot = cur;
    for (int i = 0; i < slots; i++) {
      int length = ring.word(slot) & 0xFFFF;
      if (ring.buffer(slot) < 0 || length > bufferBytes || i > 0 && length == 0) {
        drop(slots, NetmapCounters.ERRORS);
        return 0;
      }
      slot = ring.after(slot);
    }
    int flags = burst.flags[first];
    int count = 0;
    for (int i = 0; i < slots; i++) {
      int skipped = i == 0 ? header : 0;
      int length = (i == 0 ? firstLength : ring.word(cur) & 0xFFFF) - skipped;
      int buffer = ring.buffer(cur);
      // A header may come alone. Whoever shares the memory may have changed the slot meanwhile.
      if (length > 0 && length <= bufferBytes - skipped && buffer >= 0) {
        burst.flags[first + count] = Offload.MORE;
        entry(burst, first + count++, buffer, (long) buffer * bufferBytes + skipped, length);
      }
      cur = ring.after(cur);
    }
    if (count > 0) {
      burst.flags[first] |= flags;
      burst.flags[first + count - 1] &= ~Offload.MORE;
    }
    advance();
    return count;
  }

  /** Names a piece in an entry, and notes what comes back when it is released. */
  private void entry(Burst burst, int i, int buffer, long at, int length) {
    burst.region[i] = 0;
    burst.offset[i] = at;
    burst.length[i] = length;
    int from = cur;
    if (spare > 0) {
      ring.exchange(cur, spares[--spare]);
      counters.add(NetmapCounters.SWAPS, 1);
      from = ~buffer;
    } else {
      kept[cur] = true;
    }
    int n = lentTail++ & lentAt.length - 1;
    lentAt[n] = at;
    lentFrom[n] = from;
  }

  /** Gives back the slots up to the first that is lent. */
  private void advance() {
    int slot = head;
    while (slot != cur && !kept[slot]) {
      slot = ring.after(slot);
      returned++;
    }
    head = slot;
  }

  /** What the header says; false if the frame needs an offload that is not allowed. */
  private boolean describe(Burst burst, int i, long at) {
    long word = VnetHeader.word(buffers, at);
    if (VnetHeader.isPlain(word)) {
      return true;
    }
    int flags = VnetHeader.flags(word);
    int beyond = flags & ~gate.offloads();
    if (flags < 0 || (beyond & ~Offload.CSUM_VALID) != 0) {
      return false;
    }
    burst.flags[i] = flags & ~beyond;
    burst.offload[i] = VnetHeader.packed(buffers, at, word);
    return true;
  }

  /** For a {@link Crossing}: slots of the next frame, 0 if none has arrived. */
  int next() {
    if (!gate.receiving()) {
      return 0;
    }
    wakeup.disarm();
    if (cur == tail || returned > ring.count() >> 2) {
      sync();
    }
    return nextHere();
  }

  /** The same of those that the kernel has told of. */
  int nextHere() {
    return cur == tail ? 0 : slotsOfNext();
  }

  /** Puts a buffer in the place of the next slot's, and goes on to the one after it. */
  int replace(int buffer) {
    int taken = ring.buffer(cur);
    ring.exchange(cur, buffer);
    cur = ring.after(cur);
    head = cur;
    returned++;
    return taken;
  }

  /** Length and flags of the next slot; -1 if its buffer does not exist. */
  int nextWord() {
    return ring.buffer(cur) < 0 ? -1 : ring.word(cur);
  }

  @Override
  public void release(Burst burst, int first, int count) {
    for (int i = first; i < first + count; i++) {
      int n = lentHead & lentAt.length - 1;
      if (lentHead == lentTail || burst.region[i] != 0 || burst.offset[i] != lentAt[n]) {
        throw notLent(burst, i);
      }
      lentHead++;
      int from = lentFrom[n];
      if (from < 0) {
        spares[spare++] = ~from;
      } else {
        kept[from] = false;
      }
    }
    advance();
  }

  private static IllegalStateException notLent(Burst burst, int i) {
    return new IllegalStateException(
        "The frame at offset "
            + burst.offset[i]
            + " of region "
            + burst.region[i]
            + " was released but is not the one lent first: frames are released once, in the order"
            + " received, by the queue they came from.");
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
