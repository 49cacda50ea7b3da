package org.vhostdp.driver.mdev.virtio;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.vhostdp.driver.mdev.vfio.DeviceEvent;
import org.vhostdp.driver.mdev.vfio.DeviceRegion;
import org.vhostdp.driver.mdev.vfio.DmaMap;
import org.vhostdp.driver.mdev.vfio.Interrupt;
import org.vhostdp.driver.mdev.vfio.PciConfig;
import org.vhostdp.driver.mdev.vfio.VfioApi;
import org.vhostdp.driver.mdev.vfio.VfioDevice;

/** A device of bytes: a configuration space, and registers in BAR 4 that only remember. */
final class FakeDevice implements VfioDevice {
  static final int BAR = 4;

  final ByteBuffer config = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);
  final ByteBuffer registers = ByteBuffer.allocate(0x4000).order(ByteOrder.LITTLE_ENDIAN);

  /** A sound one: 1af4:1041 with all four structures. */
  static FakeDevice sound() {
    FakeDevice device = new FakeDevice();
    device.config.putShort(0, (short) 0x1af4).putShort(2, (short) 0x1041);
    device.config.putShort(6, (short) 0x10).put(0x34, (byte) 0x40);
    device.capability(0x40, 0x50, 1, BAR, 0, 0x38);
    device.capability(0x50, 0x60, 3, BAR, 0x1000, 1);
    device.capability(0x60, 0x70, 4, BAR, 0x2000, 0x18);
    device.capability(0x70, 0, 2, BAR, 0x3000, 0x100);
    device.config.put(0x72, (byte) 20).putInt(0x80, 4);
    return device;
  }

  /** Writes a capability. */
  void capability(int at, int next, int type, int bar, int offset, int length) {
    config.put(at, (byte) 9).put(at + 1, (byte) next).put(at + 2, (byte) 16);
    config.put(at + 3, (byte) type).put(at + 4, (byte) bar);
    config.putInt(at + 8, offset).putInt(at + 12, length);
  }

  @Override
  public String name() {
    return "0000:00:04.0";
  }

  @Override
  public VfioApi api() {
    return VfioApi.GROUP;
  }

  @Override
  public DeviceRegion region(int index) {
    return new Bytes(index, index == BAR ? registers : ByteBuffer.allocate(0));
  }

  @Override
  public PciConfig pci() {
    return new PciConfig(new Bytes(DeviceRegion.CONFIG, config));
  }

  @Override
  public int interrupts(Interrupt kind) {
    return 0;
  }

  @Override
  public void enable(Interrupt kind, int... eventfds) {
    throw new UnsupportedOperationException("this device has no interrupts");
  }

  @Override
  public void disable(Interrupt kind) {
    throw new UnsupportedOperationException("this device has no interrupts");
  }

  @Override
  public void mask(Interrupt kind, boolean masked) {
    throw new UnsupportedOperationException("this device has no interrupts");
  }

  @Override
  public void fire(Interrupt kind, int vector) {
    throw new UnsupportedOperationException("this device has no interrupts");
  }

  @Override
  public boolean resettable() {
    return false;
  }

  @Override
  public void reset() {
    throw new UnsupportedOperationException("this device cannot be reset");
  }

  @Override
  public DmaMap dma() {
    throw new UnsupportedOperationException("this device reaches no memory");
  }

  @Override
  public DeviceEvent next() {
    return DeviceEvent.NONE;
  }

  @Override
  public int eventFd() {
    return -1;
  }

  @Override
  public String detail() {
    return "";
  }

  @Override
  public void close() {
    registers.clear();
  }

  /** A region of bytes; like a real one it throws outside. */
  private record Bytes(int index, ByteBuffer bytes) implements DeviceRegion {
    @Override
    public long size() {
      return bytes.capacity();
    }

    @Override
    public int read8(long offset) {
      return bytes.get((int) offset) & 0xff;
    }

    @Override
    public int read16(long offset) {
      return bytes.getShort((int) offset) & 0xffff;
    }

    @Override
    public int read32(long offset) {
      return bytes.getInt((int) offset);
    }

    @Override
    public long read64(long offset) {
      return bytes.getLong((int) offset);
    }

    @Override
    public void write8(long offset, int value) {
      bytes.put((int) offset, (byte) value);
    }

    @Override
    public void write16(long offset, int value) {
      bytes.putShort((int) offset, (short) value);
    }

    @Override
    public void write32(long offset, int value) {
      bytes.putInt((int) offset, value);
    }

    @Override
    public void write64(long offset, long value) {
      bytes.putLong((int) offset, value);
    }

    @Override
    public MemorySegment mapped(long offset, long length) {
      return null;
    }
  }
}
