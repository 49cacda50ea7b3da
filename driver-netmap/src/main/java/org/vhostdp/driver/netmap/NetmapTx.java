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
import org.vhostdp.spi.TxQueue;
import org.vhostdp.spi.Wakeup;

/**
 * Sends frames where they lie, all of a burst by one call of the kernel. What is lent are the
 * buffers of the slots from head to tail. The kernel sends slots in turn; a frame that is sent out
 * of turn has its buffer exchanged with that of the slot whose turn it is.
 */
final class NetmapTx implements TxQueue, AutoCloseable {
  private static final int SENT = Outgoing.GOOD;
  private static final int MORE = Netmap.NS_MOREFRAG();
  private static final int CHANGED = Netmap.NS_BUF_CHANGED();

  private final Gate gate;
  private final NetmapCounters counters;
  private final Outgoing outgoing;
  private final int header;
  private final int mostEntries;
  private final NetmapWakeup wakeup;
  private SlotRing ring;
  private Syncs syncs;
  private MemorySegment buffers;
  private int bufferBytes;

  /** By buffer: the slot that it lies in while it is lent, and one more; 0 if it is not lent. */
  private char[] slotOf;

  private int head;
  private int tail;

  /** Where claiming goes on: the slots from head up to here are lent. */
  private int claim;

  /**
   * @param header bytes before each frame
   * @param mostEntries of one frame
   */
  NetmapTx(Gate gate, NetmapCounters counters, Outgoing outgoing, int header, int mostEntries)
      throws LinuxException {
    this.gate = gate;
    this.counters = counters;
    this.outgoing = outgoing;
    this.header = header;
    this.mostEntries = mostEntries;
    wakeup = new NetmapWakeup(Epoll.OUT, this::wantRoom, this::hasRoom);
  }

  /** Works on a ring from now on; control thread, while no burst call runs. */
  void attach(Binding binding, NetmapMemory memory) {
    ring = binding.tx();
    syncs = ring == null ? null : Syncs.sending(binding.fd());
    buffers = memory.region().segment();
    bufferBytes = memory.bufferBytes();
    slotOf = new char[memory.buffers()];
  }

  /** Nothing is lent; control thread. */
  void start() {
    Arrays.fill(slotOf, (char) 0);
    if (ring != null) {
      head = Math.max(0, ring.head());
      claim = head;
      ring.publish(head, head);
      look();
      wakeup.attach(syncs.fd());
    }
  }

  void stop() {
    wakeup.detach();
  }

  private void look() {
    int now = ring.tail();
    tail = now < 0 ? claim : now;
  }

  private boolean wantRoom() {
    // Woken when tail moves past what is there now, lent or not.
    ring.publish(head, tail);
    return gate.sending();
  }

  private boolean hasRoom() {
    if (!gate.sending()) {
      return false;
    }
    look();
    return skipLent() >= 0;
  }

  /** Goes to the next slot that is not lent; its buffer, or -1 if there is none. */
  private int skipLent() {
    while (claim != tail) {
      // Read once: whoever shares the memory may change it.
      int buffer = ring.buffer(claim);
      if (buffer >= 0 && slotOf[buffer] == 0) {
        return buffer;
      }
      claim = ring.after(claim);
    }
    return -1;
  }

  private int sync() {
    ring.publish(head, head);
    int result = syncs.sync();
    counters.add(NetmapCounters.SYNCS, 1);
    if (result == -Errno.ENXIO || result == -Errno.ENODEV) {
      gate.vanish();
    }
    look();
    return result;
  }

  @Override
  public int claim(Burst burst, int max) {
    if (!gate.sending() || ring == null) {
      return 0;
    }
    wakeup.disarm();
    int most = Math.min(max, burst.capacity());
    int count = claimHere(burst, 0, most);
    if (count < most) {
      sync();
      count = claimHere(burst, count, most);
    }
    return count;
  }

  private int claimHere(Burst burst, int from, int most) {
    int count = from;
    while (count < most) {
      int buffer = skipLent();
      if (buffer < 0) {
        break;
      }
      slotOf[buffer] = (char) (claim + 1);
      burst.region[count] = 0;
      burst.offset[count] = (long) buffer * bufferBytes + header;
      burst.room[count] = bufferBytes - header;
      burst.flags[count++] = 0;
      claim = ring.after(claim);
    }
    return count;
  }

  @Override
  public void unclaim(Burst burst, int first, int count) {
    for (int i = first; i < first + count; i++) {
      int buffer = lentBuffer(burst, i);
      if (buffer < 0) {
        throw notLent(burst, i);
      }
      int slot = slotOf[buffer] - 1;
      slotOf[buffer] = 0;
      comeBackTo(slot);
    }
  }

  private void comeBackTo(int slot) {
    if (ring.distance(head, slot) < ring.distance(head, claim)) {
      claim = slot;
    }
  }

  /** The buffer of an entry, if it is lent by this queue; or -1. */
  private int lentBuffer(Burst burst, int i) {
    long offset = burst.offset[i];
    if (burst.region[i] != 0 || offset < 0 || offset >= buffers.byteSize()) {
      return -1;
    }
    int buffer = (int) (offset / bufferBytes);
    return slotOf[buffer] == 0 || offset < (long) buffer * bufferBytes + header ? -1 : buffer;
  }

  private static IllegalStateException notLent(Burst burst, int i) {
    return new IllegalStateException(
        "The frame at offset "
            + burst.offset[i]
            + " of region "
            + burst.region[i]
            + " was given back but is not lent: a frame is transmitted or given back once, by the"
            + " queue that lent it.");
  }

