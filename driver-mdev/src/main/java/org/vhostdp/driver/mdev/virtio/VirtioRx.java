package org.vhostdp.driver.mdev.virtio;

import java.lang.foreign.MemorySegment;
import org.vhostdp.driver.mdev.nic.Alarm;
import org.vhostdp.driver.mdev.nic.Counters;
import org.vhostdp.driver.mdev.nic.Gate;
import org.vhostdp.driver.mdev.nic.QueueWakeup;
import org.vhostdp.driver.mdev.nic.RxLoans;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.RxQueue;
import org.vhostdp.spi.Wakeup;

/**
 * Receives frames where the device wrote them. The device always has as many buffers as its ring
 * holds, as long as there are any: there are more than that, so that those that are lent are not
 * missed.
 */
final class VirtioRx implements RxQueue {
  private static final int SHORTEST = 14;

  private final int region;
  private final Gate gate;
  private final Counters counters;
  private final Alarm.Bell bell;
  private final int mostLent;

  private QueueWakeup wakeup;
  private Vring ring;
  private Doorbell doorbell;
  private MemorySegment memory;
  private Slots slots;
  private long iova;
  private boolean mergeable;
  private RxLoans loans;

  /** What the device has used and nobody received yet, in the ring's arrays. */
  private int staged;

  private int stagedEnd;

  VirtioRx(int region, Gate gate, Counters counters, Alarm.Bell bell, int mostLent) {
    this.region = region;
    this.gate = gate;
    this.counters = counters;
    this.bell = bell;
    this.mostLent = mostLent;
  }

  /** Works on a new ring from now on; control thread, while no burst call runs. */
  void attach(QueueParts parts, boolean mergeable) {
    ring = parts.ring();
    doorbell = parts.doorbell();
    memory = parts.frames();
    iova = parts.iova();
    slots = parts.slots();
    wakeup = parts.wakeup();
    this.mergeable = mergeable;
    loans = new RxLoans(region, slots.count(), mostLent);
    staged = 0;
    stagedEnd = 0;
    wakeup.watch(this::hasWork);
  }

  /** Gives the device its first buffers; control thread, once the device was told to go. */
  void fill() {
    refill();
  }

  /** Forgets the ring. */
  void detach() {
    ring = null;
    memory = null;
  }

  private boolean hasWork() {
    return gate.isOpen() && loans.left() > 0 && (staged < stagedEnd || ring.hasUsed());
  }

  @Override
  public int receive(Burst frames, int max) {
    if (!gate.isOpen()) {
      return 0;
    }
    wakeup.disarm();
    int most = Math.min(max, frames.capacity());
    if (most <= 0 || loans.left() <= 0 || !stage()) {
      return 0;
    }
    int count = 0;
    int whole = 0;
    long bytes = 0;
    int mayLend = loans.left();
    while (staged < stagedEnd && whole < mayLend) {
      int entries = take(frames, count, most);
      if (entries < 0) {
        break;
      }
      for (int i = count; i < count + entries; i++) {
        bytes += frames.length[i];
      }
      whole += entries == 0 ? 0 : 1;
      count += entries;
    }
    counters.add(Counters.FRAMES, whole);
    counters.add(Counters.BYTES, bytes);
    refill();
    return count;
  }

  /** Takes what the device has used; false if there is nothing, or it lies. */
  private boolean stage() {
    Vring in = ring;
    if (staged > 0) {
      // What was left is moved to the front, so that there is room behind it for a whole ring.
      int left = stagedEnd - staged;
      System.arraycopy(in.usedToken, staged, in.usedToken, 0, left);
      System.arraycopy(in.usedLength, staged, in.usedLength, 0, left);
      staged = 0;
      stagedEnd = left;
    }
    if (stagedEnd <= in.size) {
      int end = in.take(stagedEnd);
      if (end < 0) {
        return lies("names a buffer to receive into that it does not have");
      }
      stagedEnd = end;
    }
    return stagedEnd > 0;
  }

  private boolean lies(String how) {
    gate.open(false);
    bell.ring(how);
    return false;
  }

