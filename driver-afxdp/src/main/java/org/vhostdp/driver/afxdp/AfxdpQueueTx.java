package org.vhostdp.driver.afxdp;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;
import org.vhostdp.driver.afxdp.generated.IfXdp;
import org.vhostdp.netdevice.Gate;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.TxQueue;
import org.vhostdp.spi.Wakeup;

/**
 * Frames to the interface: entries of a burst become descriptors of the transmit ring, and a system
 * call makes the kernel look at it where it does not look by itself. Where the kernel copies, that
 * call sends, and nothing stays in the ring; otherwise the interface reads the ring on its own.
 *
 * <p>While the interface is down frames are accepted, dropped and counted: a NIC without a link
 * loses what it is given, and back-pressure would have no end. A burst that was in the ring when it
 * went down is sent when it is up again.
 */
final class AfxdpQueueTx implements TxQueue {
  /** Bytes: an Ethernet header. */
  private static final int SHORTEST = 14;

  private static final long CONTINUES = (long) IfXdp.XDP_PKT_CONTD() << 32;
  private static final long METADATA = (long) IfXdp.XDP_TX_METADATA() << 32;

  private final Gate gate;
  private final AfxdpCounters counters;
  private final Capacity capacity;

  private XskRing ring;
  private TxFrames frames;
  private MemorySegment memory;
  private TxKick kick;
  private boolean copies;
  private int produced;
  private int total;

  /**
   * What the port declares.
   *
   * @param longest bytes of a frame
   * @param segments entries of a frame
   * @param offloads bits of {@link Offload}
   * @param lent frames lent at once
   */
  record Capacity(int longest, int segments, int offloads, int lent) {}

  AfxdpQueueTx(Gate gate, AfxdpCounters counters, Capacity capacity) {
    this.gate = gate;
    this.counters = counters;
    this.capacity = capacity;
  }

  /** Works on a socket from now on; forgets what was lent. */
  void attach(XskSocket socket, XskMemory all, long first, boolean zeroCopy) {
    if (ring != socket.tx()) {
      ring = socket.tx();
      frames = new TxFrames(socket.completion(), first, all.half(), capacity.lent());
      produced = 0;
    }
    frames.reset();
    memory = all.segment();
    copies = !zeroCopy;
    kick = new TxKick(socket, copies, gate, counters);
  }

  /** Nothing is touched from now on. */
  void detach() {
    ring = null;
    frames = null;
  }

  /** Whether frames wait in the ring that the kernel has not looked at. */
  boolean isPending() {
    return ring != null && ring.consumer() != produced;
  }

  @Override
  public int claim(Burst burst, int max) {
    if (!gate.sending()) {
      return 0;
    }
    frames.collect();
    int count = Math.min(Math.min(max, burst.capacity()), frames.available());
    for (int i = 0; i < count; i++) {
      burst.region[i] = AfxdpPort.OWN_REGION;
      burst.offset[i] = frames.take();
      burst.room[i] = TxFrames.ROOM;
      burst.flags[i] = 0;
    }
    return count;
  }

  @Override
  public void unclaim(Burst burst, int first, int count) {
    if (frames == null) {
      return;
    }
    for (int i = first; i < first + count; i++) {
      if (burst.region[i] != AfxdpPort.OWN_REGION || !frames.give(burst.offset[i])) {
        throw notLent(burst, i);
      }
    }
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
    if (count <= 0) {
      return 0;
    }
    if (!gate.sending()) {
      // Not started: try later. Deleted: never.
      burst.status[first] = gate.gone() ? Burst.REFUSED : Burst.FULL;
      return 0;
    }
    if ((kick.isDown() || copies && ring.consumer() != produced) && !retry()) {
      burst.status[first] = Burst.FULL;
      return 0;
    }
    int end = first + count;
    int i = first;
    int sent = 0;
    long bytes = 0;
    while (i < end) {
      int next = burst.flags[i] == 0 ? putPlain(burst, i) : putOther(burst, i, end);
      if (next < 0) {
        burst.status[i] = ~next;
        counters.add(AfxdpCounters.ERRORS, 1);
        break;
      }
      sent++;
      bytes += total;
      i = next;
    }
    if (sent > 0) {
      publish(sent, bytes);
      if (gate.gone() && !kick.isDown()) {
        return takeBack(burst, first, i);
      }
    }
    return i - first;
  }

  /** The interface was deleted meanwhile: nobody reads the ring any more. */
  private int takeBack(Burst burst, int first, int end) {
    for (int i = first; i < end; i++) {
      frames.unsend(burst.offset[i]);
    }
    burst.status[first] = Burst.REFUSED;
    return 0;
  }

  /** What could not be sent by the last burst; whether it is gone now, or the interface is down. */
  private boolean retry() {
    counters.add(AfxdpCounters.DROPPED, kick.send(ring.mask + 1));
    return kick.isDown() || !copies || ring.consumer() == produced;
  }

