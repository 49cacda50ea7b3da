package org.vhostdp.dataplane.net;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import org.vhostdp.dataplane.net.QueueCounters.Name;
import org.vhostdp.dataplane.ring.Chains;
import org.vhostdp.dataplane.stage.RxStage;
import org.vhostdp.spi.Burst;
import org.vhostdp.spi.Offload;
import org.vhostdp.spi.Region;
import org.vhostdp.spi.RxQueue;

/**
 * From the driver to the guest's receive ring. One turn: receive a burst, copy each frame with its
 * header straight into the guest's buffers, complete, publish, release. With foreign memory the
 * driver fills the guest's buffers itself.
 *
 * <p>Frames that find no buffers stay with this path, unreleased, which is back-pressure to the
 * driver. Collected chains are kept from turn to turn: a guest cannot take a buffer back.
 */
public final class ReceivePath extends QueueSide {
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Chains of one batch: a frame of 64 KiB takes some 45 buffers of a mergeable guest. */
  private static final int WINDOW = 256;

  /** Bytes of the header of every guest since virtio 1. */
  private static final int HEADER = 12;

  private static final int STARVED = -1;

  /** Buffers lent for one frame; a guest whose buffers are so small gets its frames copied. */
  private static final int LENT = 512;

  /** csum_offset 0, num_buffers 1: the last word of a plain frame's header. */
  private static final int ONE_BUFFER = 1 << 16;

  private final RxQueue driver;
  private final MemorySegment[] guest;
  private final MemorySegment[] frames;
  private final ScatterCursor cursor;
  private final boolean mergeable;
  private final int allowed;
  private final int maxFrame;
  private final int[] lent;
  private final Burst burst;
  private final Burst buffers;

  private int at;
  private int held;
  private int window;
  private int windowEnd;
  private boolean starved;

  /**
   * @param setup ring, features, interrupt
   * @param driver the queue to receive from, not used by anybody else
   * @param regions the port's regions, as started
   */
  public ReceivePath(QueueSetup setup, RxQueue driver, List<Region> regions) {
    this(setup, driver, segments(regions));
  }

  /**
   * @param driver the driver's queue, or the uppermost stage before it
   * @param frames the memory of frames, by region id
   */
  public ReceivePath(QueueSetup setup, RxQueue driver, MemorySegment[] frames) {
    super(setup, WINDOW);
    this.driver = driver;
    this.guest = ring.memory().segments();
    this.frames = frames;
    this.cursor = new ScatterCursor(chains, guest);
    this.mergeable = (setup.features() & Features.MRG_RXBUF) != 0;
    this.allowed = Features.rxOffloads(setup.features());
    this.maxFrame = setup.maxFrame();
    this.lent = setup.lent();
    this.burst = new Burst(BURST);
    this.buffers = lent == null ? null : new Burst(LENT);
  }

  /** Whether frames wait for buffers of the guest. */
  public boolean starved() {
    return starved;
  }

  /**
   * Delivers what is held as far as the guest has buffers. For an orderly end of the queue: a burst
   * that did not fit the window waits for the next turn, which will not come.
   */
  public void deliverRest() {
    boolean going = held > 0 && ring.fault() == null;
    while (going) {
      deliver();
      going = held > 0 && !starved && ring.fault() == null;
    }
  }

  /** Gives held frames back to the driver; they are lost. For the queue's end. */
  public void abandon() {
    if (held > 0) {
      driver.release(burst, at, held);
      counters.add(Name.DROPPED_STOPPED, framesHeld());
      held = 0;
    }
    if (driver instanceof RxStage stage) {
      stage.discard();
    }
  }

  private int framesHeld() {
    int frames = 0;
    for (int e = at; e < at + held; e++) {
      frames += (burst.flags[e] & Offload.MORE) == 0 ? 1 : 0;
    }
    return frames;
  }

  /**
   * One turn.
   *
   * @return frames moved or dropped; -1 if the ring is broken
   */
  public int poll() {
    if (held == 0 && lent != null && windowHolds(maxFrame) && buffersFrom(window) > 0) {
      return direct();
    }
    if (held == 0) {
      held = driver.receive(burst, BURST);
      at = 0;
      if (held == 0) {
        return ring.fault() == null ? 0 : -1;
      }
    }
    return deliver();
  }

  // ---- copying ---------------------------------------------------------------------------------

