package org.vhostdp.dataplane.ring;

import java.lang.foreign.MemorySegment;
import org.vhostdp.dataplane.memory.GuestMemory;
import org.vhostdp.dataplane.memory.MemoryRefused;

/**
 * Where a ring lies and how it works, checked.
 *
 * @param size number of descriptors
 * @param packed packed layout, else split
 * @param descriptors descriptor table, or the packed ring
 * @param driver available ring, or the packed driver event area
 * @param device used ring, or the packed device event area
 * @param base first index: as {@link DeviceRing#base()}
 * @param eventIdx VIRTIO_F_EVENT_IDX was negotiated
 * @param indirect VIRTIO_F_INDIRECT_DESC was negotiated
 * @param inOrder VIRTIO_F_IN_ORDER was negotiated
 * @param readOnly the device only reads what the driver offers here
 */
public record RingLayout(
    int size,
    boolean packed,
    MemorySegment descriptors,
    MemorySegment driver,
    MemorySegment device,
    int base,
    boolean eventIdx,
    boolean indirect,
    boolean inOrder,
    boolean readOnly) {

  /** Most descriptors of a ring (virtio 1.3, 2.6). */
  public static final int MAX_SIZE = 32768;

  /** Features of a ring, from the negotiated bits. */
  public record Features(boolean packed, boolean eventIdx, boolean indirect, boolean inOrder) {}

  /**
   * Finds a ring in guest memory.
   *
   * @param memory the table
   * @param features negotiated
   * @param size number of descriptors
   * @param descriptors user address of the descriptor area
   * @param driver user address of the driver area
   * @param device user address of the device area
   * @param base first index
   * @throws MemoryRefused if the size is illegal, or an area is misaligned or outside memory
   */
  public static RingLayout locate(
      GuestMemory memory,
      Features features,
      int size,
      long descriptors,
      long driver,
      long device,
      int base)
      throws MemoryRefused {
    boolean packed = features.packed();
    if (size < 1 || size > MAX_SIZE || !packed && Integer.bitCount(size) != 1) {
      throw new MemoryRefused(size + " is not a legal ring size");
    }
    int event = features.eventIdx() ? 2 : 0;
    long driverBytes = packed ? 4 : 4 + 2L * size + event;
    long deviceBytes = packed ? 4 : 4 + 8L * size + event;
    return new RingLayout(
        size,
        packed,
        area(memory, "descriptor", descriptors, 16L * size, 16),
        area(memory, "driver", driver, driverBytes, packed ? 4 : 2),
        area(memory, "device", device, deviceBytes, 4),
        base,
        features.eventIdx(),
        features.indirect(),
        features.inOrder(),
        false);
  }

  /** The same for a queue whose buffers the device only reads, as it does when it transmits. */
  public RingLayout forReading() {
    return new RingLayout(
        size, packed, descriptors, driver, device, base, eventIdx, indirect, inOrder, true);
  }

  private static MemorySegment area(
      GuestMemory memory, String name, long address, long bytes, int alignment)
      throws MemoryRefused {
    MemorySegment at = memory.atUser(address, bytes);
    if (at == null) {
      throw new MemoryRefused("the ring's " + name + " area is not inside one memory region");
    }
    if (at.address() % alignment != 0) {
      throw new MemoryRefused("the ring's " + name + " area is not aligned to " + alignment);
    }
    return at;
  }
}
