package org.vhostdp.driver.mdev.vfio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.vhostdp.linux.EventFd;
import org.vhostdp.linux.Fd;
import org.vhostdp.linux.Mapping;
import org.vhostdp.linux.Poll;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/** A PCI function by its group, in a kernel that has VFIO. */
@Tag("guest-kernel")
class FunctionGuestTest {
  private String address;
  private String before;
  private long descriptors;
  private long mappings;

  /** Which of the kernel's interfaces is shown. */
  VfioApi api() {
    return VfioApi.GROUP;
  }

  final VfioDevice open() throws DriverException {
    return VfioFunctions.open(Rig.taking(address, api()), new Notes());
  }

  @BeforeEach
  void remember() {
    address = Rig.function();
    before = Rig.driver(address);
    descriptors = Fd.openCount();
    mappings = Mapping.openCount();
  }

  @AfterEach
  void nothingIsLeft() {
    if (address != null) {
      assertEquals(before, Rig.driver(address), "the function is back where it came from");
      assertEquals(descriptors, Fd.openCount());
      assertEquals(mappings, Mapping.openCount());
    }
  }

  @Test
  void readsTheConfigurationSpaceAndItsBars() throws Exception {
    try (VfioDevice device = open()) {
      assertEquals("vfio-pci", Rig.driver(address));
      assertEquals(api(), device.api());
      assertEquals(0x1af4, device.pci().vendor());
      assertEquals(0x1041, device.pci().device());
      assertEquals(0x020000, device.pci().classCode());
      assertTrue(device.pci().present());
      assertFalse(device.pci().busMaster());
      int msix = device.pci().capability(PciConfig.MSIX, 0);
      assertNotEquals(0, msix);
      int vectors = (device.region(DeviceRegion.CONFIG).read16(msix + 2) & 0x7ff) + 1;
      assertEquals(vectors, device.interrupts(Interrupt.MSIX));
      assertBarsAreWhatTheSpaceSays(device);
    }
  }

  private static void assertBarsAreWhatTheSpaceSays(VfioDevice device) throws DriverException {
    int capability = device.pci().capability(PciConfig.VENDOR_SPECIFIC, 0);
    int found = 0;
    for (; capability != 0; found++) {
      DeviceRegion space = device.pci().space();
      int type = space.read8(capability + 3);
      if (type == 1) {
        DeviceRegion bar = device.region(space.read8(capability + 4));
        long offset = Integer.toUnsignedLong(space.read32(capability + 8));
        assertTrue(bar.size() > offset);
        // num_queues of struct virtio_pci_common_cfg: 2 or more on a network device.
        int queues = bar.read16(offset + 18);
        assertTrue(queues >= 2 && queues < 1024, "queues " + queues);
        MemorySegment mapped = bar.mapped(offset, 56);
        assertNotNull(mapped, "QEMU's BAR can be mapped");
        assertEquals(queues, mapped.get(ValueLayout.JAVA_SHORT, 18));
        assertThrows(IndexOutOfBoundsException.class, () -> bar.read32(bar.size()));
        assertThrows(IndexOutOfBoundsException.class, () -> bar.read32(2));
      }
      capability = device.pci().capability(PciConfig.VENDOR_SPECIFIC, capability);
    }
    assertTrue(found >= 4, found + " virtio capabilities");
  }

  @Test
  void resetsAndForgetsTheStatus() throws Exception {
    try (VfioDevice device = open()) {
      assertTrue(device.resettable());
      TinyVirtio status = TinyVirtio.of(device);
      status.status(1);
      assertEquals(1, status.status());
      device.pci().busMaster(true);
      device.reset();
      assertEquals(0, status.status());
      assertFalse(device.pci().busMaster());
    }
  }

  @Test
  void firesItsMessageSignalledInterrupts() throws Exception {
    try (VfioDevice device = open();
        EventFd first = EventFd.create();
        EventFd second = EventFd.create()) {
      device.enable(Interrupt.MSIX, first.fd().raw(), second.fd().raw());
      device.fire(Interrupt.MSIX, 1);
      assertFalse(readable(first, 0));
      assertTrue(readable(second, 1000));
      second.drain();
      device.disable(Interrupt.MSIX);
      DriverException refused =
          assertThrows(DriverException.class, () -> device.fire(Interrupt.MSIX, 1));
      assertTrue(refused.getMessage().contains("VFIO_DEVICE_SET_IRQS MSIX of " + address));
      int[] tooMany = new int[device.interrupts(Interrupt.MSIX) + 1];
      assertThrows(DriverException.class, () -> device.enable(Interrupt.MSIX, tooMany));
    }
  }

  @Test
  void masksTheLine() throws Exception {
    try (VfioDevice device = open();
        EventFd line = EventFd.create()) {
      assumeTrue(device.interrupts(Interrupt.INTX) == 1, "the function has no interrupt line");
      device.enable(Interrupt.INTX, line.fd().raw());
      device.fire(Interrupt.INTX, 0);
      assertTrue(readable(line, 1000));
      device.mask(Interrupt.INTX, true);
      device.mask(Interrupt.INTX, false);
      device.disable(Interrupt.INTX);
    }
  }

