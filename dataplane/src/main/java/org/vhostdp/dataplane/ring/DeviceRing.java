package org.vhostdp.dataplane.ring;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.vhostdp.dataplane.memory.GuestMemory;

/**
 * The device's side of one virtqueue. One IO thread; no locks, no allocation, no exceptions.
 *
 * <p>Byte order: virtio 1 is little-endian, as every machine this runs on.
 */
public abstract sealed class DeviceRing permits SplitRing, PackedRing {
  static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfLong LONG_ANY =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final VarHandle SHORT_HANDLE = SHORT.varHandle();
  static final VarHandle LONG_HANDLE = LONG.varHandle();

  /** VIRTQ_DESC_F_NEXT. */
  static final int NEXT = 1;

  /** VIRTQ_DESC_F_WRITE. */
  static final int WRITE = 2;

  /** VIRTQ_DESC_F_INDIRECT. */
  static final int INDIRECT = 4;

  final int size;

  /** Most descriptors of a chain. */
  final int longest;

  final boolean eventIdx;
  final boolean inOrder;
  final GuestMemory memory;

  /** NEXT, WRITE and INDIRECT of a plain chain's descriptor. */
  final int plainFlags;

  private final boolean indirectAllowed;
  private final MemorySegment indirect;
  private final MemorySegment[] segments;
  private MemorySegment hitMemory = MemorySegment.NULL;
  private long hitGuest;
  private long hitSize;
  private int hitRegion;
  private String fault;

  DeviceRing(RingLayout layout, GuestMemory memory) {
    this.size = layout.size();
    this.longest = Math.min(size, Chains.LONGEST);
    this.eventIdx = layout.eventIdx();
    this.inOrder = layout.inOrder();
    this.plainFlags = layout.readOnly() ? 0 : WRITE;
    this.indirectAllowed = layout.indirect();
    this.memory = memory;
    this.segments = memory.segments();
    // An indirect table is copied before it is read: it may cross regions, and the guest may change
    // it between two reads.
    this.indirect = MemorySegment.ofArray(new long[2 * longest]);
  }

  /** Makes the ring that the layout describes. The layout has been checked. */
  public static DeviceRing of(RingLayout layout, GuestMemory memory) {
    return layout.packed() ? new PackedRing(layout, memory) : new SplitRing(layout, memory);
  }

  /** Number of descriptors. */
  public final int size() {
    return size;
  }

  /** The memory this ring's buffers lie in. */
  public final GuestMemory memory() {
    return memory;
  }

  /** Why the ring is broken, or null. A broken ring collects nothing. */
  public final String fault() {
    return fault;
  }

  /**
   * Reads available chains without consuming them. The leading ones may be folded, see {@link
   * Chains}.
   *
   * @param chains overwritten
   * @param max at most so many, up to the capacity
   * @return how many; -1 if the ring is broken
   */
  public abstract int collect(Chains chains, int max);

  /**
   * Consumes the chains {@code from} to {@code from + count - 1} of the last batch: the first not
   * consumed before. {@code written} holds the bytes written to each. Not visible before {@link
   * #flush()}.
   */
  public abstract void complete(Chains chains, int from, int count);

  /**
   * Prepares the completion of plain chains of the last batch, to which nothing was written. A
   * later {@link #complete} takes back what was prepared for more chains than it completes. Nothing
   * becomes visible by it.
   *
   * <p>In a packed ring used elements lie where the descriptors were. Their cache lines come from
   * the driver's core one after the other; begun early, that happens while frames are copied.
   *
   * @param from the first chain not prepared before
   * @param to after the last; not beyond {@link Chains#plain}
   */
  public abstract void prepare(Chains chains, int from, int to);

  /** Takes back what was prepared of the last batch, none of which is completed. */
  public abstract void takeBack(Chains chains);

  /** Makes completed chains visible to the driver: one release for the batch. */
  public abstract void flush();

  /** Whether the driver wants a notification for what was flushed since it was last asked. */
  public abstract boolean interruptWanted();

  /** Asks the driver not to kick, while this side polls. */
  public abstract void suppressKicks();

  /**
   * Asks the driver to kick, then looks again.
   *
   * @return true if chains are available already
   */
  public abstract boolean requestKicks();

  /** Whether chains are available; reads the ring once. */
  public abstract boolean hasWork();

  /** What GET_VRING_BASE returns and SET_VRING_BASE takes. */
  public abstract int base();

  final int broken(String why) {
    if (fault == null) {
      fault = why;
    }
    return -1;
  }

  /** What is wrong with a chain that does not end. */
  final String tooLong() {
    return size <= longest
        ? "a chain is longer than the ring: a loop"
        : "a chain has more than " + longest + " descriptors";
  }