  /**
   * Lends the next frame in entries from i on.
   *
   * @return how many entries; 0 if it was dropped; -1 if it has to wait, or the device lies
   */
  private int take(Burst frames, int i, int most) {
    Vring in = ring;
    int slot = in.usedToken[staged];
    int length = in.usedLength[staged];
    long header = slots.start(slot) + Slots.HEADER_AT;
    if (length < NetHeader.SIZE || length > slots.bytes() - Slots.HEADER_AT) {
      lies("says that it wrote more or less than a buffer holds");
      return -1;
    }
    long first = NetHeader.first(memory, header);
    int last = NetHeader.last(memory, header);
    int buffers = mergeable ? NetHeader.buffers(last) : 1;
    if (buffers == 0 || buffers > in.size) {
      lies(
          buffers == 0
              ? "says that a frame lies in no buffer"
              : "says that a frame lies in more buffers than it has");
      return -1;
    }
    if (buffers > most - i || buffers > stagedEnd - staged) {
      return -1;
    }
    if (length < NetHeader.SIZE + SHORTEST && buffers == 1 || !describe(frames, i, first, last)) {
      drop(buffers);
      return 0;
    }
    lend(frames, i, slot, Slots.FRAME_AT, length - NetHeader.SIZE, buffers == 1);
    return buffers == 1 ? 1 : more(frames, i, buffers);
  }

  private void lend(Burst frames, int i, int slot, int skip, int length, boolean last) {
    long offset = slots.start(slot) + skip;
    frames.region[i] = region;
    frames.offset[i] = offset;
    frames.length[i] = length;
    frames.room[i] = length;
    if (!last) {
      frames.flags[i] |= Offload.MORE;
    }
    loans.lend(slot, offset, last);
    staged++;
  }

  /** The other entries of a frame that takes several buffers. */
  private int more(Burst frames, int i, int buffers) {
    for (int k = 1; k < buffers; k++) {
      int slot = ring.usedToken[staged];
      int length = ring.usedLength[staged];
      if (length <= 0 || length > slots.bytes() - Slots.HEADER_AT) {
        // Its first entries are lent and named nowhere: the port stops, and takes them back then.
        lies("says that it wrote more or less than a buffer holds");
        return -1;
      }
      frames.flags[i + k] = 0;
      lend(frames, i + k, slot, Slots.HEADER_AT, length, k + 1 == buffers);
    }
    return buffers;
  }

  /** Sets flags and numbers of a frame; false if it uses an offload that was not agreed to. */
  private boolean describe(Burst frames, int i, long first, int last) {
    if (NetHeader.isPlain(first)) {
      frames.flags[i] = 0;
      return true;
    }
    int flags = NetHeader.flags(first);
    int allowed = gate.offloads();
    // A checksum that is known to be right is no news to those who did not ask for it.
    int beyond = flags & ~allowed & ~Offload.CSUM_VALID;
    if (flags < 0 || beyond != 0) {
      return false;
    }
    frames.flags[i] = flags & allowed;
    frames.offload[i] = NetHeader.packed(first, last);
    return true;
  }

  private void drop(int buffers) {
    for (int k = 0; k < buffers; k++) {
      loans.keep(ring.usedToken[staged++]);
    }
    counters.add(Counters.ERRORS, 1);
  }

  /** Gives the device as many buffers as it takes. */
  private void refill() {
    Vring out = ring;
    RxLoans free = loans;
    int count = Math.min(out.free(), free.spares());
    if (count == 0) {
      return;
    }
    Slots cut = slots;
    long base = iova + Slots.HEADER_AT;
    int length = cut.bytes() - Slots.HEADER_AT;
    for (int i = 0; i < count; i++) {
      int slot = free.spare();
      out.add(slot, base + cut.start(slot), length, Vring.WRITE);
    }
    if (out.publish()) {
      counters.add(Counters.KICKS, 1);
      doorbell.ring();
    }
  }

  @Override
  public void release(Burst frames, int first, int count) {
    if (ring == null) {
      return;
    }
    loans.release(frames, first, count);
    if (gate.isOpen()) {
      refill();
    }
  }

  @Override
  public Wakeup wakeup() {
    return wakeup == null ? Wakeup.polled() : wakeup;
  }
}
