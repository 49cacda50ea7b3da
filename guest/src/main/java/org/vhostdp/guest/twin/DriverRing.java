package org.vhostdp.guest.twin;

import java.lang.foreign.MemorySegment;

/**
 * The driver's side of one virtqueue (virtio 1.3, sections 2.7 and 2.8). It keeps its own record of
 * what it gave away and never believes what stands in shared memory, so a false answer of the
 * device becomes a {@link DeviceViolation}.
 *
 * <p>Cycle: {@link #add} chains, {@link #publish} them, ask {@link #kickNeeded}; then {@link
 * #nextUsed} until it says false. A token names a chain from add to its return: the head descriptor
 * of a split ring, the buffer id of a packed one; always below {@link #size}. One thread at a time.
 * Nothing here allocates but the first indirect chain.
 */
public sealed interface DriverRing permits SplitDriverRing, PackedDriverRing {
  /** Virtio feature bits that shape a ring; others are ignored. */
  static DriverRing create(TwinMemory memory, int size, long features) {
    boolean eventIndex = (features & Feature.EVENT_IDX) != 0;
    boolean inOrder = (features & Feature.IN_ORDER) != 0;
    return (features & Feature.RING_PACKED) != 0
        ? new PackedDriverRing(memory, size, eventIndex, inOrder)
        : new SplitDriverRing(memory, size, eventIndex, inOrder);
  }

  /** Number of descriptors. */
  int size();

  /** Descriptors that {@link #add} may still take. */
  int free();

  /** Chains added and not yet returned by {@link #nextUsed}. */
  int inFlight();

  /**
   * Adds one chain; the device sees it after {@link #publish}. First {@code out} device-readable
   * elements, then {@code in} device-writable ones.
   *
   * @param address guest physical addresses, at least out + in of them
   * @param length bytes of each element
   * @param indirect put the elements into an indirect table, at most 64 of them
   * @return token, or -1 when the ring has no room
   */
  int add(long[] address, int[] length, int out, int in, boolean indirect);

  /** Adds a chain of one element; otherwise as {@link #add(long[], int[], int, int, boolean)}. */
  int add(long address, int length, boolean deviceWritable);

  /** Makes the chains added since the last call visible, all with one releasing store. */
  void publish();

  /**
   * Whether the device wants to hear of what was published since the last call. Contains the full
   * fence between publishing and reading the device's suppression field.
   */
  boolean kickNeeded();

  /** Takes back one chain; false when the device has returned none. */
  boolean nextUsed();

  /** Token of the chain last taken back. */
  int usedToken();

  /** Bytes the device says it wrote into the chain last taken back. */
  int usedLength();

  /**
   * Asks for used-buffer notifications from the next used chain on, or tells that none are needed.
   *
   * @return whether used chains lie there already, checked behind a full fence; a caller that
   *     switches on and gets true must not sleep
   */
  boolean interrupts(boolean on);

  /** With EVENT_IDX: asks for a notification when {@code chains} more are used. */
  boolean interruptAfter(int chains);

  /**
   * Where a device that starts now should begin, as SET_VRING_BASE wants it: behind all that the
   * former device returned, which is read from the ring and may be ahead of {@link #nextUsed}.
   * Packed: available half below, used half above, each with its wrap bit 15.
   */
  int base();

  /** Empties ring memory and every record: the state of a ring never used. */
  void reset();

  /** Guest physical address of the descriptor table or ring. */
  long descriptorAddress();

  /** Guest physical address of the available ring, or of the driver's event area. */
  long driverAddress();

  /** Guest physical address of the used ring, or of the device's event area. */
  long deviceAddress();

  /** The descriptor table or ring itself, for hostile tests and device models. */
  MemorySegment descriptors();

  /** The available ring or the driver's event area itself. */
  MemorySegment driverArea();

  /** The used ring or the device's event area itself. */
  MemorySegment deviceArea();
}