  @Test
  void mapsMemoryInsideWhatTheIommuTranslates() throws Exception {
    try (VfioDevice device = open();
        Mapping memory = Mapping.anonymous(4L << 20)) {
      DmaMap dma = device.dma();
      long half = memory.length() / 2;
      DmaMapping low = dma.map(memory.segment().asSlice(0, half), true, true);
      DmaMapping high = dma.map(memory.segment().asSlice(half), true, false);
      assertNotEquals(0, low.iova());
      assertTrue(high.iova() >= low.iova() + half + dma.pageSize(), "a gap stays between");
      assertEquals(memory.length(), dma.mappedBytes());
      low.close();
      low.close();
      assertEquals(half, dma.mappedBytes());
      try (DmaMapping again = dma.map(memory.segment().asSlice(0, half), true, true)) {
        assertEquals(low.iova(), again.iova());
      }
      assertThrows(
          IllegalArgumentException.class,
          () -> dma.map(memory.segment().asSlice(1, 4096), true, true));
    }
  }

  @Test
  void aSecondPortOfTheGroupIsRefusedByName() throws Exception {
    try (VfioDevice device = open()) {
      DriverException refused = assertThrows(DriverException.class, () -> open());
      assertEquals(Reason.BUSY, refused.reason());
      assertTrue(refused.getMessage().contains(device.name()), refused.getMessage());
      assertTrue(refused.getMessage().contains("EBUSY"), refused.getMessage());
      assertEquals("vfio-pci", Rig.driver(address), "it was not given back under the first");
    }
  }

  @Test
  void takesNothingUnasked() {
    assumeTrue(before != null && !before.equals("vfio-pci"), "the function has no kernel driver");
    VfioOptions options = new VfioOptions(new VfioTarget.Function(address), VfioApi.AUTO, false);
    DriverException refused =
        assertThrows(DriverException.class, () -> VfioFunctions.open(options, new Notes()));
    assertTrue(refused.getMessage().contains(before), refused.getMessage());
    assertEquals(Reason.BUSY, refused.reason());
  }

  @Test
  void aTransferOutsideWhatIsMappedIsStoppedAndReported() throws Exception {
    try (VfioDevice device = open();
        DmaFaults faults = DmaFaults.of(address);
        Mapping memory = Mapping.anonymous(8192)) {
      TinyVirtio nic = TinyVirtio.of(device);
      device.pci().busMaster(true);
      MemorySegment rings = memory.segment().asSlice(0, 4096);
      long taken;
      try (DmaMapping all = device.dma().map(memory.segment(), true, true)) {
        taken = all.iova();
        nic.send(rings, all.iova(), all.iova() + 4096);
        within(() -> TinyVirtio.used(rings) == 1, "a frame inside is sent");
        assertEquals(0, nic.status() & TinyVirtio.NEEDS_RESET);
        assertNull(faults.next());
        rings.fill((byte) 0);
        long outside = all.iova() + 0x10_0000;
        nic.send(rings, all.iova(), outside);
        // QEMU's device goes on with zeros instead of what it does not get, and says nothing.
        awaitFault(faults, outside);
      }
      // After its memory was taken away not even the rings can be read: they seem empty.
      rings.fill((byte) 0);
      nic.send(rings, taken, taken + 4096);
      awaitFault(faults, taken);
      assertEquals(0, TinyVirtio.used(rings));
      nic.status(0);
    }
  }

  /** The kernel hears of the fault by an interrupt, a moment after the device. */
  private void awaitFault(DmaFaults faults, long where) throws InterruptedException {
    String wanted = address + " at address 0x" + Long.toHexString(where);
    StringBuilder told = new StringBuilder();
    for (int i = 0; i < 200 && told.indexOf(wanted + ",") < 0; i++) {
      String fault = faults.next();
      if (fault == null) {
        Thread.sleep(50);
      } else {
        told.append(fault).append(' ');
      }
    }
    assertTrue(told.indexOf(wanted + ",") >= 0, "no fault of " + wanted + ", but: " + told);
  }

  /** Waits for something that takes the device a moment. */
  static void within(BooleanSupplier done, String what) throws InterruptedException {
    for (int i = 0; i < 200 && !done.getAsBoolean(); i++) {
      Thread.sleep(50);
    }
    assertTrue(done.getAsBoolean(), what);
  }

  @Test
  void opensAgainAndAgain() throws Exception {
    for (int i = 0; i < 5; i++) {
      try (VfioDevice device = open()) {
        assertTrue(device.pci().present());
        assertEquals(DeviceEvent.NONE, device.next());
      }
      assertEquals(before, Rig.driver(address));
    }
  }

  static boolean readable(EventFd fd, int millis) throws Exception {
    Poll poll = new Poll(1);
    poll.set(0, fd.fd().raw(), Poll.IN);
    poll.await(millis);
    return (poll.ready(0) & Poll.IN) != 0;
  }
}
