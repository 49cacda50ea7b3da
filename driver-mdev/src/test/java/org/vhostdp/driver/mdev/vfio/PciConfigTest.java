package org.vhostdp.driver.mdev.vfio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class PciConfigTest {
  private final MemorySegment bytes = MemorySegment.ofArray(new long[32]);
  private final PciConfig config = new PciConfig(new Memory(bytes));

  @Test
  void walksCapabilitiesOfOneKind() {
    put(6, 0x10);
    put(0x34, 0x40);
    put(0x40, 0x09, 0x50);
    put(0x50, 0x11, 0x60);
    put(0x60, 0x09, 0x00);
    assertEquals(0x40, config.capability(PciConfig.VENDOR_SPECIFIC, 0));
    assertEquals(0x60, config.capability(PciConfig.VENDOR_SPECIFIC, 0x40));
    assertEquals(0, config.capability(PciConfig.VENDOR_SPECIFIC, 0x60));
    assertEquals(0x50, config.capability(PciConfig.MSIX, 0));
    assertEquals(0, config.capability(PciConfig.EXPRESS, 0));
  }

  @Test
  void endsAtACircleAndOutsideTheSpace() {
    put(6, 0x10);
    put(0x34, 0x40);
    put(0x40, 0x09, 0x40);
    assertEquals(0, config.capability(PciConfig.MSIX, 0));
    put(0x40, 0x09, 0x3c);
    assertEquals(0, config.capability(PciConfig.MSIX, 0));
    put(0x40, 0x09, 0xff);
    assertEquals(0, config.capability(PciConfig.MSIX, 0));
    put(6, 0);
    assertEquals(0, config.capability(PciConfig.VENDOR_SPECIFIC, 0));
  }

  @Test
  void changesOneBitOfTheCommandWord() {
    put(4, 0x06, 0x04);
    config.busMaster(false);
    assertEquals(0x0402, config.space().read16(4));
    config.busMaster(true);
    config.memory(false);
    config.intx(true);
    assertEquals(0x0004, config.space().read16(4));
    assertTrue(config.busMaster());
  }

  @Test
  void aDeviceOfOnesIsGoneAndIsNotWrittenTo() {
    assertTrue(config.present());
    bytes.fill((byte) 0xff);
    assertFalse(config.present());
    config.busMaster(false);
    assertEquals(0xffff, config.space().read16(4));
    assertEquals(0, config.capability(PciConfig.MSIX, 0));
  }

  private void put(int at, int... values) {
    for (int i = 0; i < values.length; i++) {
      bytes.set(ValueLayout.JAVA_BYTE, at + i, (byte) values[i]);
    }
  }

  /** A region that is memory. */
  private record Memory(MemorySegment bytes) implements DeviceRegion {
    @Override
    public int index() {
      return CONFIG;
    }

    @Override
    public long size() {
      return bytes.byteSize();
    }

    @Override
    public int read8(long offset) {
      return Byte.toUnsignedInt(bytes.get(ValueLayout.JAVA_BYTE, offset));
    }

    @Override
    public int read16(long offset) {
      return Short.toUnsignedInt(bytes.get(ValueLayout.JAVA_SHORT, offset));
    }

    @Override
    public int read32(long offset) {
      return bytes.get(ValueLayout.JAVA_INT, offset);
    }

    @Override
    public long read64(long offset) {
      return bytes.get(ValueLayout.JAVA_LONG, offset);
    }

    @Override
    public void write8(long offset, int value) {
      bytes.set(ValueLayout.JAVA_BYTE, offset, (byte) value);
    }

    @Override
    public void write16(long offset, int value) {
      bytes.set(ValueLayout.JAVA_SHORT, offset, (short) value);
    }

    @Override
    public void write32(long offset, int value) {
      bytes.set(ValueLayout.JAVA_INT, offset, value);
    }

    @Override
    public void write64(long offset, long value) {
      bytes.set(ValueLayout.JAVA_LONG, offset, value);
    }

    @Override
    public MemorySegment mapped(long offset, long length) {
      return bytes.asSlice(offset, length);
    }
  }
}
