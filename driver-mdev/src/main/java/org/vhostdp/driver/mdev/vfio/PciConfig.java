package org.vhostdp.driver.mdev.vfio;

/**
 * A PCI function's configuration space (PCI Local Bus 3.0, chapter 6). Any thread, but changes of
 * one word by two threads at once are the callers' to order.
 */
public final class PciConfig {
  /** A capability's id: vendor specific, which virtio uses. */
  public static final int VENDOR_SPECIFIC = 0x09;

  /** A capability's id: PCI Express. */
  public static final int EXPRESS = 0x10;

  /** A capability's id: MSI-X. */
  public static final int MSIX = 0x11;

  private static final int STATUS_CAPABILITIES = 1 << 4;
  private static final int COMMAND = 4;
  private static final int STATUS = 6;
  private static final int CAPABILITIES = 0x34;
  private static final int FIRST_CAPABILITY = 0x40;
  private static final int SPACE = 256;

  /** A list of capabilities in 192 bytes cannot be longer; one that is runs in a circle. */
  private static final int MOST_CAPABILITIES = (SPACE - FIRST_CAPABILITY) / 4;

  private static final int MEMORY = 1 << 1;
  private static final int BUS_MASTER = 1 << 2;
  private static final int INTX_DISABLE = 1 << 10;
  private static final int NOBODY = 0xffff;

  private final DeviceRegion space;

  /**
   * @param space the configuration space, 256 bytes or more
   */
  public PciConfig(DeviceRegion space) {
    this.space = space;
  }

  /** The space itself. */
  public DeviceRegion space() {
    return space;
  }

  /** The vendor's number; 0xffff if the device does not answer. */
  public int vendor() {
    return space.read16(0);
  }

  /** The device's number, given by the vendor. */
  public int device() {
    return space.read16(2);
  }

  /** Base class, subclass and programming interface, 24 bits; 0x020000 is an Ethernet device. */
  public int classCode() {
    return space.read32(8) >>> 8;
  }

  /** The revision. */
  public int revision() {
    return space.read8(8);
  }

  /** The vendor's number of the subsystem. */
  public int subsystemVendor() {
    return space.read16(0x2c);
  }

  /** The device's number of the subsystem. */
  public int subsystem() {
    return space.read16(0x2e);
  }

  /**
   * Whether the device answers at all. VFIO answers the vendor's number itself, so the class tells:
   * none consists of ones.
   */
  public boolean present() {
    return space.read32(8) != -1;
  }

  /** Lets the device start transfers of its own, DMA and message signalled interrupts, or not. */
  public void busMaster(boolean on) {
    command(BUS_MASTER, on);
  }

  /** Whether the device may start transfers of its own. */
  public boolean busMaster() {
    return (space.read16(COMMAND) & BUS_MASTER) != 0;
  }

  /** Lets the device answer to its memory BARs, or not. */
  public void memory(boolean on) {
    command(MEMORY, on);
  }

  /** Whether the device may pull its interrupt line. */
  public void intx(boolean on) {
    command(INTX_DISABLE, !on);
  }

  private void command(int bit, boolean on) {
    int now = space.read16(COMMAND);
    int wanted = on ? now | bit : now & ~bit;
    if (wanted != now && now != NOBODY) {
      space.write16(COMMAND, wanted);
    }
  }

  /**
   * Where a capability is.
   *
   * @param id its id, 0 to 255
   * @param after 0 for the first, or the offset of one found before for the next of that id
   * @return the offset of its header in the space, or 0 if there is none; a list that leaves the
   *     space or runs in a circle ends there
   */
  public int capability(int id, int after) {
    boolean passed = after == 0;
    if ((space.read16(STATUS) & STATUS_CAPABILITIES) == 0) {
      return 0;
    }
    int at = space.read8(CAPABILITIES) & ~3;
    for (int i = 0; i < MOST_CAPABILITIES && at >= FIRST_CAPABILITY; i++) {
      int header = space.read16(at);
      if (passed && (header & 0xff) == id) {
        return at;
      }
      passed |= at == after;
      at = header >>> 8 & ~3;
    }
    return 0;
  }
}
