package org.vhostdp.dataplane.ring;

/**
 * A batch of descriptor chains as a struct of arrays. Chain i has the buffers {@code first[i]} to
 * {@code first[i + 1] - 1}; the readable ones come first and end at {@code writable[i]}. A buffer
 * is (region index, offset, length), wholly inside its region.
 *
 * <p>Most batches begin with {@link #plain} chains of one buffer each, all in one region. Of these
 * only offset and length are filled in, at the chain's own index, because stores are what a burst
 * waits for; {@link #unfold()} fills in the rest for whoever needs the general form.
 *
 * <p>One per queue, allocated once, used by its IO thread only.
 */
public final class Chains {
  /**
   * Most descriptors of a chain that is accepted. The specification allows as many as the ring has
   * (2.6); a network frame needs a few dozen. As in Linux's vhost (UIO_MAXIOV), so that a front-end
   * that makes rings of 32768 does not decide how much memory this process uses.
   */
  public static final int LONGEST = 1024;

  /** Index of a chain's first buffer; entry {@code count} ends the last chain. */
  public final int[] first;

  /** Index of a chain's first device-writable buffer. */
  public final int[] writable;

  /** Bytes of a chain's device-readable buffers. */
  public final long[] readableBytes;

  /** Bytes of a chain's device-writable buffers. */
  public final long[] writableBytes;

  /** Bytes the device wrote to a chain: set before completing it. */
  public final int[] written;

  /** Region index of a buffer. */
  public final int[] region;

  /** Bytes from the region's start. */
  public final long[] offset;

  /** Bytes of a buffer, at least 1. */
  public final int[] length;

  /** Chains in the batch. */
  public int count;

  /** Leading chains of one buffer each in {@link #plainRegion}, of the ring's own direction. */
  public int plain;

  /** Region index of the plain chains' buffers. */
  public int plainRegion;

  /** Whether the plain chains' buffers are device-writable. */
  boolean plainWritable;

  private boolean unfolded;

  /** Buffer id (packed) or head index (split). */
  final int[] id;

  /** Ring slots a chain takes. */
  final int[] slots;

  /** Buffers in the batch. */
  int buffers;

  /**
   * @param chains most chains of a batch
   * @param queueSize the ring's size: no chain has more descriptors
   */
  public Chains(int chains, int queueSize) {
    first = new int[chains + 1];
    writable = new int[chains];
    readableBytes = new long[chains];
    writableBytes = new long[chains];
    written = new int[chains];
    id = new int[chains];
    slots = new int[chains];
    // Room for a chain of the greatest length after a batch of usual ones. A buffer that crosses
    // regions takes an entry for each fragment, hence the doubled queue size.
    int entries = 2 * Math.min(queueSize, LONGEST) + 8 * chains;
    region = new int[entries];
    offset = new long[entries];
    length = new int[entries];
  }

  /** Most chains of a batch. */
  public int capacity() {
    return id.length;
  }

  void clear() {
    count = 0;
    buffers = 0;
    plain = 0;
    unfolded = false;
  }

  /** Appends plain chains up to one index; only after nothing but plain ones. */
  void plainTo(int end, int inRegion, boolean forWriting) {
    plain = end;
    plainRegion = inRegion;
    plainWritable = forWriting;
    buffers = end;
    first[end] = end;
  }

  /** Fills in the general form of the plain chains. */
  public void unfold() {
    if (unfolded) {
      return;
    }
    unfolded = true;
    for (int i = 0; i < plain; i++) {
      region[i] = plainRegion;
      first[i] = i;
      writable[i] = plainWritable ? i : i + 1;
      readableBytes[i] = plainWritable ? 0 : length[i];
      writableBytes[i] = plainWritable ? length[i] : 0;
      slots[i] = 1;
    }
    first[plain] = plain;
  }
}