  private void publish(int sent, long bytes) {
    int lost = 0;
    if (kick.isDown()) {
      lost = sent;
      counters.add(AfxdpCounters.SPECIAL, sent);
    } else {
      // Descriptors and frames are written; release lets the kernel see them before the index.
      ring.produce(produced);
      lost = kick.send(sent);
      if (gate.gone()) {
        return;
      }
    }
    int gone = Math.min(lost, sent);
    counters.add(AfxdpCounters.FRAMES, sent - gone);
    // Which of a burst the device lost it does not tell; mostly it is all of them.
    counters.add(AfxdpCounters.BYTES, bytes - bytes * gone / sent);
    counters.add(AfxdpCounters.DROPPED, lost);
  }

  /** Puts a frame of one entry into the ring; the index after it, or the complement of a status. */
  private int putPlain(Burst burst, int i) {
    long offset = burst.offset[i];
    int length = burst.length[i];
    if (length < SHORTEST || length > capacity.longest()) {
      return length <= 0 ? ~Burst.BAD_MEMORY : tooShortOrLong(length);
    }
    if (burst.region[i] != AfxdpPort.OWN_REGION || !frames.send(offset, length)) {
      return ~Burst.BAD_MEMORY;
    }
    total = length;
    if (kick.isDown()) {
      frames.done(offset);
    } else {
      descriptor(offset, length);
    }
    return i + 1;
  }

  private static int tooShortOrLong(long length) {
    return length < SHORTEST ? ~Burst.REFUSED : ~Burst.TOO_LONG;
  }

  private void descriptor(long offset, long word) {
    XskRing to = ring;
    long at = to.entries + ((long) (produced++ & to.mask) << 4);
    to.memory.set(JAVA_LONG, at, offset);
    to.memory.set(JAVA_LONG, at + 8, word);
  }

  /** A frame of several entries, or with an offload. */
  private int putOther(Burst burst, int first, int end) {
    int next = check(burst, first, end);
    if (next < 0) {
      return next;
    }
    for (int i = first; i < next; i++) {
      if (!frames.send(burst.offset[i], burst.length[i])) {
        // An entry that stands twice in its frame: those before are the caller's again.
        for (int k = first; k < i; k++) {
          frames.unsend(burst.offset[k]);
        }
        return ~Burst.BAD_MEMORY;
      }
    }
    boolean open = (burst.flags[first] & Offload.CSUM_PARTIAL) != 0;
    for (int i = first; i < next; i++) {
      if (kick.isDown()) {
        frames.done(burst.offset[i]);
        continue;
      }
      long word = burst.length[i] | (i < next - 1 ? CONTINUES : 0);
      if (open && i == first) {
        describe(burst.offset[i], burst.offload[i]);
        word |= METADATA;
      }
      descriptor(burst.offset[i], word);
    }
    return next;
  }

  /** The index after the frame, or the complement of why it cannot be sent. */
  private int check(Burst burst, int first, int end) {
    long bytes = 0;
    int i = first;
    boolean more = true;
    while (more) {
      if (i == end || i - first == capacity.segments()) {
        return i == end ? ~Burst.REFUSED : ~Burst.TOO_LONG;
      }
      int length = burst.length[i];
      if (burst.region[i] != AfxdpPort.OWN_REGION || !frames.isLent(burst.offset[i], length)) {
        return ~Burst.BAD_MEMORY;
      }
      bytes += length;
      more = (burst.flags[i++] & Offload.MORE) != 0;
    }
    if (bytes < SHORTEST || bytes > capacity.longest()) {
      return tooShortOrLong(bytes);
    }
    total = (int) bytes;
    boolean fits = fits(burst.flags[first], burst.offload[first], burst.length[first]);
    return fits ? i : ~Burst.BAD_OFFLOAD;
  }

  /** Whether the kernel can take the offload: it looks into the first entry only. */
  private boolean fits(int flags, long packed, int length) {
    int used = flags & ~Offload.MORE;
    int end = Offload.csumStart(packed) + Offload.csumOffset(packed) + 2;
    return used == 0 || (used & ~capacity.offloads()) == 0 && end <= length;
  }

  /** struct xsk_tx_metadata: flags u64, csum_start u16, csum_offset u16, launch_time u64. */
  private void describe(long offset, long packed) {
    long at = offset - XskMemory.METADATA;
    memory.set(JAVA_LONG_UNALIGNED, at, IfXdp.XDP_TXMD_FLAGS_CHECKSUM());
    memory.set(JAVA_LONG_UNALIGNED, at + 8, packed & 0xFFFF_FFFFL);
    memory.set(JAVA_LONG_UNALIGNED, at + 16, 0);
  }

  @Override
  public Wakeup wakeup() {
    // A completed frame makes no descriptor ready.
    return Wakeup.polled();
  }
}
