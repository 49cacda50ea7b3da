package org.vhostdp.spi;

/**
 * A burst of frames as a struct of arrays: index i of every array is entry i. Allocated once per
 * queue and reused; no frame is ever an object. The arrays are open on purpose: they are the hot
 * path.
 *
 * <p>An entry names memory as (region, offset, length). One frame is one entry, or several with
 * {@link Offload#MORE} on all but the last; metadata stands in the first. {@link #flags} is always
 * valid; {@link #offload}, {@link #vlan}, {@link #hash}, {@link #hashType} and {@link #timestamp}
 * only if a flag names them, so that a plain frame costs four stores.
 *
 * <p>Threads: whoever owns the queue. The memory that entries name is bounded by its {@link
 * Region}.
 */
public final class Burst {
  /** Status: no room now; try again later. */
  public static final int FULL = 0;

  /** Status: longer than the device can send, or in more entries. */
  public static final int TOO_LONG = 1;

  /** Status: uses an offload that was not offered, or whose numbers do not fit the frame. */
  public static final int BAD_OFFLOAD = 2;

  /** Status: names memory outside its region, an unknown region, or no bytes. */
  public static final int BAD_MEMORY = 3;

  /** Status: shorter than an Ethernet header, unfinished, or refused by the device. */
  public static final int REFUSED = 4;

  /** Region id: an own region's index, or what {@link ForeignMemory#lend} returned. */
  public final int[] region;

  /** Bytes from the region's start. */
  public final long[] offset;

  /** Bytes of the frame in this entry. */
  public final int[] length;

  /** Bytes that may be written at offset: of claimed frames and of buffers to receive into. */
  public final int[] room;

  /** Bits of {@link Offload}. */
  public final int[] flags;

  /** Checksum and GSO numbers, packed by {@link Offload#pack}. */
  public final long[] offload;

  /** VLAN tag control information, 16 bits. */
  public final int[] vlan;

  /** Flow hash. */
  public final int[] hash;

  /** Kind of the flow hash, as the receive-side scaling types of {@link Steering}. */
  public final int[] hashType;

  /** Nanoseconds. */
  public final long[] timestamp;

  /** The caller's word for a foreign frame, returned by {@link TxQueue#completed}. */
  public final long[] cookie;

  /** Why the entry was not accepted; valid only where {@link TxQueue#transmit} stopped. */
  public final int[] status;

  /**
   * @param capacity entries, 1 to 65536
   */
  public Burst(int capacity) {
    if (capacity < 1 || capacity > 65536) {
      throw new IllegalArgumentException("a burst holds 1 to 65536 entries, not " + capacity);
    }
    region = new int[capacity];
    offset = new long[capacity];
    length = new int[capacity];
    room = new int[capacity];
    flags = new int[capacity];
    offload = new long[capacity];
    vlan = new int[capacity];
    hash = new int[capacity];
    hashType = new int[capacity];
    timestamp = new long[capacity];
    cookie = new long[capacity];
    status = new int[capacity];
  }

  /** Number of entries. */
  public int capacity() {
    return length.length;
  }
}
