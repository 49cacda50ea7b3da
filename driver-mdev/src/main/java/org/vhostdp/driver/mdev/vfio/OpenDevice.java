package org.vhostdp.driver.mdev.vfio;

import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.TreeMap;
import org.vhostdp.driver.mdev.generated.Vfio;
import org.vhostdp.driver.mdev.generated.vfio_device_info;
import org.vhostdp.linux.Fd;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;
import org.vhostdp.spi.Host;

/** A device that the kernel handed out. */
final class OpenDevice implements VfioDevice {
  private final String name;
  private final OpenedDevice opened;
  private final Host host;
  private final Runnable giveBack;
  private final boolean resettable;
  private final int regionCount;
  private final Vectors vectors;
  private final DeviceReports reports;
  private final PinnedMemory dma;
  private final PciConfig pci;
  private final Map<Integer, KernelRegion> regions = new TreeMap<>();
  private boolean closed;

  /**
   * @param opened closed with the device, and if this fails
   * @param giveBack done last when the device is closed; not if this fails
   */
  OpenDevice(String name, OpenedDevice opened, Host host, Runnable giveBack)
      throws DriverException {
    this.name = name;
    this.opened = opened;
    this.host = host;
    this.giveBack = giveBack;
    DeviceReports listening = null;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = info(arena, opened.device(), name);
      resettable = (vfio_device_info.flags(info) & Vfio.VFIO_DEVICE_FLAGS_RESET()) != 0;
      regionCount = vfio_device_info.num_regions(info);
      vectors = new Vectors(opened.device(), name, vfio_device_info.num_irqs(info));
      dma = new PinnedMemory(name, opened.iommu());
      listening = DeviceReports.of(name, vectors);
      reports = listening;
      pci = new PciConfig(region(DeviceRegion.CONFIG));
      pci.memory(true);
      pci.busMaster(false);
    } catch (DriverException | RuntimeException e) {
      if (listening != null) {
        listening.close();
      }
      opened.close();
      throw e;
    }
  }

  private static MemorySegment info(Arena arena, Fd device, String name) throws DriverException {
    MemorySegment info = vfio_device_info.allocate(arena);
    vfio_device_info.argsz(info, (int) vfio_device_info.sizeof());
    int result = Ioctl.call(device, Vfio.VFIO_DEVICE_GET_INFO(), info);
    if (result < 0) {
      throw VfioErrors.of("VFIO_DEVICE_GET_INFO", name, -result);
    }
    if ((vfio_device_info.flags(info) & Vfio.VFIO_DEVICE_FLAGS_PCI()) == 0) {
      throw new DriverException(
          Reason.UNSUPPORTED,
          name + " is not a PCI device.",
          "Choose a type whose device_api is vfio-pci.");
    }
    return info;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public VfioApi api() {
    return opened.api();
  }

  @Override
  public synchronized DeviceRegion region(int index) throws DriverException {
    KernelRegion known = regions.get(index);
    if (known != null) {
      return known;
    }
    if (index < 0 || index >= regionCount) {
      throw new DriverException(
          Reason.UNSUPPORTED, name + " has " + regionCount + " regions, no " + index + ".", "");
    }
    KernelRegion region =
        new KernelRegion(opened.device(), RegionInfo.ask(opened.device(), index, name));
    regions.put(index, region);
    return region;
  }

  @Override
  public PciConfig pci() {
    return pci;
  }

  @Override
  public int interrupts(Interrupt kind) throws DriverException {
    return vectors.count(kind);
  }

  @Override
  public void enable(Interrupt kind, int... eventfds) throws DriverException {
    vectors.enable(kind, eventfds);
  }

  @Override
  public void disable(Interrupt kind) throws DriverException {
    vectors.disable(kind);
  }

  @Override
  public void mask(Interrupt kind, boolean masked) throws DriverException {
    vectors.mask(kind, masked);
  }

  @Override
  public void fire(Interrupt kind, int vector) throws DriverException {
    vectors.fire(kind, vector);
  }

  @Override
  public boolean resettable() {
    return resettable;
  }

  @Override
  public void reset() throws DriverException {
    if (!resettable) {
      throw new DriverException(
          Reason.UNSUPPORTED, name + " cannot be reset by itself.", "Unplug and plug it again.");
    }
    int result = Ioctl.call(opened.device(), Vfio.VFIO_DEVICE_RESET(), 0);
    if (result < 0) {
      throw VfioErrors.of("VFIO_DEVICE_RESET", name, -result);
    }
    // The kernel puts the command word back as it was.
    pci.busMaster(false);
  }

  @Override
  public DmaMap dma() {
    return dma;
  }

  @Override
  public synchronized DeviceEvent next() {
    return closed ? DeviceEvent.NONE : reports.next(pci.present());
  }

  @Override
  public int eventFd() {
    return reports.eventFd();
  }

  @Override
  public synchronized String detail() {
    return reports.detail();
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    // No transfer may be under way when memory is taken away and given to somebody else.
    pci.busMaster(false);
    for (Interrupt kind : Interrupt.values()) {
      try {
        vectors.disable(kind);
      } catch (DriverException e) {
        host.log(Level.DEBUG, e.getMessage());
      }
    }
    dma.close();
    regions.values().forEach(KernelRegion::close);
    opened.close();
    reports.close();
    giveBack.run();
  }
}