  /** Appends one buffer; false after breaking the ring. */
  final boolean append(Chains c, long address, long bytes) {
    long offset = address - hitGuest;
    int at = c.buffers;
    if (offset >= 0 && offset <= hitSize - bytes && (int) bytes > 0 && at < c.region.length) {
      c.buffers = at + 1;
      c.region[at] = hitRegion;
      c.offset[at] = offset;
      c.length[at] = (int) bytes;
      return true;
    }
    return appendSlow(c, address, bytes);
  }

  private boolean appendSlow(Chains c, long address, long bytes) {
    if (bytes == 0 || bytes > Integer.MAX_VALUE) {
      broken("a descriptor has a length of " + bytes + " bytes");
      return false;
    }
    long at = address;
    long left = bytes;
    while (left > 0) {
      int region = memory.find(at);
      if (region < 0) {
        broken("a descriptor names memory outside the guest's regions");
        return false;
      }
      if (c.buffers == c.region.length) {
        broken("a chain is scattered over too many memory regions");
        return false;
      }
      hitRegion = region;
      hitMemory = segments[region];
      hitGuest = memory.guest(region);
      hitSize = memory.size(region);
      long offset = at - hitGuest;
      long here = Math.min(left, hitSize - offset);
      c.region[c.buffers] = region;
      c.offset[c.buffers] = offset;
      c.length[c.buffers] = (int) here;
      c.buffers++;
      at += here;
      left -= here;
    }
    return true;
  }

  /**
   * Copies the indirect table that a descriptor names.
   *
   * @param flags the descriptor's flags, which hold INDIRECT
   * @return number of its entries, or -1 after breaking the ring
   */
  final int loadIndirect(Chains c, long address, long bytes, int flags) {
    if (!indirectAllowed) {
      return broken("an indirect descriptor, which was not negotiated");
    }
    if ((flags & NEXT) != 0) {
      return broken("an indirect descriptor with a next one");
    }
    if (bytes == 0 || (bytes & 15) != 0 || bytes > 16L * longest) {
      return broken("an indirect table of " + bytes + " bytes");
    }
    int mark = c.buffers;
    if (!append(c, address, bytes)) {
      return -1;
    }
    long at = 0;
    for (int i = mark; i < c.buffers; i++) {
      MemorySegment.copy(segments[c.region[i]], c.offset[i], indirect, at, c.length[i]);
      at += c.length[i];
    }
    c.buffers = mark;
    return (int) (bytes >>> 4);
  }

  /** Address of entry i of the indirect table last loaded. */
  final long indirectAddress(int i) {
    return indirect.get(LONG_ANY, i * 16L);
  }

  /** Length, flags and next (split) or id (packed) of entry i of the table last loaded. */
  final long indirectWord(int i) {
    return indirect.get(LONG_ANY, i * 16L + 8);
  }

  /** Begins chain {@code i} at the buffers' end. */
  final void begin(Chains c, int i) {
    c.first[i] = c.buffers;
    c.writable[i] = -1;
    c.readableBytes[i] = 0;
    c.writableBytes[i] = 0;
  }

  /** Adds one buffer to chain {@code i}; readable ones must come first. */
  final boolean addBuffer(Chains c, int i, long address, long bytes, boolean write) {
    if (write) {
      if (c.writable[i] < 0) {
        c.writable[i] = c.buffers;
      }
      c.writableBytes[i] += bytes;
    } else {
      if (c.writable[i] >= 0) {
        broken("a readable descriptor after a writable one");
        return false;
      }
      c.readableBytes[i] += bytes;
    }
    return append(c, address, bytes);
  }

  /** Ends chain {@code i}. */
  final void end(Chains c, int i, int id, int slots) {
    if (c.writable[i] < 0) {
      c.writable[i] = c.buffers;
    }
    c.first[i + 1] = c.buffers;
    c.id[i] = id;
    c.slots[i] = slots;
  }

  /** Whether chains may have indirect tables. */
  final boolean indirectAllowed() {
    return indirectAllowed;
  }

  /** The region last hit, or an empty segment. */
  final MemorySegment hitMemory() {
    return hitMemory;
  }

  final long hitGuest() {
    return hitGuest;
  }

  final long hitSize() {
    return hitSize;
  }

  final int hitRegion() {
    return hitRegion;
  }

  /** How many chains of one buffer fit the batch and leave room for one of the greatest length. */
  final int singlesWithRoom(Chains c) {
    return c.region.length - c.buffers - 2 * longest + 1;
  }

  /** Whether a chain of the greatest length still fits the batch. */
  final boolean roomForChain(Chains c) {
    return c.region.length - c.buffers >= 2 * longest;
  }

  /**
   * Stores 16 bits after everything stored before. Not by the handle's release: while it is not yet
   * compiled by C2, that is an exchange of 16 bits, the one store at which the virtual machine
   * aborts instead of throwing InternalError if the page is gone (a truncated memfd).
   */
  static void store(MemorySegment to, long offset, short value) {
    VarHandle.releaseFence();
    to.set(SHORT, offset, value);
  }
}