  @Override
  public int transmit(Burst burst, int first, int count) {
    if (!gate.sending() || ring == null) {
      return refuse(burst, first, count);
    }
    wakeup.disarm();
    int end = first + count;
    int i = first;
    int before = head;
    int frames = 0;
    long bytes = 0;
    while (i < end) {
      int next = place(burst, i, end);
      if (next < 0) {
        break;
      }
      frames++;
      for (int k = i; k < next; k++) {
        bytes += burst.length[k];
      }
      i = next;
    }
    if (head != before) {
      boolean lost = sync() < 0;
      counters.add(lost ? NetmapCounters.DROPPED : NetmapCounters.FRAMES, frames);
      counters.add(NetmapCounters.BYTES, lost ? 0 : bytes);
    }
    return i - first;
  }

  /** Not started: try later. Deleted, or a monitor: never. */
  private int refuse(Burst burst, int first, int count) {
    if (count > 0) {
      burst.status[first] = gate.gone() || gate.sending() ? Burst.REFUSED : Burst.FULL;
    }
    return 0;
  }

  /** Puts one frame into the slots at head; the index after it, or -1 with a status. */
  private int place(Burst burst, int first, int end) {
    long total = 0;
    int i = first;
    boolean more = true;
    while (more) {
      if (i == end || i - first == mostEntries) {
        return stop(burst, first, i == end ? Burst.REFUSED : Burst.TOO_LONG);
      }
      int buffer = lentBuffer(burst, i);
      int length = burst.length[i];
      if (buffer < 0 || length <= 0 || length > (buffer + 1L) * bufferBytes - burst.offset[i]) {
        return stop(burst, first, Burst.BAD_MEMORY);
      }
      total += length;
      more = (burst.flags[i++] & Offload.MORE) != 0;
    }
    int length = (int) Math.min(total, Outgoing.LONGEST + 1);
    int status = outgoing.check(burst.flags[first], burst.offload[first], length, gate.mtu());
    if (status != SENT) {
      return stop(burst, first, status);
    }
    if (i - first > 1 && sharesBuffer(burst, first, i)) {
      return stop(burst, first, Burst.BAD_MEMORY);
    }
    for (int k = first; k < i; k++) {
      put(burst, k, k == first, k + 1 < i);
    }
    return i;
  }

  /** Whether two entries of a frame lie in one buffer, which has one slot. */
  private boolean sharesBuffer(Burst burst, int first, int end) {
    boolean shared = false;
    for (int i = first; i < end; i++) {
      int buffer = (int) (burst.offset[i] / bufferBytes);
      for (int k = first; k < i; k++) {
        shared |= (int) (burst.offset[k] / bufferBytes) == buffer;
      }
    }
    return shared;
  }

  private int stop(Burst burst, int i, int status) {
    burst.status[i] = status;
    counters.add(NetmapCounters.ERRORS, 1);
    return -1;
  }

  /** Puts an entry into the slot at head. */
  private void put(Burst burst, int i, boolean first, boolean more) {
    int buffer = (int) (burst.offset[i] / bufferBytes);
    int slot = slotOf[buffer] - 1;
    int turn = head;
    if (slot != turn) {
      exchange(slot, turn, buffer);
    }
    slotOf[buffer] = 0;
    long start = (long) buffer * bufferBytes;
    int before = first ? header : 0;
    int length = burst.length[i];
    if (burst.offset[i] != start + before) {
      // The kernel sends a buffer from its beginning on.
      MemorySegment.copy(buffers, burst.offset[i], buffers, start + before, length);
    }
    if (before != 0) {
      int flags = burst.flags[i] & ~(Offload.CSUM_VALID | Offload.MORE);
      VnetHeader.write(buffers, start, 0, flags, burst.offload[i], 0);
    }
    int flags = ring.word(turn) >>> 16 & CHANGED | (more ? MORE : 0);
    ring.word(turn, length + before, flags);
    head = ring.after(turn);
    if (claim == turn) {
      claim = head;
    }
  }

  /** The buffer comes into the slot whose turn it is, what lay there into the buffer's slot. */
  private void exchange(int slot, int turn, int buffer) {
    int other = ring.buffer(turn);
    ring.exchange(turn, buffer);
    if (other < 0) {
      return;
    }
    ring.exchange(slot, other);
    counters.add(NetmapCounters.SWAPS, 1);
    if (slotOf[other] != 0) {
      slotOf[other] = (char) (slot + 1);
    } else {
      comeBackTo(slot);
    }
  }

  /** For a {@link Crossing}: slots that can be filled now. */
  int free() {
    if (!gate.sending() || ring == null) {
      return 0;
    }
    wakeup.disarm();
    if (ring.distance(head, tail) < ring.count() >> 2) {
      sync();
    }
    return ring.distance(head, tail);
  }

  /** Exchanges the buffers of the slot at head and of what is received next. */
  void exchange(NetmapRx from) {
    int word = from.nextWord();
    int mine = ring.buffer(head);
    if (mine < 0) {
      return;
    }
    int flags = word >>> 16 & MORE | CHANGED;
    int buffer = from.replace(mine);
    ring.buffer(head, buffer < 0 ? mine : buffer);
    ring.word(head, word < 0 ? 0 : word & 0xFFFF, flags);
    head = ring.after(head);
    claim = head;
  }

  /** Has the kernel take what was exchanged. */
  void send(int slots) {
    counters.add(sync() < 0 ? NetmapCounters.DROPPED : NetmapCounters.FRAMES, slots);
    counters.add(NetmapCounters.SWAPS, slots);
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
