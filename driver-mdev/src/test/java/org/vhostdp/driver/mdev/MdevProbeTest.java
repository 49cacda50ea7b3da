package org.vhostdp.driver.mdev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vhostdp.spi.Probe;

/** What the driver says of machines that have this or that. */
final class MdevProbeTest {
  @TempDir Path root;

  @Test
  void aKernelWithoutVfioIsNamed() {
    Probe probe = new MdevProbe(root).probe();
    assertFalse(probe.isOk());
    assertTrue(probe.reason().contains("no VFIO"), probe.reason());
  }

  @Test
  void aMachineWithoutIommuIsNamed() throws IOException {
    Files.createDirectories(root.resolve("dev/vfio"));
    Files.createFile(root.resolve("dev/vfio/vfio"));
    Probe probe = new MdevProbe(root).probe();
    assertTrue(probe.reason().contains("no IOMMU groups"), probe.reason());
    assertTrue(probe.advice().contains("intel_iommu=on"), probe.advice());
  }

  @Test
  void aMachineWithBothIsFine() throws IOException {
    Files.createDirectories(root.resolve("dev/vfio"));
    Files.createFile(root.resolve("dev/vfio/vfio"));
    Files.createDirectories(root.resolve("sys/kernel/iommu_groups/0"));
    assertTrue(new MdevProbe(root).probe().isOk());
  }

  @Test
  void parentsOfMediatedDevicesAreListedWithTheirTypes() throws IOException {
    aMachineWithBothIsFine();
    Path types = root.resolve("sys/class/mdev_bus/mtty/mdev_supported_types");
    Files.createDirectories(types.resolve("mtty-2"));
    Files.createDirectories(types.resolve("mtty-1"));
    Files.writeString(types.resolve("mtty-1/available_instances"), "24\n");
    Probe probe = new MdevProbe(root).probe();
    assertTrue(probe.isOk());
    assertEquals("Parents of mediated devices: mtty (mtty-1, 24 free; mtty-2).", probe.reason());
  }
}
