package org.vhostdp.driver.mdev.virtio;

import org.vhostdp.driver.mdev.vfio.DeviceRegion;
import org.vhostdp.driver.mdev.vfio.PciConfig;
import org.vhostdp.driver.mdev.vfio.VfioDevice;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/**
 * Where a device's structures lie, as its vendor specific capabilities say (section 4.1.4).
 *
 * @param common the common configuration
 * @param doorbells the doorbells
 * @param multiplier bytes from one doorbell to the next
 * @param isr interrupt status, one byte
 * @param net the device's own configuration
 */
record PciLayout(
    Registers common, Registers doorbells, int multiplier, Registers isr, Registers net) {
  private static final int COMMON = 1;
  private static final int NOTIFY = 2;
  private static final int ISR = 3;
  private static final int DEVICE = 4;

  /** Offsets in a capability. */
  private static final int LENGTH_OF_CAPABILITY = 2;

  private static final int TYPE = 3;
  private static final int BAR = 4;
  private static final int OFFSET = 8;
  private static final int LENGTH = 12;
  private static final int MULTIPLIER = 16;
  private static final int BARS = 6;

  /** A device may repeat a structure in several capabilities; more than this is nonsense. */
  private static final int MOST_CAPABILITIES = 48;

  private static final int LEAST_COMMON = 56;
  private static final int LEAST_NET = 8;

  /**
   * Finds them.
   *
   * @throws DriverException if one that is needed is not there, or does not lie in its region
   */
  static PciLayout of(VfioDevice device) throws DriverException {
    Registers common = first(device, COMMON, LEAST_COMMON, "common configuration");
    Registers isr = first(device, ISR, 1, "interrupt status");
    Registers net = first(device, DEVICE, LEAST_NET, "device configuration");
    int at = find(device, NOTIFY, 2, 0);
    if (at == 0) {
      throw missing(device, "notification structure");
    }
    int multiplier = device.pci().space().read32(at + MULTIPLIER);
    return new PciLayout(common, at(device, at), multiplier, isr, net);
  }

  private static Registers first(VfioDevice device, int type, int least, String what)
      throws DriverException {
    int at = find(device, type, least, 0);
    if (at == 0) {
      throw missing(device, what);
    }
    return at(device, at);
  }

  /** The first capability of a type that makes sense: the device's own order of preference. */
  private static int find(VfioDevice device, int type, int least, int after)
      throws DriverException {
    PciConfig pci = device.pci();
    DeviceRegion space = pci.space();
    int at = pci.capability(PciConfig.VENDOR_SPECIFIC, after);
    for (int i = 0; i < MOST_CAPABILITIES && at != 0; i++) {
      int needed = type == NOTIFY ? MULTIPLIER + 4 : MULTIPLIER;
      boolean whole = space.read8(at + LENGTH_OF_CAPABILITY) >= needed && at + needed <= 256;
      if (whole && space.read8(at + TYPE) == type && at(device, at).length() >= least) {
        return at;
      }
      at = pci.capability(PciConfig.VENDOR_SPECIFIC, at);
    }
    return 0;
  }

  /** What a capability names; of length 0 if that is not in the region. */
  private static Registers at(VfioDevice device, int capability) throws DriverException {
    DeviceRegion space = device.pci().space();
    int bar = space.read8(capability + BAR);
    long offset = Integer.toUnsignedLong(space.read32(capability + OFFSET));
    long length = Integer.toUnsignedLong(space.read32(capability + LENGTH));
    DeviceRegion region = device.region(bar < BARS ? DeviceRegion.BAR_0 + bar : 0);
    boolean inside = bar < BARS && offset % 4 == 0 && offset + length <= region.size();
    return new Registers(region, offset, inside ? length : 0);
  }

  private static DriverException missing(VfioDevice device, String what) {
    return new DriverException(
        Reason.UNSUPPORTED,
        "The device "
            + device.name()
            + " has no "
            + what
            + " of a modern virtio device in its capabilities.",
        "Give it to the driver in its modern form (QEMU: disable-legacy=on).");
  }
}
