package org.vhostdp.driver.mdev.virtio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vhostdp.driver.mdev.nic.NicOptions;
import org.vhostdp.driver.mdev.nic.RingLayout;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/** Capabilities of sound devices, of odd ones, and of hostile ones. */
final class PciLayoutTest {
  private final FakeDevice device = FakeDevice.sound();

  @Test
  void aSoundDeviceHasAllItsStructures() throws DriverException {
    PciLayout layout = PciLayout.of(device);
    assertEquals(0x38, layout.common().length());
    assertEquals(0x1000, layout.isr().start());
    assertEquals(0x2000, layout.net().start());
    assertEquals(0x3000, layout.doorbells().start());
    assertEquals(4, layout.multiplier());
  }

  @Test
  void theFirstStructureThatMakesSenseIsTaken() throws DriverException {
    device.config.put(0x71, (byte) 0x90);
    device.capability(0x90, 0x40, 5, 9, 0, 4);
    device.config.put(0x34, (byte) 0x90);
    assertEquals(0, PciLayout.of(device).common().start());
  }

  @ParameterizedTest
  @CsvSource({
    "64, common configuration",
    "80, interrupt status",
    "96, device configuration",
    "112, notification structure"
  })
  void aStructureOutsideItsRegionIsNone(int at, String what) {
    int[][] wrong = {{4, 0x4000, 0x40}, {4, 0x3fff, 0x40}, {4, -4, 0x40}, {4, 0, -1}, {2, 0, 64}};
    for (int[] w : wrong) {
      FakeDevice odd = FakeDevice.sound();
      odd.config.put(at + 4, (byte) w[0]).putInt(at + 8, w[1]).putInt(at + 12, w[2]);
      DriverException e = assertThrows(DriverException.class, () -> PciLayout.of(odd));
      assertEquals(Reason.UNSUPPORTED, e.reason());
      assertTrue(e.getMessage().contains(what), e.getMessage());
      assertTrue(e.getMessage().contains("0000:00:04.0"), e.getMessage());
    }
  }

  @Test
  void aListThatRunsInACircleEnds() {
    device.capability(0x40, 0x40, 5, 4, 0, 4);
    assertThrows(DriverException.class, () -> PciLayout.of(device));
  }

  @Test
  void whateverAConfigurationSpaceHoldsIsReadOrRefused() {
    Random random = new Random(5);
    int read = 0;
    for (int i = 0; i < 20_000; i++) {
      FakeDevice odd = FakeDevice.sound();
      for (int k = random.nextInt(6); k >= 0; k--) {
        odd.config.put(0x34 + random.nextInt(0x60), (byte) random.nextInt(256));
      }
      try {
        PciLayout.of(odd);
        read++;
      } catch (DriverException e) {
        assertEquals(Reason.UNSUPPORTED, e.reason());
      }
    }
    assertTrue(read > 0, "some are sound enough");
  }

  @Test
  void aDeviceThatIsNotModernIsRefused() throws DriverException {
    VirtioPci pci = new VirtioPci(device);
    NicOptions options = new NicOptions(1, RingLayout.AUTO, 256, 0);
    DriverException e = assertThrows(DriverException.class, () -> Offered.of(pci, options));
    assertTrue(e.getMessage().contains("VIRTIO_F_VERSION_1"), e.getMessage());
  }

  @Test
  void aDoorbellOutsideTheDoorbellsIsRefused() throws DriverException {
    VirtioPci pci = new VirtioPci(device);
    device.registers.putShort(30, (short) 0xffff);
    DriverException e = assertThrows(DriverException.class, () -> pci.doorbell(1));
    assertEquals(Reason.DEVICE, e.reason());
    assertTrue(e.getMessage().contains("doorbell of its queue 1"), e.getMessage());
  }

  @Test
  void packedRingsThatTheDeviceDoesNotOfferAreRefused() throws DriverException {
    // Both halves of the features read as the same word: VERSION_1 is the lowest bit of the upper.
    device.registers.putInt(4, 1);
    VirtioPci pci = new VirtioPci(device);
    NicOptions options = new NicOptions(1, RingLayout.PACKED, 256, 0);
    DriverException e = assertThrows(DriverException.class, () -> Offered.of(pci, options));
    assertTrue(e.getMessage().contains("\"packed\""), e.getMessage());
  }
}
