package org.vhostdp.driver.mdev;

import java.lang.foreign.MemorySegment;
import org.vhostdp.driver.mdev.vfio.DeviceEvent;
import org.vhostdp.driver.mdev.vfio.DeviceRegion;
import org.vhostdp.driver.mdev.vfio.DmaMap;
import org.vhostdp.driver.mdev.vfio.DmaMapping;
import org.vhostdp.driver.mdev.vfio.Interrupt;
import org.vhostdp.driver.mdev.vfio.PciConfig;
import org.vhostdp.driver.mdev.vfio.VfioApi;
import org.vhostdp.driver.mdev.vfio.VfioDevice;
import org.vhostdp.spi.DriverException;

/** A real device whose driver is told wrong addresses of what the device shall read. */
final class MisguidedDevice implements VfioDevice {
  /** Far from everything that is mapped. */
  static final long AWAY = 1L << 36;

  private final VfioDevice device;

  MisguidedDevice(VfioDevice device) {
    this.device = device;
  }

  @Override
  public DmaMap dma() {
    DmaMap map = device.dma();
    return new DmaMap() {
      @Override
      public DmaMapping map(MemorySegment memory, boolean readable, boolean writable)
          throws DriverException {
        DmaMapping real = map.map(memory, readable, writable);
        return writable ? real : new Away(real);
      }

      @Override
      public long pageSize() {
        return map.pageSize();
      }

      @Override
      public long mappedBytes() {
        return map.mappedBytes();
      }
    };
  }

  private record Away(DmaMapping real) implements DmaMapping {
    @Override
    public long iova() {
      return real.iova() + AWAY;
    }

    @Override
    public MemorySegment memory() {
      return real.memory();
    }

    @Override
    public void close() {
      real.close();
    }
  }

  @Override
  public String name() {
    return device.name();
  }

  @Override
  public VfioApi api() {
    return device.api();
  }

  @Override
  public DeviceRegion region(int index) throws DriverException {
    return device.region(index);
  }

  @Override
  public PciConfig pci() {
    return device.pci();
  }

  @Override
  public int interrupts(Interrupt kind) throws DriverException {
    return device.interrupts(kind);
  }

  @Override
  public void enable(Interrupt kind, int... eventfds) throws DriverException {
    device.enable(kind, eventfds);
  }

  @Override
  public void disable(Interrupt kind) throws DriverException {
    device.disable(kind);
  }

  @Override
  public void mask(Interrupt kind, boolean masked) throws DriverException {
    device.mask(kind, masked);
  }

  @Override
  public void fire(Interrupt kind, int vector) throws DriverException {
    device.fire(kind, vector);
  }

  @Override
  public boolean resettable() {
    return device.resettable();
  }

  @Override
  public void reset() throws DriverException {
    device.reset();
  }

  @Override
  public DeviceEvent next() {
    return device.next();
  }

  @Override
  public int eventFd() {
    return device.eventFd();
  }

  @Override
  public String detail() {
    return device.detail();
  }

  @Override
  public void close() {
    device.close();
  }
}
