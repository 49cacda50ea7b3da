package org.vhostdp.driver.mdev.vfio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.vhostdp.linux.EventFd;
import org.vhostdp.linux.Mapping;
import org.vhostdp.spi.DriverException;
import org.vhostdp.spi.DriverException.Reason;

/**
 * Mediated devices of a real parent: the sample serial port of the kernel's source
 * (samples/vfio-mdev/mtty.c).
 */
@Tag("guest-kernel")
class MediatedGuestTest {
  private static final String PARENT = "mtty";

  private MdevType type;

  @BeforeEach
  void needsTheSample() {
    List<MdevParent> parents = MdevParents.list();
    assumeTrue(
        parents.stream().anyMatch(p -> p.name().equals(PARENT)),
        "needs the sample parent mtty of the kernel's source, has " + parents);
    type = parent().types().getFirst();
  }

  private static MdevParent parent() {
    return MdevParents.list().stream()
        .filter(p -> p.name().equals(PARENT))
        .findFirst()
        .orElseThrow();
  }

  private static VfioOptions options(VfioTarget target) {
    return new VfioOptions(target, VfioApi.AUTO, false);
  }

  @Test
  void listsWhatTheParentOffers() {
    assertEquals(2, parent().types().size());
    assertEquals("mtty-1", type.id());
    assertEquals("vfio-pci", type.deviceApi());
    assertTrue(type.available() > 0);
    assertFalse(type.name().isEmpty());
  }

  @Test
  void createsByTypeAndUuidAndRemovesAtClose() throws Exception {
    String uuid = UUID.randomUUID().toString();
    Path folder = Path.of("/sys/bus/mdev/devices", uuid);
    Notes notes = new Notes();
    try (VfioDevice device =
            VfioFunctions.open(options(new VfioTarget.Created(PARENT, type.id(), uuid)), notes);
        EventFd line = EventFd.create();
        Mapping memory = Mapping.anonymous(8192)) {
      assertTrue(Files.exists(folder));
      assertEquals(List.of(uuid), parent().devices());
      assertEquals(type.available() - 1, parent().types().getFirst().available());
      assertEquals(0x4348, device.pci().vendor());
      assertEquals(0x070002, device.pci().classCode());
      assertEquals(1, device.interrupts(Interrupt.INTX));
      device.enable(Interrupt.INTX, line.fd().raw());
      device.disable(Interrupt.INTX);
      assertFalse(device.resettable(), "the sample does not say that it can be reset");
      assertThrows(DriverException.class, device::reset);
      try (DmaMapping mapping = device.dma().map(memory.segment(), true, true)) {
        assertTrue(mapping.iova() != 0);
      }
      // The scratch register of the serial port in BAR 0.
      DeviceRegion port = device.region(DeviceRegion.BAR_0);
      port.write8(7, 0x5a);
      assertEquals(0x5a, port.read8(7));
      assertEquals(DeviceEvent.NONE, device.next());
    }
    assertFalse(Files.exists(folder));
    assertEquals(type.available(), parent().types().getFirst().available());
    assertEquals(List.of(), notes.lines);
  }

  @Test
  void opensOneThatExistsAndLeavesItThere() throws Exception {
    String uuid = UUID.randomUUID().toString();
    Path folder = Path.of("/sys/bus/mdev/devices", uuid);
    Path types = Path.of("/sys/class/mdev_bus", PARENT, "mdev_supported_types");
    Sysfs.write(types.resolve(type.id()).resolve("create"), uuid, "");
    try {
      VfioFunctions.open(options(new VfioTarget.Existing(uuid)), new Notes()).close();
      assertTrue(Files.exists(folder));
      DriverException taken =
          assertThrows(
              DriverException.class,
              () ->
                  VfioFunctions.open(
                      options(new VfioTarget.Created(PARENT, type.id(), uuid)), new Notes()));
      assertEquals(Reason.BUSY, taken.reason());
      assertTrue(Files.exists(folder), "what exists is not removed");
    } finally {
      Sysfs.write(folder.resolve("remove"), "1", "");
    }
  }

  @Test
  void oneWithoutANameGetsOne() throws Exception {
    try (VfioDevice device =
        VfioFunctions.open(options(new VfioTarget.Created(PARENT, type.id(), null)), new Notes())) {
      assertEquals(List.of(device.name()), parent().devices());
    }
    assertEquals(List.of(), parent().devices());
  }

  @Test
  void saysWhatThereIsInsteadOfWhatIsNot() {
    DriverException noType = refused(new VfioTarget.Created(PARENT, "mtty-9", null));
    assertEquals(Reason.NOT_FOUND, noType.reason());
    assertTrue(noType.getMessage().contains("mtty-1, mtty-2"), noType.getMessage());
    DriverException noParent = refused(new VfioTarget.Created("nobody", "mtty-1", null));
    assertTrue(noParent.getMessage().contains(PARENT), noParent.getMessage());
    String uuid = UUID.randomUUID().toString();
    DriverException noDevice = refused(new VfioTarget.Existing(uuid));
    assertTrue(noDevice.getMessage().contains(uuid), noDevice.getMessage());
  }

  private static DriverException refused(VfioTarget target) {
    return assertThrows(
        DriverException.class, () -> VfioFunctions.open(options(target), new Notes()));
  }
}