  private int deliver() {
    int from = window;
    int begin = at;
    int end = at + held;
    int delivered = 0;
    int dropped = 0;
    long bytes = 0;
    boolean waiting = false;
    while (at < end) {
      int plain = header == HEADER ? placePlain(end) : 0;
      delivered += plain;
      bytes += frameBytes(at, at + plain);
      at += plain;
      window += plain;
      if (at == end) {
        break;
      }
      chains.unfold();
      int next = frameEnd(at, end);
      int used = place(at, next);
      if (used == STARVED) {
        // What was used of this window must be completed before another one can be collected.
        if (window > from || !collectMore()) {
          waiting = window == from;
          break;
        }
        from = window;
        continue;
      }
      delivered += used == 0 ? 0 : 1;
      dropped += used == 0 ? 1 : 0;
      bytes += used == 0 ? 0 : frameBytes(at, next);
      window += used;
      at = next;
    }
    if (window > from) {
      ring.complete(chains, from, window - from);
      publish();
    }
    if (at > begin) {
      driver.release(burst, begin, at - begin);
      held = end - at;
    }
    starved = waiting;
    return count(delivered, dropped, bytes, waiting);
  }

  private int placePlain(int end) {
    if (window < chains.plain) {
      return placePlain(chains, burst, guest, frames, at, end, window);
    }
    return placeSingles(chains, burst, guest, frames, at, end, window, windowEnd);
  }

  /** The entry after the frame that begins at {@code first}. */
  private int frameEnd(int first, int end) {
    int last = first;
    while ((burst.flags[last] & Offload.MORE) != 0 && last + 1 < end) {
      last++;
    }
    return last + 1;
  }

  private int count(int delivered, int dropped, long bytes, boolean waiting) {
    if (delivered > 0) {
      counters.add(Name.FRAMES, delivered);
      counters.add(Name.BYTES, bytes);
      counters.burst(delivered);
    }
    if (waiting) {
      counters.add(Name.STARVED, 1);
    }
    return ring.fault() == null ? delivered + dropped : -1;
  }

  private long frameBytes(int first, int end) {
    long bytes = 0;
    for (int e = first; e < end; e++) {
      bytes += burst.length[e];
    }
    return bytes;
  }

  /** Collects a new window where the old one is used up or too small; false if nothing new came. */
  private boolean collectMore() {
    int before = windowEnd - window;
    window = 0;
    windowEnd = Math.max(0, ring.collect(chains, chains.capacity()));
    return windowEnd > before;
  }

  /**
   * The loop of plain frames, each into a plain chain. Static, with everything in locals: a store
   * to memory outside the heap makes the compiler load every field again.
   *
   * @return how many leading frames were placed, each in one chain
   */
  private static int placePlain(
      Chains c,
      Burst burst,
      MemorySegment[] guest,
      MemorySegment[] frames,
      int begin,
      int end,
      int window) {
    long[] offset = c.offset;
    int[] length = c.length;
    int[] written = c.written;
    int[] flags = burst.flags;
    int[] fromRegion = burst.region;
    long[] fromOffset = burst.offset;
    int[] fromLength = burst.length;
    MemorySegment to = guest[c.plainRegion];
    int n = Math.min(end - begin, c.plain - window);
    for (int i = 0; i < n; i++) {
      int w = window + i;
      int f = begin + i;
      int bytes = fromLength[f];
      if (flags[f] != 0 || length[w] < HEADER + bytes) {
        return i;
      }
      long at = offset[w];
      // What stands there already is not written again: the guest's core has the line in its cache,
      // where a store would take it away, and the buffer's last header was most likely the same.
      if (to.get(LONG, at) != 0) {
        to.set(LONG, at, 0L);
      }
      if (to.get(INT, at + 8) != ONE_BUFFER) {
        to.set(INT, at + 8, ONE_BUFFER);
      }
      MemorySegment.copy(frames[fromRegion[f]], fromOffset[f], to, at + HEADER, bytes);
      written[w] = HEADER + bytes;
    }
    return n;
  }

  /** The same with chains of one buffer in any region. */
  private static int placeSingles(
      Chains c,
      Burst burst,
      MemorySegment[] guest,
      MemorySegment[] frames,
      int begin,
      int end,
      int window,
      int windowEnd) {
    int[] first = c.first;
    int[] writable = c.writable;
    int[] region = c.region;
    long[] offset = c.offset;
    int[] length = c.length;
    int[] written = c.written;
    int[] flags = burst.flags;
    int[] fromRegion = burst.region;
    long[] fromOffset = burst.offset;
    int[] fromLength = burst.length;
    int n = Math.min(end - begin, windowEnd - window);
    for (int i = 0; i < n; i++) {
      int w = window + i;
      int f = begin + i;
      int b = first[w];
      int bytes = fromLength[f];
      if (flags[f] != 0
          || first[w + 1] != b + 1
          || writable[w] != b
          || length[b] < HEADER + bytes) {
        return i;
      }
      MemorySegment to = guest[region[b]];
      long at = offset[b];
      to.set(LONG, at, 0L);
      to.set(INT, at + 8, ONE_BUFFER);
      MemorySegment.copy(frames[fromRegion[f]], fromOffset[f], to, at + HEADER, bytes);
      written[w] = HEADER + bytes;
    }
    return n;
  }

