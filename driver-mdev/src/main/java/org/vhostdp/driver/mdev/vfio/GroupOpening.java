package org.vhostdp.driver.mdev.vfio;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.vhostdp.driver.mdev.generated.Vfio;
import org.vhostdp.driver.mdev.generated.vfio_group_status;
import org.vhostdp.linux.Errno;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Io;
import org.vhostdp.linux.LinuxException;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/** Opens a device by its group and a container: every kernel with VFIO. */
final class GroupOpening {
  /** O_RDWR of asm-generic/fcntl.h. */
  static final int READ_WRITE = 2;

  private final String name;
  private final IommuGroup group;
  private final String node;
  private final String vfio;

  GroupOpening(Sysfs sysfs, String name, IommuGroup group) {
    this.name = name;
    this.group = group;
    node = sysfs.dev().resolve("vfio").resolve(group.number()).toString();
    vfio = sysfs.dev().resolve("vfio/vfio").toString();
  }

  OpenedDevice open() throws DriverException {
    Fd container = openNode(vfio);
    Fd groupFd = null;
    try {
      checkVersion(container);
      groupFd = openNode(node);
      attach(container, groupFd);
      IommuSpace space = TypeOneSpace.of(container, name);
      return new OpenedDevice(VfioApi.GROUP, device(groupFd), groupFd, space);
    } catch (DriverException | RuntimeException e) {
      if (groupFd != null) {
        groupFd.close();
      }
      container.close();
      throw e;
    }
  }

  private Fd openNode(String path) throws DriverException {
    try {
      return Io.open(path, READ_WRITE, 0);
    } catch (LinuxException e) {
      throw VfioErrors.of("open", path, e.errno(), adviceToOpen(path, e));
    }
  }

  private String adviceToOpen(String path, LinuxException e) {
    return switch (e.errno()) {
      case Errno.ENOENT, Errno.ENODEV, Errno.ENXIO ->
          path.equals(vfio)
              ? VfioErrors.LOAD_VFIO_PCI
              : "No device of the group is bound to vfio-pci: bind " + name + ", or set \"bind\".";
      case Errno.EACCES, Errno.EPERM -> "Let this user read and write " + path + ".";
      case Errno.EBUSY ->
          "Another program, or another port of this one, has a device of IOMMU group "
              + group.number()
              + " open ("
              + String.join(", ", group.members())
              + "): a group belongs to one port.";
      default -> e.advice();
    };
  }

  private void checkVersion(Fd container) throws DriverException {
    int version = Ioctl.call(container, Vfio.VFIO_GET_API_VERSION(), 0);
    int type = Ioctl.call(container, Vfio.VFIO_CHECK_EXTENSION(), Vfio.VFIO_TYPE1v2_IOMMU());
    if (version != Vfio.VFIO_API_VERSION()) {
      throw new DriverException(
          Reason.UNSUPPORTED,
          vfio + " speaks version " + version + " of VFIO, this driver version 0.",
          "Use another kernel.");
    }
    if (type <= 0) {
      throw new DriverException(
          Reason.UNSUPPORTED,
          vfio + " has no IOMMU of type 1, version 2.",
          "Load the kernel's driver with \"modprobe vfio_iommu_type1\".");
    }
  }

  private void attach(Fd container, Fd groupFd) throws DriverException {
    ensureViable(groupFd);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment number = arena.allocateFrom(ValueLayout.JAVA_INT, container.raw());
      int result = Ioctl.call(groupFd, Vfio.VFIO_GROUP_SET_CONTAINER(), number);
      if (result < 0) {
        throw VfioErrors.of("VFIO_GROUP_SET_CONTAINER", node, -result);
      }
    }
    int result = Ioctl.call(container, Vfio.VFIO_SET_IOMMU(), Vfio.VFIO_TYPE1v2_IOMMU());
    if (result < 0) {
      throw VfioErrors.of(
          "VFIO_SET_IOMMU type 1 version 2 for", name, -result, adviceToSet(-result));
    }
  }

  private static String adviceToSet(int errno) {
    return switch (errno) {
      case Errno.EPERM ->
          "The IOMMU does not remap interrupts, so a device could raise any: turn interrupt"
              + " remapping on, or accept that with vfio_iommu_type1.allow_unsafe_interrupts=1.";
      case Errno.ENODEV -> VfioErrors.NO_IOMMU_ADVICE;
      default -> Errno.advice(errno);
    };
  }

  private void ensureViable(Fd groupFd) throws DriverException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment status = vfio_group_status.allocate(arena);
      vfio_group_status.argsz(status, (int) vfio_group_status.sizeof());
      int result = Ioctl.call(groupFd, Vfio.VFIO_GROUP_GET_STATUS(), status);
      if (result < 0) {
        throw VfioErrors.of("VFIO_GROUP_GET_STATUS", node, -result);
      }
      if ((vfio_group_status.flags(status) & Vfio.VFIO_GROUP_FLAGS_VIABLE()) == 0) {
        throw group.notViable(name);
      }
    }
  }

  private Fd device(Fd groupFd) throws DriverException {
    try (Arena arena = Arena.ofConfined()) {
      int result = Ioctl.call(groupFd, Vfio.VFIO_GROUP_GET_DEVICE_FD(), arena.allocateFrom(name));
      if (result < 0) {
        throw VfioErrors.of("VFIO_GROUP_GET_DEVICE_FD", name, -result);
      }
      return Fd.of(result);
    }
  }
}
