package org.vhostdp.driver.mdev.vfio;

import java.nio.file.Path;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.Host;

/** Where devices are opened. */
public final class VfioFunctions {
  private VfioFunctions() {}

  /**
   * Opens a device. Its memory decoding is on, bus mastering is off, no interrupt is enabled and no
   * memory is mapped for DMA. VFIO without an IOMMU (no-iommu mode) is refused: nothing would stop
   * the device's DMA.
   *
   * @param options what and how
   * @param host hears at close what could not be given back
   * @return a device that the caller owns and closes
   * @throws DriverException with a sentence for the operator; nothing stays open, and the function
   *     is where it was
   */
  public static VfioDevice open(VfioOptions options, Host host) throws DriverException {
    return open(options, host, Sysfs.real());
  }

  static VfioDevice open(VfioOptions options, Host host, Sysfs sysfs) throws DriverException {
    return switch (options.target()) {
      case VfioTarget.Function function -> function(options, function, host, sysfs);
      case VfioTarget.Existing mdev -> {
        Path folder = MediatedDevice.existing(sysfs, mdev.uuid());
        yield open(mdev.uuid(), folder, options.api(), host, sysfs, () -> {});
      }
      case VfioTarget.Created wanted -> created(options, wanted, host, sysfs);
    };
  }

  private static VfioDevice function(
      VfioOptions options, VfioTarget.Function target, Host host, Sysfs sysfs)
      throws DriverException {
    String address = PciAddress.full(target.address());
    PciBinding binding = new PciBinding(sysfs, address, host);
    binding.take(options.bind());
    Path folder = sysfs.sys().resolve("bus/pci/devices").resolve(address);
    try {
      return open(address, folder, options.api(), host, sysfs, binding::giveBack);
    } catch (DriverException | RuntimeException e) {
      binding.giveBack();
      throw e;
    }
  }

  private static VfioDevice created(
      VfioOptions options, VfioTarget.Created wanted, Host host, Sysfs sysfs)
      throws DriverException {
    MediatedDevice device = new MediatedDevice(sysfs, host);
    String uuid = device.create(wanted);
    Path folder = MediatedDevice.folder(sysfs, uuid);
    try {
      return open(uuid, folder, options.api(), host, sysfs, device::remove);
    } catch (DriverException | RuntimeException e) {
      device.remove();
      throw e;
    }
  }

  private static VfioDevice open(
      String name, Path folder, VfioApi api, Host host, Sysfs sysfs, Runnable giveBack)
      throws DriverException {
    IommuGroup group = IommuGroup.of(sysfs, folder);
    NodeOpening node = new NodeOpening(sysfs, name, group, folder);
    boolean byNode = api == VfioApi.IOMMUFD || api == VfioApi.AUTO && node.offered();
    OpenedDevice opened = byNode ? node.open() : new GroupOpening(sysfs, name, group).open();
    return new OpenDevice(name, opened, host, giveBack);
  }
}