  /**
   * Places one frame of any kind.
   *
   * @param first its first entry
   * @param end after its last entry
   * @return chains used; 0 if it was dropped and counted; {@link #STARVED} if there are too few
   */
  private int place(int first, int end) {
    int flags = burst.flags[first];
    int kind = flags & (Offload.CSUM_PARTIAL | Offload.GSO_ANY | Offload.GSO_ECN);
    if ((kind & ~allowed) != 0) {
      counters.add(Name.DROPPED_OFFLOAD, 1);
      return 0;
    }
    long bytes = frameBytes(first, end);
    int used = chainsFor(header + bytes);
    if (used == 0) {
      counters.add(Name.DROPPED_TOO_LONG, 1);
    }
    if (used <= 0) {
      return used;
    }
    cursor.begin(window, window + used);
    long numbers = burst.offload[first];
    int shown = flags & (allowed | Offload.GSO_ECN);
    cursor.hashedHeader(
        header,
        NetHeader.first(shown, numbers),
        NetHeader.csumOffset(shown, numbers),
        used,
        (flags & Offload.HASH) == 0 ? 0 : NetHeader.hash(burst.hash[first], burst.hashType[first]));
    for (int e = first; e < end; e++) {
      cursor.write(frames[burst.region[e]], burst.offset[e], burst.length[e]);
    }
    cursor.end();
    return used;
  }

  /** Chains that hold so many bytes: STARVED if too few are there, 0 if they can never. */
  private int chainsFor(long bytes) {
    long room = 0;
    for (int w = window; w < windowEnd; w++) {
      room += chains.writableBytes[w];
      if (room >= bytes) {
        return w - window + 1;
      }
      if (!mergeable) {
        return 0;
      }
    }
    return windowEnd - window == chains.capacity() ? 0 : STARVED;
  }

  // ---- foreign memory --------------------------------------------------------------------------

  /** Whether the window's chains take a frame of that size, collecting more if they do not. */
  private boolean windowHolds(int bytes) {
    return holds(bytes) || collectMore() && holds(bytes);
  }

  private boolean holds(int bytes) {
    chains.unfold();
    if (!mergeable) {
      // A buffer for the header alone takes no frame: those that come are dropped by copying.
      return window < windowEnd && chains.writableBytes[window] > header;
    }
    long room = -header;
    for (int w = window; w < windowEnd; w++) {
      room += chains.writableBytes[w];
      if (room >= bytes) {
        return true;
      }
    }
    return false;
  }

  private int direct() {
    int from = window;
    int delivered = 0;
    int dropped = 0;
    long bytes = 0;
    while (delivered + dropped < BURST && holds(maxFrame)) {
      int count = buffersFrom(window);
      if (count < 0) {
        break;
      }
      int used = driver.receiveInto(buffers, count);
      if (used == 0) {
        break;
      }
      if (used < 0) {
        counters.add(Name.DROPPED_TOO_LONG, 1);
        dropped++;
        continue;
      }
      long length = 0;
      for (int e = 0; e < used; e++) {
        length += buffers.length[e];
      }
      window += finish(length);
      bytes += length;
      delivered++;
    }
    if (window > from) {
      ring.complete(chains, from, window - from);
      publish();
    }
    starved = false;
    return count(delivered, dropped, bytes, false);
  }

  /** Names the buffers for one frame, its header left out; -1 if there are none or too many. */
  private int buffersFrom(int w) {
    int e = 0;
    long room = 0;
    int skip = header;
    for (int chain = w; chain < windowEnd && room < maxFrame; chain++) {
      for (int b = chains.writable[chain]; b < chains.first[chain + 1]; b++) {
        int length = chains.length[b];
        int here = Math.min(skip, length);
        skip -= here;
        if (length > here) {
          if (e == LENT) {
            return -1;
          }
          buffers.region[e] = lent[chains.region[b]];
          buffers.offset[e] = chains.offset[b] + here;
          buffers.room[e++] = length - here;
          room += length - here;
        }
      }
      if (!mergeable) {
        break;
      }
    }
    return e == 0 ? -1 : e;
  }

  /** Writes the header of a frame that the driver put into the window; returns chains used. */
  private int finish(long length) {
    int flags = buffers.flags[0];
    long numbers = buffers.offload[0];
    int shown = flags & (allowed | Offload.GSO_ECN);
    int used = chainsFor(header + length);
    cursor.begin(window, window + used);
    cursor.header(
        header, NetHeader.first(shown, numbers), NetHeader.csumOffset(shown, numbers), used);
    cursor.skip(length);
    cursor.end();
    return used;
  }
}
