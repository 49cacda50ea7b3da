package org.vhostdp.driver.mdev.vfio;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.vhostdp.driver.mdev.generated.Vfio;
import org.vhostdp.driver.mdev.generated.vfio_device_attach_iommufd_pt;
import org.vhostdp.driver.mdev.generated.vfio_device_bind_iommufd;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Io;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/** Opens a device by its own node and an iommufd: Linux 6.6 and later, if built with it. */
final class NodeOpening {
  private final String name;
  private final IommuGroup group;
  private final Path node;
  private final Path iommu;

  /**
   * @param folder the device's folder in sysfs
   */
  NodeOpening(Sysfs sysfs, String name, IommuGroup group, Path folder) {
    this.name = name;
    this.group = group;
    List<String> numbers = Sysfs.names(folder.resolve("vfio-dev"));
    node =
        numbers.isEmpty() ? null : sysfs.dev().resolve("vfio/devices").resolve(numbers.getFirst());
    iommu = sysfs.dev().resolve("iommu");
  }

  /** Whether this kernel offers the device this way. */
  boolean offered() {
    return node != null && Files.exists(node) && Files.exists(iommu);
  }

  OpenedDevice open() throws DriverException {
    if (node == null) {
      throw new DriverException(
          Reason.UNSUPPORTED,
          "This kernel has no node of its own for " + name + ".",
          "It takes Linux 6.6 or later, built with IOMMUFD and VFIO_DEVICE_CDEV, and the device"
              + " bound to vfio-pci; or set \"api\" to \"group\".");
    }
    Fd device = openNode(node);
    Fd iommufd = null;
    try {
      iommufd = openNode(iommu);
      bind(device, iommufd);
      IoasSpace space = IoasSpace.make(iommufd);
      attach(device, space);
      space.learn(name);
      return new OpenedDevice(VfioApi.IOMMUFD, device, null, space);
    } catch (DriverException | RuntimeException e) {
      device.close();
      if (iommufd != null) {
        iommufd.close();
      }
      throw e;
    }
  }

  private Fd openNode(Path path) throws DriverException {
    try {
      return Io.open(path.toString(), GroupOpening.READ_WRITE, 0);
    } catch (LinuxException e) {
      String advice =
          switch (e.errno()) {
            case Errno.ENOENT, Errno.ENODEV, Errno.ENXIO ->
                "Load the kernel's driver with \"modprobe iommufd\", or set \"api\" to \"group\".";
            case Errno.EACCES, Errno.EPERM -> "Let this user read and write " + path + ".";
            default -> e.advice();
          };
      throw VfioErrors.of("open", path.toString(), e.errno(), advice);
    }
  }

  private void bind(Fd device, Fd iommufd) throws DriverException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment s = vfio_device_bind_iommufd.allocate(arena);
      vfio_device_bind_iommufd.argsz(s, (int) vfio_device_bind_iommufd.sizeof());
      vfio_device_bind_iommufd.iommufd(s, iommufd.raw());
      int result = Ioctl.call(device, Vfio.VFIO_DEVICE_BIND_IOMMUFD(), s);
      if (result < 0) {
        throw refusedToBind(-result);
      }
    }
  }

  private DriverException refusedToBind(int errno) {
    if (!group.inTheWay().isEmpty()) {
      return group.notViable(name);
    }
    String advice =
        switch (errno) {
          case Errno.EPERM ->
              "The IOMMU does not remap interrupts, so a device could raise any: turn interrupt"
                  + " remapping on, or accept that with iommufd.allow_unsafe_interrupts=1.";
          case Errno.EBUSY, Errno.EINVAL ->
              "Another program, or another port of this one, has a device of IOMMU group "
                  + group.number()
                  + " open ("
                  + String.join(", ", group.members())
                  + "): a group belongs to one port.";
          default -> Errno.advice(errno);
        };
    int shown = errno == Errno.EINVAL ? Errno.EBUSY : errno;
    return VfioErrors.of("VFIO_DEVICE_BIND_IOMMUFD", name, shown, advice);
  }

  private void attach(Fd device, IoasSpace space) throws DriverException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment s = vfio_device_attach_iommufd_pt.allocate(arena);
      vfio_device_attach_iommufd_pt.argsz(s, (int) vfio_device_attach_iommufd_pt.sizeof());
      vfio_device_attach_iommufd_pt.pt_id(s, space.id());
      int result = Ioctl.call(device, Vfio.VFIO_DEVICE_ATTACH_IOMMUFD_PT(), s);
      if (result < 0) {
        throw VfioErrors.of("VFIO_DEVICE_ATTACH_IOMMUFD_PT", name, -result);
      }
    }
  }
}
